package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// talk checks what lies around messages: files, pins, polls, threads and posts.
func (w *witness) talk(r *report) {
	r.check("attachment.send", w.attachmentSend)
	r.check("message.quote", w.messageQuote)
	r.check("message.pin", w.messagePin)
	r.check("message.bulk", w.messageBulk)
	r.check("message.crosspost", w.messageCrosspost)
	r.check("poll", w.poll)
	var thread string
	r.check("thread.message", func() (err error) {
		thread, err = w.threadMessage()
		return err
	})
	r.check("thread.members", func() error { return w.threadMembers(thread) })
	r.check("thread.archive", func() error { return w.threadArchive(thread) })
	r.check("thread.delete", func() error { return w.threadDelete(thread) })
	r.check("forum.post", w.forumPost)
}

// arrived waits until the second bot has heard of a message.
func (w *witness) arrived(id string, match func(*discordgo.MessageCreate) bool) error {
	_, err := expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool { return e.ID == id && match(e) })
	return err
}

func (w *witness) attachmentSend() error {
	m, err := w.a.ChannelMessageSendComplex(w.channel, &discordgo.MessageSend{
		Content: "with a file", Files: []*discordgo.File{{Name: "note.txt", ContentType: "text/plain", Reader: strings.NewReader("a small file")}},
	})
	if err != nil {
		return err
	}
	has := func(m *discordgo.Message) bool {
		return len(m.Attachments) == 1 && m.Attachments[0].Filename == "note.txt" && m.Attachments[0].Size == 12
	}
	if !has(m) {
		return fmt.Errorf("response has attachments %+v", m.Attachments)
	}
	if err := w.arrived(m.ID, func(e *discordgo.MessageCreate) bool { return has(e.Message) }); err != nil {
		return err
	}
	answer, err := http.Get(m.Attachments[0].URL)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	file, err := io.ReadAll(answer.Body)
	if err == nil && !bytes.Equal(file, []byte("a small file")) {
		err = fmt.Errorf("the file is %q", file)
	}
	return err
}

func (w *witness) messageQuote() error {
	question, err := w.a.ChannelMessageSend(w.channel, "question")
	if err != nil {
		return err
	}
	answer, err := w.a.ChannelMessageSendReply(w.channel, "answer", question.Reference())
	if err != nil {
		return err
	}
	if _, err := w.a.ChannelMessageEdit(w.channel, question.ID, "question, put better"); err != nil {
		return err
	}
	got, err := w.a.ChannelMessage(w.channel, answer.ID)
	if err != nil {
		return err
	}
	if got.ReferencedMessage == nil || got.ReferencedMessage.Content != "question, put better" {
		return fmt.Errorf("the reply shows %+v", got.ReferencedMessage)
	}
	if err := w.a.ChannelMessageDelete(w.channel, question.ID); err != nil {
		return err
	}
	if got, err = w.a.ChannelMessage(w.channel, answer.ID); err == nil && got.ReferencedMessage != nil {
		err = fmt.Errorf("the reply still shows %+v", got.ReferencedMessage)
	}
	return err
}

func (w *witness) messagePin() error {
	m, err := w.a.ChannelMessageSend(w.channel, "to be pinned")
	if err != nil {
		return err
	}
	if err := w.a.ChannelMessagePin(w.channel, m.ID); err != nil {
		return err
	}
	if _, err := expect(w.b, "CHANNEL_PINS_UPDATE", func(e *discordgo.ChannelPinsUpdate) bool {
		return e.ChannelID == w.channel && e.GuildID == w.guild && e.LastPinTimestamp != ""
	}); err != nil {
		return err
	}
	if _, err := expect(w.b, "MESSAGE_CREATE", func(e *discordgo.MessageCreate) bool {
		return e.Type == discordgo.MessageTypeChannelPinnedMessage && e.MessageReference != nil && e.MessageReference.MessageID == m.ID
	}); err != nil {
		return err
	}
	pinned, err := w.a.ChannelMessagesPinned(w.channel)
	if err != nil {
		return err
	}
	if len(pinned) != 1 || pinned[0].ID != m.ID || !pinned[0].Pinned {
		return fmt.Errorf("pinned are %+v", pinned)
	}
	return w.a.ChannelMessageUnpin(w.channel, m.ID)
}

