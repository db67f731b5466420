package guildhall_test

import (
	"testing"
	"time"

	"guildhall"
)

// TestRecurrenceNext follows each kind of rule for a few occurrences.
func TestRecurrenceNext(t *testing.T) {
	t.Parallel()
	at := func(day string) time.Time {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		return d.Add(19*time.Hour + 30*time.Minute)
	}
	for name, test := range map[string]struct {
		start string
		rule  guildhall.RecurrenceRule
		want  []string
	}{
		"every day": {"2026-12-30", guildhall.RecurrenceRule{Frequency: guildhall.RecursDaily}, []string{"2026-12-31", "2027-01-01"}},
		"on weekdays": { // a Thursday
			"2026-11-26", guildhall.RecurrenceRule{Frequency: guildhall.RecursDaily, ByWeekday: []int{0, 1, 2, 3, 4}},
			[]string{"2026-11-27", "2026-11-30", "2026-12-01"},
		},
		"every Wednesday": { // from a Monday
			"2026-11-23", guildhall.RecurrenceRule{Frequency: guildhall.RecursWeekly, ByWeekday: []int{2}},
			[]string{"2026-11-25", "2026-12-02"},
		},
		"every other Sunday": {
			"2026-11-22", guildhall.RecurrenceRule{Frequency: guildhall.RecursWeekly, Interval: 2, ByWeekday: []int{6}},
			[]string{"2026-12-06", "2026-12-20", "2027-01-03"},
		},
		"every week, with no day named": {"2026-11-22", guildhall.RecurrenceRule{Frequency: guildhall.RecursWeekly}, []string{"2026-11-29"}},
		"the fourth Wednesday": {
			"2026-11-25", guildhall.RecurrenceRule{Frequency: guildhall.RecursMonthly, ByNWeekday: []guildhall.EventWeekday{{N: 4, Day: 2}}},
			[]string{"2026-12-23", "2027-01-27"},
		},
		"the fifth Monday, where there is one": {
			"2026-11-30", guildhall.RecurrenceRule{Frequency: guildhall.RecursMonthly, ByNWeekday: []guildhall.EventWeekday{{N: 5, Day: 0}}},
			[]string{"2027-03-29", "2027-05-31"},
		},
		"the 31st, where there is one": {
			"2026-12-31", guildhall.RecurrenceRule{Frequency: guildhall.RecursMonthly}, []string{"2027-01-31", "2027-03-31", "2027-05-31"},
		},
		"on 24 July": {
			"2026-11-23", guildhall.RecurrenceRule{Frequency: guildhall.RecursYearly, ByMonth: []int{7}, ByMonthDay: []int{24}},
			[]string{"2027-07-24", "2028-07-24"},
		},
		"on 29 February, over 2100": {
			"2096-02-29", guildhall.RecurrenceRule{Frequency: guildhall.RecursYearly}, []string{"2104-02-29", "2108-02-29"},
		},
	} {
		test.rule.Start = guildhall.TimestampOf(at(test.start))
		now := at(test.start)
		for _, want := range test.want {
			if now = test.rule.Next(now); !now.Equal(at(want)) {
				t.Errorf("%s: %s, want %s", name, now, want)
			}
		}
	}
	never := guildhall.RecurrenceRule{Frequency: guildhall.RecursYearly, ByMonth: []int{2}, ByMonthDay: []int{31}}
	if next := never.Next(at("2026-11-23")); !next.IsZero() {
		t.Errorf("31 February is on %s", next)
	}
	last := guildhall.RecurrenceRule{Frequency: guildhall.RecursDaily, Start: guildhall.TimestampOf(at("9999-12-30"))}
	if next := last.Next(at("9999-12-31")); !next.IsZero() {
		t.Errorf("after the last day comes %s", next)
	}
	first := guildhall.RecurrenceRule{Frequency: guildhall.RecursDaily, Start: guildhall.TimestampOf(at("2027-01-01"))}
	if next := first.Next(at("2026-11-23")); !next.Equal(at("2027-01-01")) {
		t.Errorf("before the start: %s", next)
	}
}
