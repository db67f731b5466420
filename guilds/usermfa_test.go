package guilds

import (
	"slices"
	"testing"

	"guildhall"
)

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{Username: "mira", Tokens: []guildhall.Token{{Hash: "a", Kind: "login"}}})
	recovery := guildhall.RecoveryHash("abcd-efgh-ijkl-mnop")
	const use, sealed = guildhall.CommandMFAUse, "key.secret"
	enable := guildhall.MFA{Sealed: sealed, Step: 100, Codes: []string{recovery}}
	at := func(step int64) guildhall.MFACode { return guildhall.MFACode{Step: step, Sealed: sealed} }
	b.refuse(errMFAOff, system, 0, use, at(101))
	b.refuse(guildhall.ErrMissingAccess, id, 0, guildhall.CommandMFAEnable, enable)
	b.refuse(errMFACode, system, 0, guildhall.CommandMFAEnable, guildhall.MFA{Sealed: sealed})
	d := b.must(system, 0, guildhall.CommandMFAEnable, enable)
	if e, data := event(t, d, "USER_UPDATE"); !slices.Equal(e.Audience.Users, []guildhall.UserID{id}) || data["mfa_enabled"] != true {
		t.Errorf("enabled: %+v %v", e.Audience, data)
	}
	b.refuse(errMFAOn, system, 0, guildhall.CommandMFAEnable, enable)
	b.refuse(guildhall.ErrMissingAccess, id, 0, use, at(101))
	for _, wrong := range []guildhall.MFACode{
		{}, at(100), at(99), {Step: 101, Sealed: "of a factor before this one"}, {Step: 101}, {Recovery: "x"}, {Sealed: sealed},
	} {
		b.refuse(errMFACode, system, 0, use, wrong)
	}
	b.must(system, 0, use, at(103))
	b.refuse(errMFACode, system, 0, use, at(103)) // used
	b.refuse(errMFACode, system, 0, use, at(102)) // older than the one used
	b.must(system, 0, use, guildhall.MFACode{Recovery: recovery})
	b.refuse(errMFACode, system, 0, use, guildhall.MFACode{Recovery: recovery})
	b.must(system, 0, use, guildhall.MFACode{Step: 104, Sealed: sealed, Resealed: "newer.secret"})
	b.refuse(errMFACode, system, 0, use, at(105))
	codes := guildhall.MFACode{Step: 105, Sealed: "newer.secret", Codes: []string{recovery}}
	b.must(system, 0, guildhall.CommandMFACodes, codes)
	b.must(system, 0, use, guildhall.MFACode{Recovery: recovery})
	b.refuse(errMFACode, system, 0, guildhall.CommandMFADisable, guildhall.MFACode{})
	b.must(system, 0, guildhall.CommandMFADisable, guildhall.MFACode{Force: true})
	if a := ask[guildhall.AccountAnswer](b, system, 0, guildhall.QueryAccount, nil); a.Account.MFA != nil {
		t.Errorf("disabled: %+v", a.Account)
	}
}

func TestPasswordKeepsOneLogin(t *testing.T) {
	t.Parallel()
	b, _ := newUser(t, guildhall.CreateUser{Username: "mira", Tokens: []guildhall.Token{{Hash: "a", Kind: "login"}, {Hash: "b", Kind: "login"}}})
	b.must(system, 0, userName, guildhall.ModifyUser{PasswordHash: guildhall.Some("new"), KeepToken: "b"})
	if a := ask[guildhall.AccountAnswer](b, system, 0, guildhall.QueryAccount, nil); len(a.Tokens) != 1 || a.Tokens[0].Hash != "b" {
		t.Errorf("tokens %+v", a.Tokens)
	}
	// S20: what was begun with the password of before comes too late.
	late := guildhall.AddToken{Token: guildhall.Token{Hash: "c", Kind: "login"}, PasswordWas: "old"}
	b.refuse(guildhall.ErrUnauthorized, system, 0, guildhall.CommandTokenAdd, late)
	b.refuse(guildhall.ErrUnauthorized, system, 0, userName, guildhall.ModifyUser{PasswordHash: guildhall.Some("mine"), PasswordWas: "old"})
	late.PasswordWas = "new"
	b.must(system, 0, guildhall.CommandTokenAdd, late)
}