func (w *witness) messageBulk() error {
	var ids []string
	for i := range 3 {
		m, err := w.a.ChannelMessageSend(w.channel, fmt.Sprint("bulk ", i))
		if err != nil {
			return err
		}
		ids = append(ids, m.ID)
	}
	if err := w.a.ChannelMessagesBulkDelete(w.channel, ids); err != nil {
		return err
	}
	_, err := expect(w.b, "MESSAGE_DELETE_BULK", func(e *discordgo.MessageDeleteBulk) bool {
		return e.ChannelID == w.channel && len(e.Messages) == 3 && slices.Contains(e.Messages, ids[0])
	})
	return err
}

func (w *witness) messageCrosspost() error {
	news, err := w.a.GuildChannelCreate(w.guild, "news", discordgo.ChannelTypeGuildNews)
	if err != nil {
		return err
	}
	m, err := w.a.ChannelMessageSend(news.ID, "news")
	if err != nil {
		return err
	}
	if m, err = w.a.ChannelMessageCrosspost(news.ID, m.ID); err != nil {
		return err
	}
	if m.Flags&discordgo.MessageFlagsCrossPosted == 0 {
		return fmt.Errorf("response has flags %d", m.Flags)
	}
	_, err = w.a.ChannelDelete(news.ID)
	return err
}

func (w *witness) poll() error {
	m, err := w.a.ChannelMessageSendComplex(w.channel, &discordgo.MessageSend{Poll: &discordgo.Poll{
		Question: discordgo.PollMedia{Text: "What to drink?"}, Duration: 1,
		Answers: []discordgo.PollAnswer{{Media: &discordgo.PollMedia{Text: "tea"}}, {Media: &discordgo.PollMedia{Text: "coffee"}}},
	}})
	if err != nil {
		return err
	}
	if err := w.arrived(m.ID, func(e *discordgo.MessageCreate) bool {
		return e.Poll != nil && e.Poll.Question.Text == "What to drink?" && len(e.Poll.Answers) == 2 && e.Poll.Expiry != nil
	}); err != nil {
		return err
	}
	// Only people vote, and the library has no call for it. They choose one, and then the other.
	who, path := w.world.Users[0].ID, "/channels/"+w.channel+"/polls/"+m.ID+"/answers/@me"
	for _, answer := range []int{1, 2} {
		if err := w.asPerson(0, http.MethodPut, path, map[string][]int{"answer_ids": {answer}}, nil); err != nil {
			return err
		}
		if _, err := expect(w.b, "MESSAGE_POLL_VOTE_ADD", func(e *discordgo.MessagePollVoteAdd) bool {
			return e.MessageID == m.ID && e.AnswerID == answer && e.UserID == who
		}); err != nil {
			return err
		}
	}
	if _, err := expect(w.b, "MESSAGE_POLL_VOTE_REMOVE", func(e *discordgo.MessagePollVoteRemove) bool {
		return e.MessageID == m.ID && e.AnswerID == 1 && e.UserID == who
	}); err != nil {
		return err
	}
	if voters, err := w.a.PollAnswerVoters(w.channel, m.ID, 2); err != nil || len(voters) != 1 || voters[0].ID != who {
		return fmt.Errorf("the voters are %+v, %v", voters, err)
	}
	if m, err = w.a.PollExpire(w.channel, m.ID); err != nil {
		return err
	}
	if m.Poll.Results == nil || !m.Poll.Results.Finalized || len(m.Poll.Results.AnswerCounts) != 1 || m.Poll.Results.AnswerCounts[0].Count != 1 {
		return fmt.Errorf("the poll ended with %+v", m.Poll.Results)
	}
	return nil
}

func (w *witness) threadMessage() (string, error) {
	start, err := w.a.ChannelMessageSend(w.channel, "let us talk")
	if err != nil {
		return "", err
	}
	thread, err := w.a.MessageThreadStart(w.channel, start.ID, "talk", 60)
	if err != nil {
		return "", err
	}
	if thread.ID != start.ID || thread.Type != discordgo.ChannelTypeGuildPublicThread || thread.ThreadMetadata.AutoArchiveDuration != 60 {
		return "", fmt.Errorf("response is %+v", thread)
	}
	if _, err := expect(w.b, "THREAD_CREATE", func(e *discordgo.ThreadCreate) bool {
		return e.ID == thread.ID && e.ParentID == w.channel && e.Name == "talk" && e.NewlyCreated
	}); err != nil {
		return "", err
	}
	said, err := w.a.ChannelMessageSend(thread.ID, "in the thread")
	if err != nil {
		return "", err
	}
	if err := w.arrived(said.ID, func(e *discordgo.MessageCreate) bool { return e.ChannelID == thread.ID }); err != nil {
		return "", err
	}
	fresh, err := w.a.ChannelMessage(w.channel, start.ID)
	if err == nil && (fresh.Thread == nil || fresh.Thread.ID != thread.ID || fresh.Flags&discordgo.MessageFlagsHasThread == 0) {
		err = fmt.Errorf("the message tells of thread %+v", fresh.Thread)
	}
	return thread.ID, err
}

