package guilds

// pure core

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"guildhall"
)

// pollVote is the data of MESSAGE_POLL_VOTE_ADD and MESSAGE_POLL_VOTE_REMOVE.
// discord: events/gateway-events#message-poll-vote-add
type pollVote struct {
	UserID    guildhall.UserID    `json:"user_id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	MessageID guildhall.MessageID `json:"message_id"`
	GuildID   guildhall.GuildID   `json:"guild_id,omitempty"`
	AnswerID  int                 `json:"answer_id"`
}

// newPoll makes the poll of a message that is being sent.
// discord: resources/poll#poll-create-request-object
func newPoll(f *guildhall.NewPoll, p guildhall.Permissions, now time.Time) (*guildhall.Poll, error) {
	if f == nil {
		return nil, nil
	}
	if !p.Has(guildhall.PermissionSendPolls) {
		return nil, guildhall.ErrMissingPermissions
	}
	poll := &guildhall.Poll{
		Question: f.Question, Expiry: guildhall.TimestampOf(now.Add(time.Duration(f.Hours) * time.Hour)),
		AllowMultiselect: f.AllowMultiselect, LayoutType: f.LayoutType,
		Results: guildhall.PollResults{AnswerCounts: []guildhall.PollAnswerCount{}},
	}
	for i, media := range f.Answers {
		poll.Answers = append(poll.Answers, guildhall.PollAnswer{AnswerID: i + 1, PollMedia: media})
	}
	return poll, nil
}

// openPoll notes when the message's poll ends, if it has one.
func (d *draft) openPoll(r *request, m *guildhall.Message) {
	if m.Poll != nil {
		d.put(guildhall.OpenPollRow(r.object, &guildhall.OpenPoll{ChannelID: m.ChannelID, MessageID: m.ID, Expiry: m.Poll.Expiry}))
	}
}

// expired names the message of a poll and the actor's votes, which the answer tells of.
func (g *guild) expired(r *request) []guildhall.RowKey {
	f, err := body[guildhall.MessageRef](r.cmd)
	if err != nil {
		return nil
	}
	return g.voteKeys(r, f.ID)
}

// voted names the message and, once that is known, the actor's votes.
func (g *guild) voted(r *request) []guildhall.RowKey {
	f, err := body[guildhall.PollVote](r.cmd)
	if err != nil {
		return nil
	}
	return g.voteKeys(r, f.MessageID)
}

func (g *guild) voteKeys(r *request, id guildhall.MessageID) []guildhall.RowKey {
	keys := g.messageKeys(r, id)
	m, err := g.message(r, id)
	if err != nil || m.Poll == nil {
		return keys
	}
	for _, a := range m.Poll.Answers {
		keys = append(keys, guildhall.PollVoteKey(m.ID, a.AnswerID, r.actor))
	}
	return keys
}

// vote sets which answers the actor chooses.
func (g *guild) vote(r *request, f guildhall.PollVote) (*draft, error) {
	if _, err := r.openChannel(guildhall.PermissionReadMessageHistory); err != nil {
		return nil, err
	}
	if err := r.awake(); err != nil {
		return nil, err
	}
	author, err := r.author()
	if err != nil {
		return nil, err
	}
	m, err := g.message(r, f.MessageID)
	if err != nil {
		return nil, err
	}
	switch {
	case m.Poll == nil:
		return nil, errNoPoll
	case m.Poll.Over(r.now):
		return nil, errPollOver
	case len(f.AnswerIDs) > 1 && !m.Poll.AllowMultiselect:
		return nil, guildhall.BadField("POLL_SINGLE_ANSWER", "Only one answer can be chosen.", "answer_ids")
	}
	for i, id := range f.AnswerIDs {
		if !m.Poll.HasAnswer(id) {
			return nil, guildhall.BadField("POLL_ANSWER_UNKNOWN", "Unknown answer.", "answer_ids", strconv.Itoa(i))
		}
	}
	d := &draft{}
	changed := *m
	for _, a := range m.Poll.Answers {
		_, had := r.row(guildhall.PollVoteKey(m.ID, a.AnswerID, r.actor))
		wanted := slices.Contains(f.AnswerIDs, a.AnswerID)
		row := guildhall.PollVoteRow(m.ID, a.AnswerID, &author.User)
		switch {
		case had && !wanted:
			changed.Poll = changed.Poll.WithVotes(a.AnswerID, -1)
			d.put(row.Deleted())
			g.tellVote(r, d, "MESSAGE_POLL_VOTE_REMOVE", m, a.AnswerID)
		case wanted && !had:
			changed.Poll = changed.Poll.WithVotes(a.AnswerID, 1)
			d.put(row)
			g.tellVote(r, d, "MESSAGE_POLL_VOTE_ADD", m, a.AnswerID)
		}
	}
	if len(d.rows) > 0 {
		d.put(guildhall.MessageRow(&changed))
	}
	return d, nil
}

func (g *guild) tellVote(r *request, d *draft, name string, m *guildhall.Message, answer int) {
	d.event(name, r.audience(m.ChannelID, guildhall.IntentGuildMessagePolls), pollVote{
		UserID: r.actor, ChannelID: m.ChannelID, MessageID: m.ID, GuildID: g.id, AnswerID: answer,
	})
}

// expirePoll ends a poll: its author at any time, the system once its time is over. One that has ended stays as it is.
// discord: resources/poll#end-poll
func (g *guild) expirePoll(r *request, ref guildhall.MessageRef) (*draft, error) {
	d := &draft{}
	d.put(guildhall.OpenPollRow(r.object, &guildhall.OpenPoll{MessageID: ref.ID}).Deleted())
	m, err := g.pollMessage(r, ref.ID)
	switch {
	case err != nil && r.system():
		return d, nil // the message is gone, and the note of its poll goes too
	case err != nil:
		return nil, err
	case m.Poll == nil:
		return nil, errNoPoll
	case !r.system() && m.Author.ID != r.actor:
		return nil, errNotPollAuthor
	case m.Poll.Results.IsFinalized && !r.system():
		return nil, errPollOver
	case m.Poll.Results.IsFinalized:
		return d, nil
	case r.system() && !m.Poll.Over(r.now):
		return &draft{}, nil
	}
	poll := *m.Poll
	poll.Results.IsFinalized = true
	if now := guildhall.TimestampOf(r.now); now < poll.Expiry {
		poll.Expiry = now
	}
	changed := *m
	changed.Poll = &poll
	d.put(guildhall.MessageRow(&changed))
	g.tellMessage(r, d, "MESSAGE_UPDATE", &changed)
	g.announceResult(r, d, &changed)
	d.answer(g.forActor(r, &changed))
	return d, nil
}

func (g *guild) pollMessage(r *request, id guildhall.MessageID) (*guildhall.Message, error) {
	if _, err := r.textChannel(0); err != nil {
		return nil, err
	}
	return g.message(r, id)
}

// announceResult adds the message that tells how a poll has ended.
// discord: resources/message#embed-fields-by-embed-type-poll-result-embed-fields
func (g *guild) announceResult(r *request, d *draft, m *guildhall.Message) {
	type field struct {
		Name   string `json:"name"`
		Value  string `json:"value"`
		Inline bool   `json:"inline"`
	}
	total, most, first := 0, 0, 0
	tie := false
	for _, c := range m.Poll.Results.AnswerCounts {
		total += c.Count
		switch {
		case c.Count > most:
			most, first, tie = c.Count, c.ID, false
		case c.Count == most:
			tie = true
		}
	}
	fields := []field{
		{"poll_question_text", m.Poll.Question.Text, false},
		{"victor_answer_votes", strconv.Itoa(most), false},
		{"total_votes", strconv.Itoa(total), false},
	}
	if first != 0 && !tie {
		fields = append(fields, field{"victor_answer_id", strconv.Itoa(first), false})
		if text := m.Poll.Answers[first-1].PollMedia.Text; text != "" {
			fields = append(fields, field{"victor_answer_text", text, false})
		}
	}
	result := newSystemMessage(r, m.ChannelID, guildhall.MessagePollResult, m.Author)
	result.Embeds = []json.RawMessage{encode(map[string]any{"type": "poll_result", "fields": fields})}
	result.MessageReference = &guildhall.MessageReference{MessageID: m.ID, ChannelID: m.ChannelID, GuildID: g.id}
	g.addMessage(r, d, result)
}
