package crash_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"guildhall"
)

// probe asks as somebody for something by REST and holds the answer against the oracle.
func (st *stage) probe(ctx context.Context) {
	a := pick(st.rng, st.actors)
	st.counts["probes"]++
	switch st.rng.IntN(4) {
	case 0:
		st.probeList(ctx, a)
	case 1:
		st.probeChannel(ctx, a)
	case 2:
		st.probeHistory(ctx, a)
	default:
		st.probeMessage(ctx, a)
	}
}

// probeList: the list of channels holds those that may be seen. docs/decisions/001
func (st *stage) probeList(ctx context.Context, a *actor) {
	st.begin(a.Name + " lists the channels")
	var list []channelBody
	err := a.client.do(ctx, st.server.url, http.MethodGet, st.guildPath("/channels"), nil, &list)
	st.judge(a, err, 0)
	sees := st.oracle.sees(a.ID)
	for _, c := range list {
		if !sees[c.ID] {
			st.t.Errorf("%s: is shown %s (H8)", st.what(), c.ID)
		}
		delete(sees, c.ID)
	}
	for id := range sees {
		st.t.Errorf("%s: is not shown %s (H9)", st.what(), id)
	}
}

func (st *stage) probeChannel(ctx context.Context, a *actor) {
	channel := pick(st.rng, ids(st.oracle.channels, func(guildhall.ChannelID) bool { return true }))
	st.begin(fmt.Sprintf("%s gets channel %s", a.Name, channel))
	st.judge(a, a.client.do(ctx, st.server.url, http.MethodGet, "/channels/"+channel.String(), nil, nil), st.verdict(a, channel))
}

// probeHistory: a channel that is out of sight is refused, one without READ_MESSAGE_HISTORY reads as empty.
// discord: resources/message#get-channel-messages
func (st *stage) probeHistory(ctx context.Context, a *actor) {
	channel := pick(st.rng, st.textChannels())
	st.begin(fmt.Sprintf("%s reads %s", a.Name, channel))
	var page []message
	path := fmt.Sprintf("%s?limit=%d", messagesPath(channel), messagesMax)
	code := st.verdict(a, channel)
	st.judge(a, a.client.do(ctx, st.server.url, http.MethodGet, path, nil, &page), code)
	if code != 0 {
		return
	}
	var want, got []string
	if st.oracle.may(a.ID, channel, bitReadHistory) {
		for _, l := range slices.Backward(st.letters) {
			if l.channel == channel && len(want) < messagesMax {
				want = append(want, fmt.Sprintf("%s %q", l.id, l.stored(a)))
			}
		}
	}
	for _, m := range page {
		got = append(got, fmt.Sprintf("%s %q", m.ID, m.Content))
	}
	if !slices.Equal(got, want) {
		st.t.Errorf("%s: got %q, want %q", st.what(), got, want)
	}
}

// probeMessage: a single message asks for READ_MESSAGE_HISTORY.
// discord: resources/message#get-channel-message
func (st *stage) probeMessage(ctx context.Context, a *actor) {
	l := pick(st.rng, st.letters)
	if l == nil {
		return
	}
	st.begin(fmt.Sprintf("%s gets message %s in %s", a.Name, l.id, l.channel))
	var m message
	code := st.verdict(a, l.channel, bitReadHistory)
	err := a.client.do(ctx, st.server.url, http.MethodGet, messagePath(l.channel, l.id), nil, &m)
	if r := refused(err); r != nil && code == missingPermissions && r.Code == missingAccess {
		code = missingAccess // which of the two it is, nothing says
	}
	st.judge(a, err, code)
	if code == 0 && m.Content != l.stored(a) {
		st.t.Errorf("%s: got %q, want %q", st.what(), m.Content, l.stored(a))
	}
}

// stored gives what an actor reads by REST, where its application's consent decides alone.
// discord: resources/message#message-object
func (l *letter) stored(a *actor) string {
	if a.consents {
		return l.content
	}
	return l.reads(a)
}
