package guilds

import (
	"testing"

	"guildhall"
	"guildhall/conformance"
)

func name(kind, key string) guildhall.ClaimKey { return guildhall.ClaimKey{Kind: kind, Key: key} }

func userWith(claims ...guildhall.ClaimKey) guildhall.Command {
	return guildhall.Command{Name: guildhall.CommandUserCreate, Birth: true, Slot: 3, Claims: claims}
}

func renamed(user guildhall.Object, to string) (guildhall.Command, guildhall.ModifyUser) {
	return guildhall.Command{
		Name: guildhall.CommandUserModify, Object: user, Actor: guildhall.UserID(user.ID),
		Claims: []guildhall.ClaimKey{name(guildhall.ClaimUsername, to)},
	}, guildhall.ModifyUser{Username: guildhall.Some(to)}
}

// holds demands who has a name.
func (b *ownerRig) holds(key guildhall.ClaimKey, want guildhall.Object) {
	b.t.Helper()
	holder, err := b.store.Claimed(b.t.Context(), key.Kind, key.Key)
	b.must(err)
	if holder != want {
		b.t.Errorf("%s %q is %v's, want %v", key.Kind, key.Key, holder, want)
	}
}

// sendReleases carries out the follow-ups that free names.
func (b *ownerRig) sendReleases() {
	b.t.Helper()
	delivers := b.delivers
	b.delivers = nil
	for _, p := range delivers {
		n, ok := nameLeft(p.From, &p.FollowUp)
		if !ok {
			b.delivers = append(b.delivers, p)
			continue
		}
		b.must(b.store.Release(b.t.Context(), n.key.Kind, n.key.Key, n.object))
		b.step(Delivered{p})
	}
}

func TestARefusedBirthGivesItsNamesBack(t *testing.T) {
	t.Parallel()
	ada, mail := name(guildhall.ClaimUsername, "ada"), name(guildhall.ClaimEmail, "ada@example.org")
	b := newOwnerRig(t, conformance.NewModel(), 1)
	cmd := userWith(ada, mail)
	cmd.RequestID = guildhall.RequestID{0xaa}
	refused := b.answers[b.ask(cmd, guildhall.CreateUser{Username: "A D A"})]
	if refused == nil || refused.Status != guildhall.Refused || refused.Epoch == 0 {
		t.Fatalf("%+v", refused)
	}
	b.holds(ada, guildhall.Object{})
	b.holds(mail, guildhall.Object{})
	made := b.done(userWith(ada, mail), guildhall.CreateUser{Username: "ada", Account: guildhall.Account{Email: &mail.Key}})
	b.holds(ada, made.Object)

	// The refusal is final, and its repeat takes nothing from whom the names are now.
	if again := b.answers[b.ask(cmd, guildhall.CreateUser{Username: "A D A"})]; again == nil || again.Status != guildhall.Refused {
		t.Errorf("%+v", again)
	}
	b.holds(ada, made.Object)
	if len(b.core.releasing) != 0 || len(b.core.parked) != 0 {
		t.Errorf("%d names are being freed, %d asks wait", len(b.core.releasing), len(b.core.parked))
	}

	// A guild's birth likewise.
	vanity := name("vanity", "x")
	guild := guildhall.Command{Name: guildhall.CommandGuildCreate, Birth: true, Slot: testSlot, Actor: 5, Claims: []guildhall.ClaimKey{vanity}}
	if a := b.answers[b.ask(guild, guildhall.CreateGuild{Name: "G", Owner: owner})]; a == nil || a.Status != guildhall.Refused {
		t.Errorf("%+v", a)
	}
	b.holds(vanity, guildhall.Object{})
}

// TestANameThatIsTakenIsSaidAsAForm: between the look-up and the claim somebody else has taken it.
func TestANameThatIsTakenIsSaidAsAForm(t *testing.T) {
	t.Parallel()
	mail := name(guildhall.ClaimEmail, "ada@example.org")
	bea := name(guildhall.ClaimUsername, "bea")
	b := newOwnerRig(t, conformance.NewModel(), 1)
	made := b.done(userWith(mail), guildhall.CreateUser{Username: "ada", Account: guildhall.Account{Email: &mail.Key}})
	a := b.answers[b.ask(userWith(bea, mail), guildhall.CreateUser{Username: "bea", Account: guildhall.Account{Email: &mail.Key}})]
	if a == nil || a.Err == nil || a.Err.Status != 400 || len(a.Err.Fields) != 1 || a.Err.Fields[0].Code != "EMAIL_ALREADY_REGISTERED" {
		t.Errorf("%+v", a)
	}
	b.holds(mail, made.Object)
	b.holds(bea, guildhall.Object{})
}

