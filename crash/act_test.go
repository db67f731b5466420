package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"guildhall"
	"guildhall/history"
)

// sight is who sees what.
type sight map[*actor]map[guildhall.ChannelID]bool

func (st *stage) sight() sight {
	s := sight{}
	for _, a := range st.actors {
		s[a] = st.oracle.sees(a.ID)
	}
	return s
}

// begin opens a step for everybody.
func (st *stage) begin(what string) {
	st.serial++
	st.counts["operations"]++
	for _, a := range st.actors {
		a.steps = append(a.steps, step{what: fmt.Sprintf("%d: %s", st.serial, what), audits: st.audits(a)})
	}
}

// audits tells whether an actor is told of the audit log's new entries. No role of a run gives VIEW_AUDIT_LOG but by ADMINISTRATOR.
func (st *stage) audits(a *actor) bool {
	return a.intents.Has(guildhall.IntentGuildModeration) && st.oracle.administers(a.ID)
}

// want adds an event to the present step of one actor.
func (st *stage) want(a *actor, key string, channel guildhall.ChannelID) {
	s := &a.steps[len(a.steps)-1]
	s.want = append(s.want, wanted{key: key, channel: channel})
	st.counts["expected"]++
}

// wantInChannel adds an event for all who may see the channel and asked for such events; text gives what each reads.
func (st *stage) wantInChannel(l *letter, typ string, intent guildhall.Intents, text func(*actor) string) {
	for _, a := range st.actors {
		if a.intents.Has(intent) && st.oracle.may(a.ID, l.channel, bitViewChannel) {
			st.want(a, messageKey(typ, l.channel, l.id, text(a)), l.channel)
		} else {
			st.counts["withheld"]++
		}
	}
}

// reads gives what an actor reads of a message: all of it, or nothing.
// discord: events/gateway#message-content-intent
func (l *letter) reads(a *actor) string {
	if a.content || l.author == a || l.mentions == a.ID {
		return l.content
	}
	return ""
}

// ask makes a request that the oracle has an opinion of: allowed where code is 0, else refused with 403 and that code.
// It tells whether it was done.
func (st *stage) ask(ctx context.Context, a *actor, i history.Invoke, code int, request func() (guildhall.Snowflake, error)) (done bool, op history.OpID) {
	st.t.Helper()
	i.Client, i.User, i.Object = a.Name, a.ID, guildhall.GuildObject(st.oracle.guild)
	op = st.recorder.Begin(i)
	id, err := request()
	if err == nil {
		st.recorder.OK(op, id)
	} else if certain(err) {
		st.recorder.Fail(op, err.Error())
	}
	if code != 0 {
		st.counts["refused"]++
	}
	st.judge(a, err, code)
	return err == nil, op
}

// judge holds an answer against the oracle.
func (st *stage) judge(a *actor, err error, code int) {
	st.t.Helper()
	r := refused(err)
	switch {
	case code == 0 && err != nil:
		st.t.Errorf("%s: %s: may do this, got %v", st.what(), a.Name, err)
	case code != 0 && err == nil:
		st.t.Errorf("%s: %s: may not do this (want 403 with code %d) and did", st.what(), a.Name, code)
	case code != 0 && (r == nil || r.Status != http.StatusForbidden || r.Code != code):
		st.t.Errorf("%s: %s: want 403 with code %d, got %v", st.what(), a.Name, code, err)
	}
}

// what names the present step.
func (st *stage) what() string { return st.owner.steps[len(st.owner.steps)-1].what }

// verdict is the code with which an actor is refused; 0 where it has all that is needed.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
func (st *stage) verdict(a *actor, channel guildhall.ChannelID, needs ...bit) int {
	if !st.oracle.may(a.ID, channel, bitViewChannel) {
		return missingAccess
	}
	for _, b := range needs {
		if !st.oracle.may(a.ID, channel, b) {
			return missingPermissions
		}
	}
	return 0
}

func (st *stage) textChannels() []guildhall.ChannelID {
	return ids(st.oracle.channels, func(c guildhall.ChannelID) bool { return st.oracle.channels[c].text })
}

func (st *stage) send(ctx context.Context) {
	a, channel := pick(st.rng, st.actors), pick(st.rng, st.textChannels())
	if st.rng.IntN(3) == 0 {
		a = st.owner // who sees channels that nobody else does
	}
	st.begin(fmt.Sprintf("%s sends to %s", a.Name, channel))
	st.sendAs(ctx, a, channel)
}

// sendAs sends a message, which mentions somebody now and then.
func (st *stage) sendAs(ctx context.Context, a *actor, channel guildhall.ChannelID) *letter {
	l := &letter{channel: channel, author: a, reactions: map[reacted]bool{}}
	st.write(l)
	done, _ := st.ask(ctx, a, history.Invoke{Kind: history.Send, Channel: channel, Hash: history.HashOf(l.content)},
		st.verdict(a, channel, bitSendMessages), func() (guildhall.Snowflake, error) {
			var m message
			err := a.client.do(ctx, st.server.url, http.MethodPost, messagesPath(channel), map[string]any{"content": l.content}, &m)
			l.id = m.ID
			return guildhall.Snowflake(m.ID), err
		})
	if !done {
		return nil
	}
	st.letters = append(st.letters, l)
	st.wantInChannel(l, "MESSAGE_CREATE", guildhall.IntentGuildMessages, l.reads)
	return l
}

