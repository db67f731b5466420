package sessions_test

import (
	"slices"
	"testing"

	"guildhall"
)

const room = guildhall.ChannelID(9 << 22)

// roomRef is carol's and alice's private channel as a list has it after its n-th record.
func roomRef(n uint64, last guildhall.MessageID, closed ...guildhall.UserID) *guildhall.PrivateRef {
	return &guildhall.PrivateRef{
		Private:    guildhall.Private{ID: room, Type: guildhall.ChannelDM, Closed: closed},
		Recipients: []guildhall.User{userOf(alice), userOf(carol)}, LastMessageID: last, Position: n,
	}
}

func (w *world) listRoom(user guildhall.UserID, ref *guildhall.PrivateRef) *guildhall.Publish {
	return w.commit(guildhall.UserObject(user), []guildhall.Row{guildhall.PrivateRefRow(user, ref)})
}

// directly is a record of the room: a message in it, with rows beside.
func (w *world) directly(t testing.TB, content string, rows ...guildhall.Row) *guildhall.Publish {
	e := w.message(room, content)
	e.Audience.Intents, e.Audience.HasContent = guildhall.IntentDirectMessages, false
	m := parse[guildhall.Message](t, e.Data)
	return w.commit(guildhall.PrivateObject(room), append(rows, guildhall.PrivateLastMessageRow(room, m.ID)), e)
}

// TestPrivateChannelComesWithItsFirstMessage: the person is told of the channel and gets the message that opened it, the
// bot gets the message alone.
// discord: change-log#api-and-gateway-v8
func TestPrivateChannelComesWithItsFirstMessage(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.addUser(carol)
		person, bot, stranger := r.login(carol), r.login(alice), r.login(bob)
		person.expect("at login", "READY")
		bot.read()
		stranger.read()
		r.publish(r.w.commit(guildhall.PrivateObject(room), roomRef(1, 0, carol).Rows()))
		r.publish(r.w.listRoom(alice, roomRef(1, 0, carol)))
		r.publish(r.w.listRoom(carol, roomRef(1, 0, carol)))
		person.expect("of a channel without a message")
		r.publish(r.w.directly(t, "hello", guildhall.PrivateRow(&roomRef(1, 0).Private)))
		r.publish(r.w.listRoom(carol, roomRef(1, 0)))
		person.expect("the first message", "CHANNEL_CREATE", "MESSAGE_CREATE")
		bot.expect("the first message", "MESSAGE_CREATE")
		stranger.expect("others' message")
		r.publish(r.w.listRoom(carol, roomRef(2, 0, carol)))
		person.expect("closing", "CHANNEL_DELETE")
		r.publish(r.w.directly(t, "back again", guildhall.PrivateRow(&roomRef(2, 0).Private)))
		r.publish(r.w.listRoom(carol, roomRef(2, 0)))
		person.expect("the next message opens it again", "CHANNEL_CREATE", "MESSAGE_CREATE")
		bot.expect("which was closed for the other only", "MESSAGE_CREATE")
	})
}

// TestPrivateChannelOfReady: READY has channels from the list, and what has changed since follows.
func TestPrivateChannelOfReady(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.addUser(carol)
		r.w.commit(guildhall.PrivateObject(room), roomRef(1, 0).Rows())
		r.w.listRoom(carol, roomRef(1, 0))
		early := r.login(carol)
		early.expect("a list that is right", "READY")
		ready := parse[struct {
			Privates []guildhall.PrivateChannel `json:"private_channels"`
		}](t, early.last().D)
		if len(ready.Privates) != 1 || ready.Privates[0].Recipients[0].ID != alice {
			t.Errorf("READY has %+v", ready.Privates)
		}
		r.publish(r.w.directly(t, "hello"))
		early.expect("a message", "MESSAGE_CREATE")
		late := r.login(carol)
		late.expect("a list that is behind", "READY", "CHANNEL_UPDATE")
		if c := parse[guildhall.PrivateChannel](t, late.last().D); c.LastMessageID == 0 {
			t.Errorf("updated to %+v", c)
		}
		r.publish(r.w.directly(t, "again"))
		late.expect("a message", "MESSAGE_CREATE")
		if got := late.contents(1); !slices.Equal(got, []string{"again"}) {
			t.Errorf("got %v", got)
		}
	})
}

// TestPrivateChannelResumes: what was written directly while a client was away is replayed; what it may no longer read,
// because its group was left meanwhile, is not.
func TestPrivateChannelResumes(t *testing.T) {
	bothWays(t, func(t *testing.T, r *rig) {
		r.w.addUser(carol)
		r.w.commit(guildhall.PrivateObject(room), roomRef(1, 0).Rows())
		for _, user := range []guildhall.UserID{alice, carol} {
			r.w.listRoom(user, roomRef(1, 0))
		}
		bot, person := r.login(alice), r.login(carol)
		bot.read()
		person.read()
		r.publish(r.w.directly(t, "before"))
		bot.expect("before", "MESSAGE_CREATE")
		person.expect("before", "MESSAGE_CREATE")
		bot.gone()
		person.gone()
		r.publish(r.w.directly(t, "meanwhile"))
		if got := bot.resume(*bot.last().S); got != 0 {
			t.Fatalf("resume: %v", got)
		}
		bot.read()
		if got := bot.contents(2); !slices.Contains(got, "meanwhile") {
			t.Errorf("the bot was replayed %v", got)
		}
		carolLeaves := guildhall.RecipientRow(room, &guildhall.Member{User: userOf(carol)}).Deleted()
		r.publish(r.w.directly(t, "carol has left", carolLeaves))
		r.publish(r.w.commit(guildhall.UserObject(carol), []guildhall.Row{guildhall.PrivateRefRow(carol, roomRef(1, 0)).Deleted()}))
		seq := *person.last().S
		if got := person.resume(seq); got == 0 {
			person.read()
			for _, p := range person.got {
				if *p.S > seq && p.T == "MESSAGE_CREATE" {
					t.Errorf("replayed to who has left: %s", p.D)
				}
			}
		}
	})
}
