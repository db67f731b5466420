package sim

// pure core

import (
	"fmt"
	"slices"

	"guildhall"
	"guildhall/cluster"
	"guildhall/guilds"
	"guildhall/store"
)

// Bug is a mistake that can be planted, to prove that the checks would find it. All are wrapped around what goes into
// and comes out of the cores, which know nothing of them.
type Bug int

// The bugs.
const (
	BugNone Bug = iota
	// BugAnswerEarly answers when a record is appended, not when it is committed.
	BugAnswerEarly
	// BugPublishEarly publishes then.
	BugPublishEarly
	// BugOverGap delivers a publish beyond a gap.
	BugOverGap
	// BugTwice delivers a publish twice.
	BugTwice
	// BugNoAudit leaves the audits out.
	BugNoAudit
	// BugNoSeal takes over without sealing.
	BugNoSeal
	// BugClaimFirst claims before the tail is projected.
	BugClaimFirst
	// BugForgets loads objects without the requests and nonces of their events.
	BugForgets
	// BugRegroups repeats an unanswered append with other records.
	BugRegroups
	// BugNoRingRead believes answers about "now" without a ring read.
	BugNoRingRead
	// BugBelievesRefusals does so for commands alone: refusals, and that there is nothing to change.
	BugBelievesRefusals
	// BugNoStamps lets a late write overwrite a newer row.
	BugNoStamps
	// BugCursorFirst moves the cursor before the rows are there.
	BugCursorFirst
	// BugReusesPosition loads an object without its last record.
	BugReusesPosition
	// BugPageOnly shows the tables' page without the owner's records.
	BugPageOnly
	// BugResumesLate resumes one event too far on.
	BugResumesLate
	// BugForgetsRefusals judges a request anew that was answered without a record.
	BugForgetsRefusals
	// BugForgetsShownAgain leaves out of a RESUME what was hidden meanwhile, though it is to be seen again.
	BugForgetsShownAgain
	// BugClaimsTooEarly has an object claim a name again that is being freed for it.
	BugClaimsTooEarly

	bugs int = iota
)

// Bugs lists all that can be planted.
func Bugs() []Bug {
	var all []Bug
	for b := BugAnswerEarly; int(b) < bugs; b++ {
		all = append(all, b)
	}
	return all
}

func (b Bug) String() string {
	names := [...]string{
		"none", "answer early", "publish early", "over gap", "twice", "no audit", "no seal", "claim first", "forgets", "regroups",
		"no ring read", "believes refusals", "no stamps",
		"cursor first", "reuses position", "page only", "resumes late", "forgets refusals",
		"forgets what is shown again", "claims too early",
	}
	if int(b) < len(names) {
		return names[b]
	}
	return fmt.Sprintf("bug(%d)", int(b))
}

// ownerBugs wraps one owner core.
type ownerBugs struct {
	n *ownerNode
	// asked and followers are what an early answer or publish needs.
	asked     map[guildhall.RequestID]guilds.Ticket
	answered  map[guilds.Ticket]bool
	followers map[guildhall.Object][]string
	// unprojected are tails that are projected after the claim.
	unprojected map[store.LogID][]*guildhall.Record
}

func newOwnerBugs(n *ownerNode) ownerBugs {
	return ownerBugs{
		n: n, asked: make(map[guildhall.RequestID]guilds.Ticket), answered: make(map[guilds.Ticket]bool),
		followers: make(map[guildhall.Object][]string), unprojected: make(map[store.LogID][]*guildhall.Record),
	}
}

func (b *ownerBugs) is(bug Bug) bool { return b.n.w.opts.Bug == bug }