// write gives a letter new content.
func (st *stage) write(l *letter) {
	l.content, l.mentions = fmt.Sprintf("content %d", st.serial), 0
	if st.rng.IntN(3) == 0 {
		l.mentions = pick(st.rng, st.actors).ID
		l.content += fmt.Sprintf(" for <@%s>", l.mentions)
	}
}

func (st *stage) edit(ctx context.Context) {
	l := pick(st.rng, st.letters)
	if l == nil {
		return
	}
	a := l.author
	st.begin(fmt.Sprintf("%s edits %s in %s", a.Name, l.id, l.channel))
	edited := *l
	st.write(&edited)
	done, _ := st.ask(ctx, a, st.aimed(history.Edit, l, edited.content), st.verdict(a, l.channel), func() (guildhall.Snowflake, error) {
		body := map[string]any{"content": edited.content}
		return 0, a.client.do(ctx, st.server.url, http.MethodPatch, messagePath(l.channel, l.id), body, nil)
	})
	if done {
		l.content, l.mentions = edited.content, edited.mentions
		st.wantInChannel(l, "MESSAGE_UPDATE", guildhall.IntentGuildMessages, l.reads)
	}
}

func (st *stage) aimed(kind history.Kind, l *letter, text string) history.Invoke {
	i := history.Invoke{Kind: kind, Channel: l.channel, Target: guildhall.Snowflake(l.id)}
	if text != "" {
		i.Hash = history.HashOf(text)
	}
	return i
}

// remove deletes a message: one's own, or with MANAGE_MESSAGES anybody's.
// discord: resources/message#delete-message
func (st *stage) remove(ctx context.Context) {
	l, a := pick(st.rng, st.letters), pick(st.rng, st.actors)
	if l == nil {
		return
	}
	st.begin(fmt.Sprintf("%s deletes %s in %s", a.Name, l.id, l.channel))
	code := st.verdict(a, l.channel, bitManageMessages)
	if a == l.author {
		code = st.verdict(a, l.channel)
	}
	done, _ := st.ask(ctx, a, st.aimed(history.Delete, l, ""), code, func() (guildhall.Snowflake, error) {
		return 0, a.client.do(ctx, st.server.url, http.MethodDelete, messagePath(l.channel, l.id), nil, nil)
	})
	if done {
		st.letters = slices.DeleteFunc(st.letters, func(x *letter) bool { return x == l })
		st.wantInChannel(l, "MESSAGE_DELETE", guildhall.IntentGuildMessages, func(*actor) string { return "" })
	}
}

// react puts a reaction, or takes one's own back.
// discord: resources/message#create-reaction
func (st *stage) react(ctx context.Context) {
	l, a, emoji := pick(st.rng, st.letters), pick(st.rng, st.actors), pick(st.rng, []string{"🔥", "🧱"})
	if l == nil {
		return
	}
	r := reacted{a.ID, emoji}
	method, kind, typ, code := http.MethodPut, history.React, "MESSAGE_REACTION_ADD", st.verdict(a, l.channel, bitReadHistory)
	if l.reactions[r] {
		method, kind, typ, code = http.MethodDelete, history.Unreact, "MESSAGE_REACTION_REMOVE", st.verdict(a, l.channel)
	} else if !l.has(emoji) {
		code = st.verdict(a, l.channel, bitReadHistory, bitAddReactions)
	} else if code == 0 && st.oracle.silenced[a.ID] && !st.oracle.administers(a.ID) {
		code = missingPermissions // who is in timeout looks on. discord: topics/permissions#permissions-for-timed-out-members
	}
	text := reactionText(emoji, a.ID)
	st.begin(fmt.Sprintf("%s: %s of %s on %s in %s", a.Name, kind, emoji, l.id, l.channel))
	done, _ := st.ask(ctx, a, st.aimed(kind, l, text), code, func() (guildhall.Snowflake, error) {
		return 0, a.client.do(ctx, st.server.url, method, reactionPath(l.channel, l.id, emoji), nil, nil)
	})
	if !done {
		return
	}
	if kind == history.React {
		l.reactions[r] = true
	} else {
		delete(l.reactions, r)
	}
	st.wantInChannel(l, typ, guildhall.IntentGuildMessageReactions, func(*actor) string { return text })
}

// has tells whether somebody reacted with the emoji.
func (l *letter) has(emoji string) bool {
	for r := range l.reactions {
		if r.emoji == emoji {
			return true
		}
	}
	return false
}

// typeIn shows that somebody types, which is not kept: it may be left out, but not shown to others.
func (st *stage) typeIn(ctx context.Context) {
	a, channel := pick(st.rng, st.actors), pick(st.rng, st.textChannels())
	st.begin(fmt.Sprintf("%s types in %s", a.Name, channel))
	code := st.verdict(a, channel, bitSendMessages)
	st.judge(a, a.client.do(ctx, st.server.url, http.MethodPost, "/channels/"+channel.String()+"/typing", nil, nil), code)
	if code != 0 {
		return
	}
	for _, b := range st.actors {
		seen := b.intents.Has(guildhall.IntentGuildMessageTyping) && st.oracle.may(b.ID, channel, bitViewChannel)
		st.typing[b] = append(st.typing[b], typed{channel, a.ID, seen})
		if seen && !b.absent {
			st.counts["typing expected"]++
		}
	}
}
