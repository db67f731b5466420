package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/json"
	"github.com/disgoorg/snowflake/v2"
)

func (w *witness) threads() {
	var thread snowflake.ID
	w.check("thread.message", func() (err error) {
		thread, err = w.threadMessage()
		return err
	})
	w.check("thread.members", func() error { return w.threadMembers(thread) })
	w.check("thread.archive", func() error { return w.threadArchive(thread) })
	w.check("thread.delete", func() error {
		if err := w.a.Rest().DeleteChannel(thread); err != nil {
			return err
		}
		return sees(w.b, func(e *events.ThreadDelete) bool { return e.ThreadID == thread && e.ParentID == w.channel })
	})
	w.check("thread.listed", w.threadListed)
	w.check("forum.post", w.forumPost)
}

func (w *witness) threadMessage() (snowflake.ID, error) {
	start, err := w.sent(discord.MessageCreate{Content: "let us talk"}, func(discord.Message) bool { return true })
	if err != nil {
		return 0, err
	}
	create := discord.ThreadCreateFromMessage{Name: "talk", AutoArchiveDuration: discord.AutoArchiveDuration1h}
	thread, err := w.a.Rest().CreateThreadFromMessage(w.channel, start, create)
	if err != nil {
		return 0, err
	}
	if thread.ID() != start || thread.OwnerID != w.world.Bots[0].ID || thread.Type() != discord.ChannelTypeGuildPublicThread {
		return 0, fmt.Errorf("the answer is %+v", thread)
	}
	if err := sees(w.b, func(e *events.ThreadCreate) bool {
		return e.ThreadID == start && *e.Thread.ParentID() == w.channel && e.Thread.Name() == "talk"
	}); err != nil {
		return 0, err
	}
	said, err := w.a.Rest().CreateMessage(start, discord.MessageCreate{Content: "in the thread"})
	if err != nil {
		return 0, err
	}
	return start, sees(w.b, func(e *events.GuildMessageCreate) bool { return e.MessageID == said.ID && e.ChannelID == start })
}

func (w *witness) threadMembers(thread snowflake.ID) error {
	other := w.world.Bots[1].ID
	if err := w.b.Rest().JoinThread(thread); err != nil {
		return err
	}
	if err := sees(w.a, func(e *events.ThreadMemberAdd) bool { return e.ThreadID == thread && e.ThreadMemberID == other }); err != nil {
		return err
	}
	all, err := w.a.Rest().GetThreadMembers(thread)
	if err != nil || len(all) != 2 {
		return fmt.Errorf("members are %+v, %v", all, err)
	}
	if one, err := w.a.Rest().GetThreadMember(thread, other, true); err != nil || one.UserID != other {
		return fmt.Errorf("the member is %+v, %v", one, err)
	}
	if err := w.b.Rest().LeaveThread(thread); err != nil {
		return err
	}
	if err := sees(w.a, func(e *events.ThreadMemberRemove) bool { return e.ThreadID == thread && e.ThreadMemberID == other }); err != nil {
		return err
	}
	if err := w.a.Rest().AddThreadMember(thread, other); err != nil {
		return err
	}
	return w.a.Rest().RemoveThreadMember(thread, other)
}

func (w *witness) threadArchive(thread snowflake.ID) error {
	update := discord.GuildThreadUpdate{Archived: json.Ptr(true), Locked: json.Ptr(true)}
	if _, err := w.a.Rest().UpdateChannel(thread, update); err != nil {
		return err
	}
	if err := sees(w.b, func(e *events.ThreadUpdate) bool {
		return e.ThreadID == thread && e.Thread.ThreadMetadata.Archived && e.Thread.ThreadMetadata.Locked
	}); err != nil {
		return err
	}
	is := func(t discord.GuildThread) bool { return t.ID() == thread }
	archived, err := w.a.Rest().GetPublicArchivedThreads(w.channel, time.Time{}, 5)
	if err != nil {
		return err
	}
	active, err := w.a.Rest().GetActiveGuildThreads(w.guild)
	if err == nil && (!slices.ContainsFunc(archived.Threads, is) || slices.ContainsFunc(active.Threads, is)) {
		err = fmt.Errorf("archived are %+v, active are %+v", archived.Threads, active.Threads)
	}
	return err
}

func (w *witness) threadListed() error {
	api, other := w.a.Rest(), w.world.Bots[1].ID
	secret, err := api.CreateThread(w.channel, discord.GuildPrivateThreadCreate{Name: "secret", Invitable: json.Ptr(false)})
	if err != nil {
		return err
	}
	if err := api.AddThreadMember(secret.ID(), other); err != nil {
		return err
	}
	if _, err := api.UpdateChannel(secret.ID(), discord.GuildThreadUpdate{Archived: json.Ptr(true)}); err != nil {
		return err
	}
	all, err := api.GetPrivateArchivedThreads(w.channel, time.Time{}, 5)
	if err != nil || len(all.Threads) != 1 || all.Threads[0].ID() != secret.ID() {
		return fmt.Errorf("private ones are %+v, %v", all, err)
	}
	joined, err := w.b.Rest().GetJoinedPrivateArchivedThreads(w.channel, time.Time{}, 5)
	if err != nil || len(joined.Threads) != 1 || joined.Threads[0].ID() != secret.ID() {
		return fmt.Errorf("joined ones are %+v, %v", joined, err)
	}
	return api.DeleteChannel(secret.ID())
}

func (w *witness) forumPost() error {
	forum, err := w.a.Rest().CreateGuildChannel(w.guild, discord.GuildForumChannelCreate{Name: "forum"})
	if err != nil {
		return err
	}
	message := discord.MessageCreate{Content: "first", Files: []*discord.File{discord.NewFile("post.txt", "", strings.NewReader("file"))}}
	post, err := w.a.Rest().CreatePostInThreadChannel(forum.ID(), discord.ThreadChannelPostCreate{Name: "a post", Message: message})
	if err != nil {
		return err
	}
	if post.ParentID() == nil || *post.ParentID() != forum.ID() || post.Name() != "a post" {
		return fmt.Errorf("the answer is %+v", post)
	}
	if err := sees(w.b, func(e *events.GuildMessageCreate) bool {
		return e.ChannelID == post.ID() && e.Message.Content == "first" && len(e.Message.Attachments) == 1
	}); err != nil {
		return err
	}
	return w.a.Rest().DeleteChannel(forum.ID())
}