// input changes what goes into the core.
func (b *ownerBugs) input(in guilds.Input) guilds.Input {
	switch in := in.(type) {
	case guilds.Ask:
		if b.is(BugAnswerEarly) && !in.Query {
			b.asked[in.Command.RequestID] = in.Ticket
		}
		if b.is(BugForgetsRefusals) {
			b.forget(in.Command.RequestID)
		}
		if b.is(BugClaimsTooEarly) && len(in.Command.Claims) > 0 {
			state := b.n.core.State()
			state.Releasing = nil
			b.replace(state)
		}
	case guilds.AskFollow:
		if f := in.Follow; b.is(BugPublishEarly) && !slices.Contains(b.followers[f.Object], f.Node) {
			b.followers[f.Object] = append(b.followers[f.Object], f.Node)
		}
	case guilds.ObjectLoaded:
		if b.is(BugForgets) {
			in.Events = nil
			return in
		}
		if n := len(in.Events); b.is(BugReusesPosition) && n > 1 {
			in.Head, in.Events = in.Head-1, in.Events[:n-1]
			return in
		}
	}
	return in
}

// forget takes away what the core remembers of answers without a record, when one of them is asked for again.
func (b *ownerBugs) forget(request guildhall.RequestID) {
	if _, is := b.n.w.model.final[request]; !is {
		return
	}
	state := b.n.core.State()
	state.Settled = nil
	b.replace(state)
}

func (b *ownerBugs) replace(state guilds.State) {
	if core, err := guilds.Restore(state); err == nil {
		b.n.core = core
	}
}

// outputs changes what comes out of it.
func (b *ownerBugs) outputs(outputs []guilds.Output) []guilds.Output {
	if !b.is(BugAnswerEarly) && !b.is(BugPublishEarly) {
		return outputs
	}
	var changed []guilds.Output
	for _, out := range outputs {
		switch out := out.(type) {
		case guilds.Append:
			changed = append(append(changed, b.early(out)...), out)
		case guilds.Answered:
			if !b.answered[out.Ticket] {
				changed = append(changed, out)
			}
		default:
			changed = append(changed, out)
		}
	}
	return changed
}

// early is what a hasty owner says of records that are only being appended.
func (b *ownerBugs) early(out guilds.Append) []guilds.Output {
	var early []guilds.Output
	for _, r := range out.Records {
		if t, ok := b.asked[r.RequestID]; ok && b.is(BugAnswerEarly) {
			b.answered[t] = true
			early = append(early, guilds.Answered{Ticket: t, Answer: &guildhall.Answer{
				Object: r.Object, Position: r.Position, Epoch: r.Epoch, Body: r.Reply,
			}})
		}
		if nodes := b.followers[r.Object]; len(nodes) > 0 && b.is(BugPublishEarly) {
			early = append(early, guilds.Send{Nodes: nodes, Publish: &guildhall.Publish{
				Object: r.Object, Epoch: r.Epoch, Record: guildhall.AppendRecord(nil, r),
			}})
		}
	}
	return early
}

// regroup gives the records of an append; a repeat should be the same.
func (b *ownerBugs) regroup(records []*guildhall.Record, repeat bool) []*guildhall.Record {
	if b.is(BugRegroups) && repeat && len(records) > 1 {
		return records[:len(records)-1]
	}
	return records
}

// seal ends a log.
func (b *ownerBugs) seal(log store.LogID) uint64 {
	if b.is(BugNoSeal) {
		return uint64(len(b.n.w.store.log(log).batches))
	}
	return b.n.w.store.seal(log)
}

// takeover changes what a takeover asks of the store.
func (b *ownerBugs) takeover(victim store.LogID, op cluster.Op) cluster.Op {
	if b.is(BugClaimFirst) && op.Kind == cluster.OpProject {
		b.unprojected[victim] = append(b.unprojected[victim], op.Records...)
		op.Records = nil
	}
	return op
}

// taken follows a takeover.
func (b *ownerBugs) taken(victim store.LogID) {
	if records := b.unprojected[victim]; len(records) > 0 {
		delete(b.unprojected, victim)
		project(&b.n.process, records, func() {})
	}
}
