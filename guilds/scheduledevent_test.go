package guilds

import (
	"errors"
	"slices"
	"testing"
	"time"

	"guildhall"
)

// outside plans an event that is not in a channel.
func outside(h *hall, name string) guildhall.EventFields {
	start := guildhall.TimestampOf(h.now.Add(time.Hour))
	return guildhall.EventFields{
		Name: guildhall.Some(name), EntityType: guildhall.Some(3), Location: guildhall.Some("the yard"),
		Start: guildhall.Some(start), End: guildhall.Some(start + guildhall.Timestamp(time.Hour.Microseconds())),
	}
}

// eventsRole lets the plain member plan events.
func eventsRole(h *hall) {
	h.give(plainID, h.role("planner", guildhall.PermissionCreateEvents))
}

func TestEventsOutside(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	fields := outside(h, "fair")
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandEventCreate, fields)
	eventsRole(h)
	d := h.must(plainID, 0, guildhall.CommandEventCreate, fields)
	made := read[guildhall.ScheduledEvent](t, d.reply)
	e, _ := event(t, d, "GUILD_SCHEDULED_EVENT_CREATE")
	if e.Audience.Channel != 0 || e.Audience.Intents != guildhall.IntentGuildScheduledEvents || made.Creator == nil || made.Status != guildhall.EventScheduled {
		t.Errorf("made %+v, told to %+v", made, e.Audience)
	}
	log := entries(t, d)[0]
	if log.ActionType != guildhall.AuditScheduledEventCreate || log.TargetID != made.ID ||
		!slices.ContainsFunc(log.Changes, func(c guildhall.AuditChange) bool { return c.Key == "location" && string(c.New) == `"the yard"` }) {
		t.Errorf("audit log %+v", log)
	}
	rename := guildhall.EventFields{ID: made.ID, Name: guildhall.Some("great fair")}
	h.refuse(guildhall.ErrMissingPermissions, modID, 0, guildhall.CommandEventModify, rename)
	h.must(plainID, 0, guildhall.CommandEventModify, rename)
	h.must(adminID, 0, guildhall.CommandEventDelete, guildhall.EventFields{ID: made.ID})
	h.refuse(errUnknownEvent, plainID, 0, guildhall.CommandEventModify, rename)
}

