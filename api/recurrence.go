package api

import (
	"slices"

	"guildhall"
)

// dailySets are the days that an event may take place on each week: Monday is 0.
// discord: resources/guild-scheduled-event#guild-scheduled-event-recurrence-rule-object-system-limitations
var dailySets = [][]int{
	{0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}, {0, 1, 2, 3, 6}, {4, 5}, {5, 6}, {0, 6},
}

// recurrence reads a rule. What Discord's own rules can't say is refused, as it is there.
// discord: resources/guild-scheduled-event#guild-scheduled-event-recurrence-rule-object
func (f *form) recurrence(name string) guildhall.Optional[guildhall.RecurrenceRule] {
	_, set, ok := f.get(name)
	if !ok {
		return guildhall.Optional[guildhall.RecurrenceRule]{Set: set, Null: set}
	}
	inner := f.object(name)
	if inner == nil {
		return guildhall.Optional[guildhall.RecurrenceRule]{}
	}
	inner.required("start", "frequency")
	rule := guildhall.RecurrenceRule{
		Start: inner.time("start").Value, Frequency: inner.choice("frequency", guildhall.RecursYearly, guildhall.RecursMonthly, guildhall.RecursWeekly, guildhall.RecursDaily).Value,
		Interval:  inner.integer("interval", 1, 2).Or(1),
		ByWeekday: inner.integers("by_weekday", 0, 6, 7), ByMonth: inner.integers("by_month", 1, 12, 12),
		ByMonthDay: inner.integers("by_month_day", 1, 31, 31),
	}
	days, _ := inner.objects("by_n_weekday", 7)
	for _, day := range days {
		day.required("n", "day")
		rule.ByNWeekday = append(rule.ByNWeekday, guildhall.EventWeekday{
			N: day.integer("n", 1, 5).Value, Day: day.integer("day", 0, 6).Value,
		})
	}
	for _, own := range []string{"end", "count", "by_year_day"} {
		if inner.has(own) {
			inner.fail("RECURRENCE_RULE_UNSUPPORTED", "This field can't be set", own)
		}
	}
	inner.checkRecurrence(&rule)
	return guildhall.Some(rule)
}

// checkRecurrence notes what of a rule does not go together.
func (f *form) checkRecurrence(rule *guildhall.RecurrenceRule) {
	wrong := func(is bool, field string) {
		if is {
			f.fail("RECURRENCE_RULE_INVALID", "Not a valid recurrence rule", field)
		}
	}
	wrong(rule.Interval != 1 && rule.Frequency != guildhall.RecursWeekly, "interval")
	wrong(len(rule.ByNWeekday) > 0 && (rule.Frequency != guildhall.RecursMonthly || len(rule.ByNWeekday) != 1), "by_n_weekday")
	byDate := len(rule.ByMonth) > 0 || len(rule.ByMonthDay) > 0
	wrong(byDate && (rule.Frequency != guildhall.RecursYearly || len(rule.ByMonth) != 1 || len(rule.ByMonthDay) != 1), "by_month")
	sorted := slices.Sorted(slices.Values(rule.ByWeekday))
	switch {
	case len(sorted) == 0:
	case rule.Frequency == guildhall.RecursWeekly:
		wrong(len(sorted) != 1, "by_weekday")
	case rule.Frequency == guildhall.RecursDaily:
		wrong(!slices.ContainsFunc(dailySets, func(set []int) bool { return slices.Equal(set, sorted) }), "by_weekday")
	default:
		wrong(true, "by_weekday")
	}
}
