package sim

import "fmt"

// Counter counts how often a fault struck or a defence was used. A set of runs in which one of them stays at 0 has not
// tested what it is for.
type Counter int

// The first counters are those of the faults, in their order; counterOf relies on it.
const (
	HitCrash Counter = iota
	HitFreeze
	HitStill
	HitCut
	HitClockSkew
	HitClockJump
	HitSuspect
	HitStoreLost
	HitStoreUnanswered
	HitStoreLate
	HitStoreTwice
	HitStoreSlow
	HitTorn
	HitCallLost
	HitCallTwice
	HitCallSlow
	HitAnswerLost
	HitPublishLost
	HitPublishTwice
	HitPublishSlow
	HitNewsLost
	HitPartition
	HitSocketCut
	HitStoreFull

	// The owner.
	HitAppendRepeated
	HitAppendFoundDone
	HitAppendFull
	HitFenced
	HitTakenByRing
	HitProjectRepeated
	HitStaleRow
	HitKnownRequest
	HitKnownNonce
	HitNotOwner
	HitBusy
	HitLoadFailed
	HitFollowUpRepeated
	HitOutboxInherited
	HitPruned
	HitNameTaken
	HitNameFreed

	// Takeovers.
	HitTakeover
	HitTakeoverTail
	HitTakeoverAtOnce
	HitClaimLost
	HitClaimRepeated

	// Callers.
	HitTryAgain
	HitUnknown
	HitRefused
	HitRefusedUnsure
	HitRefusedAgain
	HitNothingToChange
	HitIdle
	HitRingRefusedAnswer
	HitReread
	HitMerged

	// Sessions nodes.
	HitGap
	HitDuplicate
	HitSnapshot
	HitAuditFound
	HitFollowFailed
	HitResumed
	HitReplayHidden
	HitReplayShownAgain
	HitResumeInvalid

	counters int = iota
)

// counterNames are in the order of the counters.
func counterNames() [counters]string {
	return [counters]string{
		"crash", "freeze", "freeze without clock", "cut between effects", "clock skew", "clock jump",
		"healthy node suspected", "store request lost", "store answer lost", "store request late", "store request twice",
		"store slow", "projection torn", "call lost", "call twice", "call slow", "answer lost", "publish lost",
		"publish twice", "publish slow", "ring news lost", "partition", "socket cut", "store full", "append repeated",
		"append repeated and found done", "append without room", "fenced", "taken by the ring", "projection repeated",
		"stale row lost to a newer", "request known", "nonce known", "not owner", "busy", "load failed",
		"follow-up repeated", "outbox inherited", "events pruned", "name taken", "name freed", "takeover", "takeover with a tail",
		"takeover of one log by two at once", "claim lost", "claim repeated", "try again", "outcome unknown", "refused",
		"refused with a copy on its way", "answered again without a record", "nothing to change", "idle for long", "answer refused by the ring read",
		"page read again", "page merged", "gap", "duplicate", "snapshot", "audit found records", "follow failed",
		"resumed", "replay without what is hidden", "replay with what was hidden and shown again", "resume invalid",
	}
}

func (c Counter) String() string {
	if c < 0 || int(c) >= counters {
		return fmt.Sprintf("counter(%d)", int(c))
	}
	return counterNames()[c]
}

// Coverage is how often each thing happened.
type Coverage [counters]int

// Add adds another run's.
func (c *Coverage) Add(other Coverage) {
	for i, n := range other {
		c[i] += n
	}
}

// Missed lists what never happened.
func (c *Coverage) Missed() []Counter {
	var missed []Counter
	for i, n := range c {
		if n == 0 {
			missed = append(missed, Counter(i))
		}
	}
	return missed
}