func TestEventFieldsMustFit(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	past := guildhall.Some(guildhall.TimestampOf(h.now.Add(-time.Hour)))
	for name, change := range map[string]func(*guildhall.EventFields){
		"in the past":           func(f *guildhall.EventFields) { f.Start = past },
		"an end before":         func(f *guildhall.EventFields) { f.End = past },
		"outside, without end":  func(f *guildhall.EventFields) { f.End = guildhall.Optional[guildhall.Timestamp]{} },
		"outside, nowhere":      func(f *guildhall.EventFields) { f.Location = guildhall.Optional[string]{} },
		"outside, in a channel": func(f *guildhall.EventFields) { f.ChannelID = guildhall.Some(h.general) },
		"voice, no channel":     func(f *guildhall.EventFields) { f.EntityType = guildhall.Some(2) },
	} {
		f := outside(h, "x")
		change(&f)
		if _, err := h.do(adminID, 0, guildhall.CommandEventCreate, f); !errors.Is(err, guildhall.ErrInvalidForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := outside(h, "x")
	f.EntityType, f.ChannelID = guildhall.Some(2), guildhall.Some(h.general)
	h.refuse(guildhall.ErrWrongChannelType, adminID, 0, guildhall.CommandEventCreate, f)
}

// TestEventStatuses tries every step from every status.
func TestEventStatuses(t *testing.T) {
	t.Parallel()
	allowed := map[[2]guildhall.EventStatus]bool{
		{guildhall.EventScheduled, guildhall.EventActive}:   true,
		{guildhall.EventScheduled, guildhall.EventCanceled}: true,
		{guildhall.EventActive, guildhall.EventCompleted}:   true,
	}
	ways := map[guildhall.EventStatus][]int{
		guildhall.EventScheduled: {}, guildhall.EventActive: {2}, guildhall.EventCompleted: {2, 3}, guildhall.EventCanceled: {4},
	}
	for from, way := range ways {
		for to := guildhall.EventScheduled; to <= guildhall.EventCanceled; to++ {
			h := newHall(t)
			id := read[guildhall.ScheduledEvent](t, h.must(adminID, 0, guildhall.CommandEventCreate, outside(h, "x")).reply).ID
			step := func(status int) error {
				_, err := h.do(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: id, Status: guildhall.Some(status)})
				return err
			}
			for _, status := range way {
				if err := step(status); err != nil {
					t.Fatal(err)
				}
			}
			err := step(int(to))
			if ok := allowed[[2]guildhall.EventStatus{from, to}] || from == to && !from.Over(); ok != (err == nil) {
				t.Errorf("from %d to %d: %v", from, to, err)
			}
			listed := ask[[]guildhall.ScheduledEvent](h.bench, plainID, 0, guildhall.QueryEvents, nil)
			if over := h.view().Event(id).Status.Over(); over != (len(listed) == 0) {
				t.Errorf("listed %+v", listed)
			}
		}
	}
}

func TestEventUsers(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	id := read[guildhall.ScheduledEvent](t, h.must(adminID, 0, guildhall.CommandEventCreate, outside(h, "x")).reply).ID
	f := guildhall.EventFields{ID: id}
	for _, u := range []guildhall.UserID{plainID, modID, adminID} {
		d := h.must(u, 0, guildhall.CommandEventJoin, f)
		if _, data := event(t, d, "GUILD_SCHEDULED_EVENT_USER_ADD"); data["user_id"] != u.String() || data["guild_scheduled_event_id"] != id.String() {
			t.Errorf("told %v", data)
		}
	}
	if d := h.must(plainID, 0, guildhall.CommandEventJoin, f); len(d.events) != 0 {
		t.Errorf("interest twice is told as %v", types(d))
	}
	page := func(q guildhall.EventUsersQuery) []guildhall.UserID {
		q.ID = id
		var ids []guildhall.UserID
		for _, u := range ask[[]guildhall.EventUser](h.bench, plainID, 0, guildhall.QueryEventUsers, q) {
			if u.User == nil || (u.Member != nil) != q.WithMember {
				t.Errorf("listed %+v", u)
			}
			ids = append(ids, u.UserID)
		}
		return ids
	}
	for _, test := range []struct {
		q    guildhall.EventUsersQuery
		want []guildhall.UserID
	}{
		{guildhall.EventUsersQuery{Limit: 10}, []guildhall.UserID{adminID, modID, plainID}},
		{guildhall.EventUsersQuery{Limit: 1, WithMember: true}, []guildhall.UserID{adminID}},
		{guildhall.EventUsersQuery{Limit: 1, Before: plainID}, []guildhall.UserID{modID}},
		{guildhall.EventUsersQuery{Limit: 5, After: adminID}, []guildhall.UserID{modID, plainID}},
	} {
		if got := page(test.q); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.q, got, test.want)
		}
	}
	h.must(modID, 0, guildhall.CommandEventLeave, f)
	d := h.must(plainID, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: plainID})
	if !slices.Contains(types(d), "GUILD_SCHEDULED_EVENT_USER_REMOVE") {
		t.Errorf("who leaves the guild is still interested: %v", types(d))
	}
	shown := ask[guildhall.ScheduledEvent](h.bench, adminID, 0, guildhall.QueryEvent, guildhall.EventQuery{ID: id, WithCounts: true})
	if shown.UserCount == nil || *shown.UserCount != 1 {
		t.Errorf("counted %+v", shown.UserCount)
	}
}

// TestEventOnAStage: what goes on there begins and ends with the event, and goes with the channel.
func TestEventOnAStage(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	channel := stage(h)
	f := outside(h, "talk")
	f.EntityType, f.ChannelID, f.Location = guildhall.Some(1), guildhall.Some(channel), guildhall.Optional[string]{}
	plan := func() guildhall.Snowflake {
		return read[guildhall.ScheduledEvent](t, h.must(adminID, 0, guildhall.CommandEventCreate, f).reply).ID
	}
	eventsRole(h)
	h.refuse(guildhall.ErrMissingPermissions, plainID, 0, guildhall.CommandEventCreate, f)
	id := plan()
	to := func(status int) *draft {
		return h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: id, Status: guildhall.Some(status)})
	}
	if d := to(2); !slices.Equal(types(d), []string{"STAGE_INSTANCE_CREATE", "GUILD_SCHEDULED_EVENT_UPDATE"}) {
		t.Errorf("begun by %v", types(d))
	}
	s := h.view().Stage(channel)
	if s == nil || s.EventID != id || s.Topic != "talk" || h.view().Event(id).EntityID != s.ID {
		t.Fatalf("stage %+v", s)
	}
	h.refuse(errStageOpen, adminID, channel, guildhall.CommandStageCreate, guildhall.StageFields{Topic: guildhall.Some("x")})
	h.refuse(guildhall.ErrMissingPermissions, modID, channel, guildhall.CommandStageDelete, nil)
	h.must(adminID, channel, guildhall.CommandStageModify, guildhall.StageFields{Topic: guildhall.Some("a talk")})
	d := h.must(adminID, channel, guildhall.CommandStageDelete, nil)
	if !slices.Equal(types(d), []string{"STAGE_INSTANCE_DELETE", "GUILD_SCHEDULED_EVENT_UPDATE"}) || h.view().Event(id).Status != guildhall.EventCompleted {
		t.Errorf("ended by %v", types(d))
	}
	id = plan()
	h.must(adminID, channel, guildhall.CommandStageCreate, guildhall.StageFields{Topic: guildhall.Some("x"), EventID: id})
	if e := h.view().Event(id); e.Status != guildhall.EventActive {
		t.Errorf("an event whose stage has begun is %+v", e)
	}
	d = h.must(adminID, channel, guildhall.CommandChannelDelete, nil)
	if h.view().Stage(channel) != nil || h.view().Event(id) != nil || !slices.Contains(types(d), "STAGE_INSTANCE_DELETE") || !slices.Contains(types(d), "GUILD_SCHEDULED_EVENT_DELETE") {
		t.Errorf("after the channel is deleted by %v: %+v %+v", types(d), h.view().Stage(channel), h.view().Event(id))
	}
}