func TestUserDelete(t *testing.T) {
	t.Parallel()
	b, id := newUser(t, guildhall.CreateUser{
		Username: "mira", Account: guildhall.Account{PasswordHash: "h"}, Tokens: []guildhall.Token{{Hash: "a", Kind: "login"}},
	})
	b.must(system, 0, joined, guildhall.GuildRef{ID: 77, JoinedAt: 1})
	b.refuse(guildhall.ErrMissingAccess, id, 0, guildhall.CommandUserDelete, nil)
	d := b.must(system, 0, guildhall.CommandUserDelete, nil)
	ref := read[guildhall.MemberRef](t, d.followUps[0].Body)
	if len(d.followUps) != 2 || d.followUps[1].Name != guildhall.CommandClaimRelease || d.followUps[0].To != guildhall.GuildObject(77) || ref.Gone == nil || *ref.Gone.GlobalName != guildhall.DeletedName {
		t.Errorf("follow-ups %+v", d.followUps)
	}
	a := ask[guildhall.AccountAnswer](b, system, 0, guildhall.QueryAccount, nil)
	if !a.Account.Deleted || !a.Account.Disabled || a.Account.PasswordHash != "" || len(a.Tokens) != 0 || a.User.Username == "mira" {
		t.Errorf("what is left: %+v", a)
	}
	if d = b.must(system, 0, guildhall.CommandUserDelete, nil); len(d.rows) != 0 {
		t.Error("deleted twice")
	}
	b.refuse(guildhall.ErrUnknownUser, system, 0, userName, guildhall.ModifyUser{Disabled: guildhall.Some(false)})
	b.refuse(guildhall.ErrUnknownUser, system, 0, guildhall.CommandTokenAdd, guildhall.Token{Hash: "b", Kind: "login"})
	// A guild that was joined meanwhile is left again.
	d = b.must(system, 0, joined, guildhall.GuildRef{ID: 78, JoinedAt: 1})
	if len(d.followUps) != 1 || d.followUps[0].Name != guildhall.CommandMemberRemove || d.followUps[0].To != guildhall.GuildObject(78) {
		t.Errorf("joining after the end: %+v", d.followUps)
	}
}

func TestDeletedMembersLeave(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.must(plainID, h.general, guildhall.CommandInviteCreate, guildhall.CreateInvite{Code: "mine"})
	gone := guildhall.User{ID: plainID, Username: "deleted_user_1"}
	d := h.must(system, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: plainID, Gone: &gone})
	if _, data := event(t, d, "GUILD_MEMBER_REMOVE"); data["user"].(map[string]any)["username"] != "deleted_user_1" {
		t.Errorf("removed as %v", data)
	}
	if i := h.view().Invite("mine"); i == nil || i.Inviter.Username != gone.Username {
		t.Errorf("invite by %+v", i)
	}
	h.must(system, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: plainID, Gone: &gone})
	// Who came to own the guild during the end of the account has it no more: it goes to the highest of the others, and from
	// the last to nobody.
	remove := func(id guildhall.UserID) *draft {
		t.Helper()
		return h.must(system, 0, guildhall.CommandMemberRemove, guildhall.MemberRef{UserID: id, Gone: &guildhall.User{ID: id, Username: "deleted_user_2"}})
	}
	for _, heir := range []guildhall.UserID{adminID, modID} {
		owner := h.view().Guild().OwnerID
		d = remove(owner)
		if _, data := event(t, d, "GUILD_UPDATE"); data["owner_id"] != heir.String() || h.view().Guild().OwnerID != heir || h.view().Member(owner) != nil {
			t.Errorf("after %s: %v, owner %s", owner, data["owner_id"], h.view().Guild().OwnerID)
		}
		event(t, d, "GUILD_MEMBER_REMOVE")
	}
	d = remove(modID)
	if g := h.view().Guild(); g != nil {
		t.Errorf("without people the guild is left, of %s", g.OwnerID)
	}
	if len(d.followUps) == 0 || !slices.ContainsFunc(d.followUps, func(f guildhall.FollowUp) bool {
		return f.To == guildhall.UserObject(modID) && f.Name == guildhall.CommandUserGuildLeft
	}) {
		t.Errorf("follow-ups %+v", d.followUps)
	}
}
