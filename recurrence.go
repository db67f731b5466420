package guildhall

import (
	"slices"
	"time"
)

// The frequencies of a recurrence rule.
// discord: resources/guild-scheduled-event#guild-scheduled-event-recurrence-rule-object-guild-scheduled-event-recurrence-rule-frequency
const (
	RecursYearly  = 0
	RecursMonthly = 1
	RecursWeekly  = 2
	RecursDaily   = 3
)

// recurrenceDaysMax is how far ahead the next occurrence can be: eight years, for the 29th of February around 2100.
const recurrenceDaysMax = 8*366 + 1

// yearMax is the last year that can be written. RFC 3339 §1
const yearMax = 9999

// Next gives the first occurrence after a time; zero where a rule that says nothing possible has none. Days and times of day are
// those of UTC, as in the rule's start. A date that a month or year has not is passed over.
// RFC 5545 §3.3.10
func (r *RecurrenceRule) Next(after time.Time) time.Time {
	start := r.Start.Time().UTC()
	if after.Before(start) {
		after = start.Add(-time.Nanosecond)
	}
	year, month, day := after.UTC().Date()
	hour, minute, second := start.Clock()
	for n := range recurrenceDaysMax {
		at := time.Date(year, month, day+n, hour, minute, second, start.Nanosecond(), time.UTC)
		if at.Year() > yearMax {
			break
		}
		if at.After(after) && r.on(start, at) {
			return at
		}
	}
	return time.Time{}
}

// on tells whether the rule names a day.
func (r *RecurrenceRule) on(start, at time.Time) bool {
	weekday := mondayFirst(at)
	switch r.Frequency {
	case RecursDaily:
		return len(r.ByWeekday) == 0 || slices.Contains(r.ByWeekday, weekday)
	case RecursWeekly:
		on := weekday == mondayFirst(start)
		if len(r.ByWeekday) > 0 {
			on = slices.Contains(r.ByWeekday, weekday)
		}
		return on && weeksBetween(start, at)%max(1, r.Interval) == 0
	case RecursMonthly:
		if len(r.ByNWeekday) > 0 {
			const week = 7
			return slices.Contains(r.ByNWeekday, EventWeekday{N: (at.Day()-1)/week + 1, Day: weekday})
		}
		return at.Day() == start.Day()
	default:
		month, day := int(start.Month()), start.Day()
		if len(r.ByMonth) == 1 && len(r.ByMonthDay) == 1 {
			month, day = r.ByMonth[0], r.ByMonthDay[0]
		}
		return int(at.Month()) == month && at.Day() == day
	}
}

// mondayFirst is the day of the week as rules count it: Monday is 0.
func mondayFirst(t time.Time) int { return (int(t.Weekday()) + 6) % 7 }

// weeksBetween counts how often a week has begun, on Mondays, from one time to a later one.
func weeksBetween(from, to time.Time) int {
	const day, week = 24 * time.Hour, 7
	monday := func(t time.Time) time.Time { return t.Truncate(day).Add(-time.Duration(mondayFirst(t)) * day) }
	return int(monday(to).Sub(monday(from)) / day / week)
}