func (w *witness) threadMembers(thread string) error {
	other := w.world.Bots[1].ID
	if err := w.b.ThreadJoin(thread); err != nil {
		return err
	}
	if _, err := expect(w.a, "THREAD_MEMBERS_UPDATE", func(e *discordgo.ThreadMembersUpdate) bool {
		return e.ID == thread && slices.ContainsFunc(e.AddedMembers, func(m discordgo.AddedThreadMember) bool { return m.ThreadMember != nil && m.UserID == other })
	}); err != nil {
		return err
	}
	members, err := w.a.ThreadMembers(thread, 10, true, "")
	if err != nil {
		return err
	}
	if len(members) != 2 || members[0].Member == nil {
		return fmt.Errorf("members are %+v", members)
	}
	if err := w.b.ThreadLeave(thread); err != nil {
		return err
	}
	if _, err := expect(w.a, "THREAD_MEMBERS_UPDATE", func(e *discordgo.ThreadMembersUpdate) bool {
		return e.ID == thread && slices.Contains(e.RemovedMembers, other)
	}); err != nil {
		return err
	}
	if err := w.a.ThreadMemberAdd(thread, other); err != nil {
		return err
	}
	return w.a.ThreadMemberRemove(thread, other)
}

func (w *witness) threadArchive(thread string) error {
	yes, no := true, false
	if _, err := w.a.ChannelEdit(thread, &discordgo.ChannelEdit{Archived: &yes, Locked: &yes}); err != nil {
		return err
	}
	if _, err := expect(w.b, "THREAD_UPDATE", func(e *discordgo.ThreadUpdate) bool {
		return e.ID == thread && e.ThreadMetadata.Archived && e.ThreadMetadata.Locked
	}); err != nil {
		return err
	}
	named := func(l *discordgo.ThreadsList) bool {
		return slices.ContainsFunc(l.Threads, func(c *discordgo.Channel) bool { return c.ID == thread })
	}
	archived, err := w.a.ThreadsArchived(w.channel, nil, 5)
	if err != nil {
		return err
	}
	active, err := w.a.GuildThreadsActive(w.guild)
	if err != nil {
		return err
	}
	if !named(archived) || named(active) {
		return fmt.Errorf("archived: %t, active: %t", named(archived), named(active))
	}
	_, err = w.a.ChannelEdit(thread, &discordgo.ChannelEdit{Archived: &no, Locked: &no})
	return err
}

func (w *witness) threadDelete(thread string) error {
	if _, err := w.a.ChannelDelete(thread); err != nil {
		return err
	}
	if _, err := expect(w.b, "THREAD_DELETE", func(e *discordgo.ThreadDelete) bool { return e.ID == thread && e.ParentID == w.channel }); err != nil {
		return err
	}
	_, err := w.a.Channel(thread)
	return wantRESTError(err, 404, 10003)
}

func (w *witness) forumPost() error {
	forum, err := w.a.GuildChannelCreate(w.guild, "forum", discordgo.ChannelTypeGuildForum)
	if err != nil {
		return err
	}
	post, err := w.a.ForumThreadStartComplex(forum.ID, &discordgo.ThreadStart{Name: "a post", AutoArchiveDuration: 60}, &discordgo.MessageSend{
		Content: "first", Files: []*discordgo.File{{Name: "post.txt", Reader: strings.NewReader("file")}},
	})
	if err != nil {
		return err
	}
	if err := w.arrived(post.ID, func(e *discordgo.MessageCreate) bool {
		return e.ChannelID == post.ID && e.Content == "first" && len(e.Attachments) == 1 && e.Attachments[0].Filename == "post.txt"
	}); err != nil {
		return err
	}
	_, err = w.a.ChannelDelete(forum.ID)
	return err
}
