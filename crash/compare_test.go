package crash_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"guildhall"
)

// step is one acknowledged operation, and what one listener must hear of it. The events of one record have no order
// among each other that anybody promised.
type step struct {
	what string
	want []wanted
	// audits is set where the listener may read the audit log before the operation or after it: whatever entries the
	// operation makes, it may be told of.
	audits bool
}

// wanted is an event that a listener must hear.
type wanted struct {
	key     string
	channel guildhall.ChannelID // 0 where it is about none
	// optional and forbidden are for what a listener missed while it had no socket: it may have been filtered since, or
	// must have been.
	optional, forbidden bool
	// late is for what is made anew at a resume and so comes behind all that was missed.
	late bool
}

// typed is one typing indicator.
type typed struct {
	channel guildhall.ChannelID
	user    guildhall.UserID
	seen    bool // by the listener in question
}

// difference is what is wrong with what a listener heard.
type difference struct {
	leaks, missing, order []string
}

func (d *difference) empty() bool { return len(d.leaks)+len(d.missing)+len(d.order) == 0 }

func (d *difference) String() string {
	var b strings.Builder
	for _, part := range []struct {
		name string
		list []string
	}{{"heard what it may not (H8)", d.leaks}, {"did not hear (H9)", d.missing}, {"heard out of order (H4)", d.order}} {
		for _, text := range part.list {
			fmt.Fprintf(&b, "  %s: %s\n", part.name, text)
		}
	}
	return b.String()
}

// auditEntry is an event whose number and order per operation is the audit log's own business; here it matters who hears it.
const auditEntry = "GUILD_AUDIT_LOG_ENTRY_CREATE"

// compare holds what a listener heard against the steps, in their order.
func compare(steps []step, got []heard) *difference {
	d := new(difference)
	at := 0
	left := make([][]wanted, len(steps))
	for i := range steps {
		left[i] = slices.Clone(steps[i].want)
	}
	for _, h := range got {
		if h.typ == "TYPING_START" {
			continue
		}
		if h.typ == auditEntry && slices.ContainsFunc(steps[at:], func(s step) bool { return s.audits }) {
			continue
		}
		i := find(left, at, h.key)
		if i < 0 {
			i = find(left[:at], 0, h.key)
			if i < 0 {
				d.leaks = append(d.leaks, h.key)
				continue
			}
			k := slices.IndexFunc(left[i], func(w wanted) bool { return w.key == h.key })
			if !left[i][k].late {
				d.order = append(d.order, fmt.Sprintf("%s of %q, after an event of %q", h.key, steps[i].what, steps[at].what))
			}
		} else {
			at = i
		}
		k := slices.IndexFunc(left[i], func(w wanted) bool { return w.key == h.key })
		if left[i][k].forbidden {
			d.leaks = append(d.leaks, fmt.Sprintf("%s of %q, which was out of its sight when it resumed", h.key, steps[i].what))
		}
		left[i] = slices.Delete(left[i], k, k+1)
	}
	for i := range left {
		for _, w := range left[i] {
			if !w.optional && !w.forbidden {
				d.missing = append(d.missing, fmt.Sprintf("%s of %q", w.key, steps[i].what))
			}
		}
	}
	return d
}

// find gives the first step from the given one on that wants the key; -1 for none.
func find(left [][]wanted, from int, key string) int {
	for i := from; i < len(left); i++ {
		if slices.ContainsFunc(left[i], func(w wanted) bool { return w.key == key }) {
			return i
		}
	}
	return -1
}

// excuse marks what a listener that had no socket during the steps need not, or must not, be told any more once it
// resumes: a message in a channel that it does not see now is not its business, and one in a channel that was out of
// its sight in between may have been left out. design §4
func excuse(steps []step, seesNow, exists func(guildhall.ChannelID) bool) []step {
	lost := map[guildhall.ChannelID]bool{}
	excused := make([]step, len(steps))
	for i := len(steps) - 1; i >= 0; i-- {
		excused[i] = step{what: steps[i].what, audits: steps[i].audits}
		for _, w := range steps[i].want {
			farewell := strings.HasPrefix(w.key, "CHANNEL_DELETE ")
			switch {
			case w.channel == 0:
			case farewell:
				w.optional = true // known judges it
			case !seesNow(w.channel) && exists(w.channel):
				w.forbidden = true
			case lost[w.channel] || !exists(w.channel):
				w.optional = true
			}
			excused[i].want = append(excused[i].want, w)
		}
		for _, w := range steps[i].want {
			if strings.HasPrefix(w.key, "CHANNEL_DELETE ") {
				lost[w.channel] = true
			}
		}
	}
	return excused
}

