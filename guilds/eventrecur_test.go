package guilds

import (
	"testing"
	"time"

	"guildhall"
)

// daily plans an event for every day, an hour from now.
func daily(h *hall, change func(*guildhall.EventFields)) guildhall.Snowflake {
	h.t.Helper()
	f := outside(h, "daily")
	f.Recurrence = guildhall.Some(guildhall.RecurrenceRule{Start: f.Start.Value, Frequency: guildhall.RecursDaily, Interval: 1})
	if change != nil {
		change(&f)
	}
	return read[guildhall.ScheduledEvent](h.t, h.must(adminID, 0, guildhall.CommandEventCreate, f).reply).ID
}

// pass lets time go by, a minute at a time, and what falls due happen.
func (h *hall) pass(d time.Duration) {
	h.t.Helper()
	for end := h.now.Add(d); h.now.Before(end); h.now = h.now.Add(time.Minute) {
		for _, cmd := range h.state.due(h.now) {
			if _, err := h.propose(cmd); err != nil {
				h.t.Fatal(err)
			}
			for len(h.proposed) > 0 {
				h.commit()
			}
		}
	}
}

// TestEventsRecur: a recurring event that is over is planned anew, for the next time that lies ahead.
func TestEventsRecur(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	channel := stage(h)
	inStage := func(f *guildhall.EventFields) {
		f.EntityType, f.ChannelID, f.Location = guildhall.Some(1), guildhall.Some(channel), guildhall.Optional[string]{}
	}
	day := guildhall.Timestamp((24 * time.Hour).Microseconds())
	for name, test := range map[string]struct {
		change func(*guildhall.EventFields)
		end    func(id guildhall.Snowflake)
		days   guildhall.Timestamp
		status guildhall.EventStatus
	}{
		"begun and ended by the clock": {nil, func(guildhall.Snowflake) { h.pass(3 * time.Hour) }, 1, 1},
		"never begun":                  {inStage, func(guildhall.Snowflake) { h.pass(5 * time.Hour) }, 1, 1},
		"begun and ended before its time": {nil, func(id guildhall.Snowflake) {
			for _, status := range []int{2, 3} {
				h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: id, Status: guildhall.Some(status)})
			}
		}, 1, 1},
		"ended two days late": {inStage, func(id guildhall.Snowflake) {
			h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: id, Status: guildhall.Some(2)})
			h.now = h.now.Add(48 * time.Hour)
			h.must(adminID, channel, guildhall.CommandStageDelete, nil)
		}, 2, 1},
		"called off": {nil, func(id guildhall.Snowflake) {
			h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: id, Status: guildhall.Some(4)})
		}, 0, 4},
		"no more recurring": {nil, func(id guildhall.Snowflake) {
			h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{ID: id, Status: guildhall.Some(2)})
			h.must(adminID, 0, guildhall.CommandEventModify, guildhall.EventFields{
				ID: id, Status: guildhall.Some(3), Recurrence: guildhall.Optional[guildhall.RecurrenceRule]{Set: true, Null: true},
			})
		}, 0, 3},
	} {
		id := daily(h, test.change)
		h.must(plainID, 0, guildhall.CommandEventJoin, guildhall.EventFields{ID: id})
		before := *h.view().Event(id)
		test.end(id)
		e := h.view().Event(id)
		if e.Status != test.status || e.Start != before.Start+test.days*day || *e.End != *before.End+test.days*day || e.EntityID != 0 {
			t.Errorf("%s: %+v, was %+v", name, e, before)
		}
		if h.view().Interested(id, plainID) == e.Status.Over() {
			t.Errorf("%s: who was interested is so: %v", name, e.Status.Over())
		}
		if h.view().Stage(channel) != nil {
			t.Errorf("%s: the stage goes on", name)
		}
		h.must(adminID, 0, guildhall.CommandEventDelete, guildhall.EventFields{ID: id})
	}
}
