package guilds

import (
	"errors"
	"testing"
	"time"

	"guildhall"
)

// TestARenameFreesTheOldNameInTheStore goes the whole way: record, outbox, claim.
func TestARenameFreesTheOldNameInTheStore(t *testing.T) {
	t.Parallel()
	v := serveOwner(t, openSQLite(t))
	born := func(within time.Duration, name, asked string) (*guildhall.Answer, error) {
		cmd := guildhall.Command{
			Name: guildhall.CommandUserCreate, Birth: true, Slot: testSlot,
			Claims: []guildhall.ClaimKey{{Kind: guildhall.ClaimUsername, Key: name}},
		}
		return v.command(within, cmd, guildhall.CreateUser{Username: asked})
	}
	if _, err := born(patience, "ada", "A D A"); !errors.Is(err, guildhall.ErrInvalidForm) {
		t.Fatalf("%v", err)
	}
	ada, err := born(patience, "ada", "ada") // the refused birth has given the name back
	if err != nil {
		t.Fatal(err)
	}
	cmd, body := renamed(ada.Object, "bea")
	if _, err := v.command(patience, cmd, body); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(patience); ; {
		if _, err = born(patience, "ada", "ada"); err == nil || time.Now().After(end) {
			break
		}
	}
	if err != nil {
		t.Errorf("the name that was left is not free: %v", err)
	}
	if _, err := born(patience, "bea", "bea"); err == nil {
		t.Error("the name that was taken is free")
	}
}