// known folds what a listener was told into the channels that it knows of, and gives what it heard of others: whatever
// the server meant, this client shows a channel that is not there for it.
func known(channels map[guildhall.ChannelID]bool, got []heard) (strange []string) {
	for _, h := range got {
		if h.channel != 0 && h.typ != "CHANNEL_CREATE" && !channels[h.channel] {
			strange = append(strange, fmt.Sprintf("%s %s in channel %s, which it has not", h.typ, h.key, h.channel))
		}
		switch h.typ {
		case "CHANNEL_CREATE":
			channels[h.channel] = true
		case "CHANNEL_DELETE":
			delete(channels, h.channel)
		}
	}
	return strange
}

// overheard gives typing indicators that nobody's typing explains. They are not kept and have no order; some may be
// left out.
func overheard(sent []typed, got []heard) (leaks []string, count int) {
	for _, h := range got {
		if h.typ != "TYPING_START" {
			continue
		}
		count++
		if !slices.Contains(sent, typed{h.channel, h.user, true}) {
			leaks = append(leaks, fmt.Sprintf("TYPING_START of %s in %s", h.user, h.channel))
		}
	}
	return leaks, count
}

// TestCompare shows that the comparison can fail.
func TestCompare(t *testing.T) {
	t.Parallel()
	const channel = 7
	steps := []step{
		{what: "first", want: []wanted{{key: "A"}, {key: "B"}}},
		{what: "second"},
		{what: "third", want: []wanted{{key: "C", channel: channel}}},
		{what: "fourth", want: []wanted{{key: "A"}}},
	}
	tests := map[string]struct {
		got                    string
		leaks, missing, orders int
	}{
		"all":                  {"A B C A", 0, 0, 0},
		"any order in a step":  {"B A C A", 0, 0, 0},
		"one missing":          {"A B A", 0, 1, 0},
		"the last missing":     {"A B C", 0, 1, 0},
		"one too many":         {"A B C A D", 1, 0, 0},
		"one twice":            {"A B C C A", 1, 0, 0},
		"in the wrong order":   {"A C B A", 0, 0, 1},
		"nothing":              {"", 0, 4, 0},
		"a typing in between":  {"A B T C A", 0, 0, 0},
		"all in another order": {"C A B", 0, 1, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []heard
			for key := range strings.FieldsSeq(test.got) {
				h := heard{key: key}
				if key == "T" {
					h = heard{typ: "TYPING_START"}
				}
				got = append(got, h)
			}
			d := compare(steps, got)
			if len(d.leaks) != test.leaks || len(d.missing) != test.missing || len(d.order) != test.orders {
				t.Errorf("got %d, %d, %d\n%s", len(d.leaks), len(d.missing), len(d.order), d)
			}
		})
	}
	hidden := excuse(steps, func(guildhall.ChannelID) bool { return false }, func(guildhall.ChannelID) bool { return true })
	if d := compare(hidden, []heard{{key: "A"}, {key: "B"}, {key: "C"}, {key: "A"}}); len(d.leaks) != 1 {
		t.Errorf("what was hidden before the resume: %s", d)
	}
	if d := compare(hidden, []heard{{key: "A"}, {key: "B"}, {key: "A"}}); !d.empty() {
		t.Errorf("what was left out at the resume: %s", d)
	}
	if strange := known(map[guildhall.ChannelID]bool{}, []heard{{key: "C", channel: channel}}); len(strange) != 1 {
		t.Error("a message in a channel that nobody told of is not strange")
	}
	if leaks, n := overheard([]typed{{channel, 1, true}, {channel, 2, false}}, []heard{
		{typ: "TYPING_START", channel: channel, user: 1}, {typ: "TYPING_START", channel: channel, user: 2},
	}); len(leaks) != 1 || n != 2 {
		t.Error("typing that was not seen is no leak")
	}
}
