package history

import "guildhall"

// checkLeak judges H8: an event at a position goes only to sessions whose user may see it there and that asked for it
// by an intent; and a page shows a channel only to who may see it. Where positions are not known, an event that was
// certainly committed after a revoke was acknowledged, and before anything was granted again, is a leak.
func checkLeak(ix *index, j *judge) {
	for _, l := range ix.lives {
		for i, at := range ix.universe.got[l] {
			r := &l.receives[i]
			e := event{
				scope: ix.scope(r.f.Object, r.f.Channel), channel: r.f.Channel, typ: r.f.Type, id: r.f.ID, n: r.n, upper: forever,
			}
			if at != nowhere {
				e = ix.universe.events[at]
			} else if r.f.Channel == 0 {
				continue // of the session itself, or of a whole object without position
			}
			if e.times > 1 { // this may be another of the equal ones than was seen first
				e.upper = forever
			}
			e.upper = min(e.upper, r.at)
			ix.judgeSight(j, l, &e, r)
		}
	}
	for i := range ix.pages {
		p := &ix.pages[i]
		if len(p.f.Items) == 0 {
			continue
		}
		sight, line := ix.sights.ask(p.f.User, ix.scope(guildhall.Object{}, p.f.Channel), p.f.Channel, 0, p.f.Start, p.at)
		switch sight {
		case SightUnknown:
			j.skip("pages of which the history does not say whether the reader may see them")
		case Hidden:
			j.judged()
			j.fail([]int{line, p.n}, "%s read channel %s, which user %s may not see", p.f.Client, p.f.Channel, p.f.User)
		default:
			j.judged()
		}
	}
}

func (ix *index) judgeSight(j *judge, l *life, e *event, r *noted[Receive]) {
	sight, line := ix.sight(l, e)
	switch {
	case e.intents != 0 && l.intents != 0 && l.intents&e.intents == 0:
		j.judged()
		j.fail([]int{l.n, r.n}, "session %s got %s without its intent", l.session, e.typ)
	case sight == SightUnknown:
		j.skip("deliveries of which the history does not say whether the session may see them")
	case sight == Hidden:
		j.judged()
		j.fail([]int{line, e.n, r.n}, "session %s of user %s got %s %s of %s, channel %s (%s), which it may not see",
			l.session, l.user, e.typ, e.id, e.scope, e.channel, e.place())
	default:
		j.judged()
	}
}

// any tells whether something is noted of what the user sees of the channel.
func (s *sights) any(user guildhall.UserID, object guildhall.Object, channel guildhall.ChannelID) bool {
	return s.lists[sightKey{user, object, 0}] != nil || s.lists[sightKey{user, object, channel}] != nil
}
