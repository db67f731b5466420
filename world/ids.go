package world

import (
	"crypto/sha256"

	"guildhall"
)

// Where things without an id of their own live: apart, so that no two of a world share a slot without need.
const (
	guildSlots = guildhall.Slot(1)
	userSlots  = guildhall.Slot(101)
	botSlots   = guildhall.Slot(501)

	// fixedMillis is 1 January 2026: old enough that no id made later comes near.
	fixedMillis = 1767225600000
	// secondMillis keeps the ids of one kind apart, with room for a guild's channels and roles between two guilds.
	secondMillis = 1000
)

// fixedID is the id of the i-th thing of its kind.
func fixedID(s guildhall.Slot, i int) guildhall.Snowflake {
	return (s % guildhall.Slots).Next(0, fixedMillis+int64(i)*secondMillis)
}

// fill sets an id that was left out to next, and returns the one after it.
func fill[K any](id *guildhall.ID[K], next guildhall.Snowflake) guildhall.Snowflake {
	if *id != 0 {
		return next
	}
	*id = guildhall.ID[K](next)
	return next.Slot().Next(next, 0)
}

// token is the token of a user or bot of a world: no secret at all, since it follows from the id. Only --dev, which
// nobody but this machine can reach, takes it.
func token(id guildhall.UserID) string {
	return guildhall.FormatToken(id, sha256.Sum256([]byte("guildhall --dev "+id.String())))
}