// TestEventsAreCounted: as many as may be planned, and few of those that are over.
func TestEventsAreCounted(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	f := outside(h, "x")
	var last guildhall.Snowflake
	for range documented.Of(guildhall.LimitScheduledEvents) {
		last = read[guildhall.ScheduledEvent](t, h.must(adminID, 0, guildhall.CommandEventCreate, f).reply).ID
	}
	h.refuse(documented.Exceeded(guildhall.LimitScheduledEvents), adminID, 0, guildhall.CommandEventCreate, f)
	for _, e := range h.view().Events() {
		h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: e.ID, Status: guildhall.Some(4)})
	}
	if n := len(h.view().Events()); n != eventsOverMax || h.view().Event(last) == nil {
		t.Errorf("%d events that are over are kept", n)
	}
}

// TestEventsElapse: events outside begin and end by themselves; those in channels are called off when nobody begins them,
// and end when nobody is there any more.
func TestEventsElapse(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	channel := read[guildhall.Channel](t, h.must(adminID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "v", Type: guildhall.ChannelGuildVoice}).reply).ID
	inside := outside(h, "inside")
	inside.EntityType, inside.ChannelID, inside.Location = guildhall.Some(2), guildhall.Some(channel), guildhall.Optional[string]{}
	make := func(f guildhall.EventFields) guildhall.Snowflake {
		return read[guildhall.ScheduledEvent](t, h.must(adminID, 0, guildhall.CommandEventCreate, f).reply).ID
	}
	yard, late, held := make(outside(h, "yard")), make(inside), make(inside)
	h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: held, Status: guildhall.Some(2)})
	h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: channel, SessionID: "s"})
	pass := func(d time.Duration, what string, want ...guildhall.EventStatus) {
		t.Helper()
		h.pass(d)
		got := []guildhall.EventStatus{h.view().Event(yard).Status, h.view().Event(late).Status, h.view().Event(held).Status}
		if !slices.Equal(got, want) {
			t.Errorf("%s: statuses %v, want %v", what, got, want)
		}
	}
	pass(50*time.Minute, "before the start", 1, 1, 2)
	pass(20*time.Minute, "after the start", 2, 1, 2)
	pass(time.Hour, "after the end", 3, 1, 2)
	pass(2*time.Hour, "hours later", 3, 4, 2)
	h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{})
	pass(4*time.Minute, "just empty", 3, 4, 2)
	h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{ChannelID: channel, SessionID: "s"})
	pass(10*time.Minute, "somebody came again", 3, 4, 2)
	h.must(plainID, 0, guildhall.CommandVoiceUpdate, guildhall.UpdateVoice{})
	pass(10*time.Minute, "empty for long", 3, 4, 3)
}

// TestInviteShowsAnEvent that all members see, and no other.
func TestInviteShowsAnEvent(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	channel := read[guildhall.Channel](t, h.must(adminID, 0, guildhall.CommandChannelCreate, guildhall.CreateChannel{Name: "v", Type: guildhall.ChannelGuildVoice}).reply).ID
	f := outside(h, "inside")
	f.EntityType, f.ChannelID, f.Location = guildhall.Some(2), guildhall.Some(channel), guildhall.Optional[string]{}
	id := read[guildhall.ScheduledEvent](t, h.must(adminID, 0, guildhall.CommandEventCreate, f).reply).ID
	h.must(plainID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "abc"})
	shown := func() *guildhall.ScheduledEvent {
		return ask[guildhall.InviteAnswer](h.bench, system, 0, guildhall.QueryInvite, guildhall.InviteRef{Code: "abc", EventID: id}).Event
	}
	if e := shown(); e == nil || e.ID != id || e.UserCount == nil {
		t.Errorf("shown %+v", e)
	}
	h.deny(channel, guildhall.PermissionViewChannel)
	if e := shown(); e != nil {
		t.Errorf("an event in a hidden channel is shown: %+v", e)
	}
}
