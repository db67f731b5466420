package cluster

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"guildhall"
	"guildhall/store"
)

// Carry runs a takeover against a store until it has finished or the store fails.
func Carry(ctx context.Context, s store.Store, t *Takeover) error {
	for {
		op := t.Next()
		if op.Kind == OpNone {
			return nil
		}
		r, err := CarryOut(ctx, s, op)
		if err != nil {
			return fmt.Errorf("take over %x: %w", t.Victim[:4], err)
		}
		t.Done(r)
	}
}

// CarryOut asks a store what a takeover wants to know or have done.
func CarryOut(ctx context.Context, s store.Store, op Op) (r Result, err error) {
	switch op.Kind {
	case OpCursor:
		r.N, err = s.Cursor(ctx, op.Log)
	case OpSeal:
		r.N, err = s.Seal(ctx, op.Log)
	case OpTail:
		r.Batches, err = s.Tail(ctx, op.Log, op.After)
	case OpProject:
		err = s.Project(ctx, op.Records)
	case OpRing:
		r.Ring, err = s.Ring(ctx)
	case OpSetRing:
		_, err = s.SetRing(ctx, op.Version, op.Log, op.Slots)
	}
	return r, err
}

// ClaimAll takes over every log that the ring names and every slot that it does not, for the log of the only node that
// there is: what a single server does at its start. It returns when a reading of the ring has named no other log.
func ClaimAll(ctx context.Context, s store.Store, own store.LogID) error {
	for {
		table, err := s.Ring(ctx)
		if err != nil {
			return fmt.Errorf("read ring: %w", err)
		}
		victims := others(table, own)
		if len(victims) == 0 {
			return nil
		}
		for _, victim := range victims {
			if err := Carry(ctx, s, &Takeover{Victim: victim, Own: own}); err != nil {
				return err
			}
		}
	}
}

// others lists the logs that the ring names beside own; the zero log for slots that have never been claimed.
func others(table store.RingTable, own store.LogID) (logs []store.LogID) {
	if len(table.Slots) < guildhall.Slots {
		logs = append(logs, store.LogID{})
	}
	for _, claim := range table.Slots {
		if claim.Log != own && !slices.Contains(logs, claim.Log) {
			logs = append(logs, claim.Log)
		}
	}
	slices.SortFunc(logs, func(a, b store.LogID) int { return bytes.Compare(a[:], b[:]) })
	return logs
}