func TestARenameGivesTheOldNameBack(t *testing.T) {
	t.Parallel()
	s := conformance.NewModel()
	ada, bea := name(guildhall.ClaimUsername, "ada"), name(guildhall.ClaimUsername, "bea")
	b := newOwnerRig(t, s, 1)
	user := b.done(userWith(ada), guildhall.CreateUser{Username: "ada"}).Object
	b.done(renamed(user, "bea"))
	b.holds(ada, user) // until the rename is projected and its follow-up carried out
	if a := b.answers[b.ask(renamed(user, "ada"))]; a == nil || a.Status != guildhall.Busy {
		t.Errorf("the name that is being freed is claimed again: %+v", a)
	}

	// The owner dies before it frees the name: a successor does, and knows that until then it must not be claimed.
	next := newOwnerRig(t, s, 2)
	if a := next.answers[next.ask(renamed(user, "ada"))]; a == nil || a.Status != guildhall.Busy {
		t.Errorf("the name that is being freed is claimed again: %+v", a)
	}
	next.core = throughJSON(t, next.core)
	next.holdOutbox = true
	next.sendReleases()
	next.holds(ada, guildhall.Object{})
	next.holds(bea, user)
	if a := next.answers[next.ask(renamed(user, "ada"))]; a == nil || a.Status != guildhall.Busy {
		t.Errorf("a name is claimed again that a successor would free once more: %+v", a)
	}
	next.holdOutbox = false
	next.clear()
	next.done(renamed(user, "ada"))
	next.sendReleases()
	next.holds(ada, user)
	next.holds(bea, guildhall.Object{})
}

// TestARefusedRenameGivesTheNewNameBack, and never the one that the user has.
func TestARefusedRenameGivesTheNewNameBack(t *testing.T) {
	t.Parallel()
	ada, bea := name(guildhall.ClaimUsername, "ada"), name(guildhall.ClaimUsername, "bea")
	b := newOwnerRig(t, conformance.NewModel(), 1)
	user := b.done(userWith(ada), guildhall.CreateUser{Username: "ada"}).Object
	for _, to := range []string{"bea", "ada"} {
		cmd, body := renamed(user, to)
		body.Disabled = guildhall.Some(true) // not the user's to say
		if a := b.answers[b.ask(cmd, body)]; a == nil || a.Status != guildhall.Refused {
			t.Errorf("%+v", a)
		}
	}
	b.holds(bea, guildhall.Object{})
	b.done(renamed(user, "ada")) // nothing to change
	b.holds(ada, user)
}

// TestANameIsNotFreedUnderWhoClaimsItAgain: two commands of one user claim one name; the first is refused and frees it
// while the second's claim is on its way, and was granted, as the user's own, before the name was free.
func TestANameIsNotFreedUnderWhoClaimsItAgain(t *testing.T) {
	t.Parallel()
	ada, bea := name(guildhall.ClaimUsername, "ada"), name(guildhall.ClaimUsername, "bea")
	b := newOwnerRig(t, conformance.NewModel(), 1)
	user := b.done(userWith(ada), guildhall.CreateUser{Username: "ada"}).Object
	b.holdLoads = true
	cmd, body := renamed(user, "bea")
	body.Disabled = guildhall.Some(true)
	refused := b.ask(cmd, body)
	second := b.ask(renamed(user, "bea"))
	if len(b.loads) != 2 {
		t.Fatalf("%+v", b.loads)
	}
	b.load() // the first has the name, is refused, and waits for it to be free
	if b.answers[refused] != nil {
		t.Error("refused before the name is free")
	}
	b.load() // the second has it too
	if a := b.answers[second]; a == nil || a.Status != guildhall.Busy {
		t.Errorf("a name that is being freed is used: %+v", a)
	}
	b.core = throughJSON(t, b.core)
	b.load() // frees it
	if a := b.answers[refused]; a == nil || a.Status != guildhall.Refused {
		t.Errorf("%+v", a)
	}
	b.holds(bea, guildhall.Object{})
	b.holdLoads = false
	b.done(renamed(user, "bea"))
	b.sendReleases()
	b.holds(bea, user)
	b.holds(ada, guildhall.Object{})
}

// TestCopiesOfARefusedBirthLeaveNoName: one copy is refused while the other's claim is on its way.
func TestCopiesOfARefusedBirthLeaveNoName(t *testing.T) {
	t.Parallel()
	ada := name(guildhall.ClaimUsername, "ada")
	b := newOwnerRig(t, conformance.NewModel(), 1)
	b.done(userWith(), guildhall.CreateUser{Username: "first"}) // the slot is loaded
	b.holdLoads = true
	cmd := userWith(ada)
	cmd.RequestID = guildhall.RequestID{0xaa}
	var tickets []Ticket
	for range 3 {
		tickets = append(tickets, b.ask(cmd, guildhall.CreateUser{Username: "A D A"}))
	}
	for len(b.loads) > 0 {
		last := b.loads[len(b.loads)-1]
		if _, frees := last.(Release); frees { // overtakes the claims
			b.loads = append([]Output{last}, b.loads[:len(b.loads)-1]...)
		}
		b.load()
	}
	for _, ticket := range tickets {
		if a := b.answers[ticket]; a == nil || a.Status != guildhall.Refused {
			t.Errorf("ticket %d: %+v", ticket, a)
		}
	}
	b.holds(ada, guildhall.Object{})
	if len(b.core.parked) != 0 || len(b.core.releasing) != 0 {
		t.Errorf("%d asks, %d names wait", len(b.core.parked), len(b.core.releasing))
	}
}
