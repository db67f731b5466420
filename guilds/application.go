package guilds

// pure core

import "guildhall"

// applicationFlagsOwn are the flags that an application's own side may change.
// discord: resources/application#edit-current-application
const applicationFlagsOwn = guildhall.ApplicationPresenceLimited | guildhall.ApplicationGuildMembersLimited |
	guildhall.ApplicationMessageContentLimited

func (u *user) modifyApplication(r *userRequest, f guildhall.ModifyApplication) (*draft, error) {
	before := r.view.Application()
	if before == nil {
		return nil, guildhall.ErrUnknownApplication
	}
	owners := f.Name.Set || f.RedirectURIs.Set || f.BotPublic.Set || f.CodeGrant.Set
	if owners && !r.system() && r.actor != before.OwnerID {
		return nil, guildhall.ErrMissingAccess
	}
	a := *before
	a.Name = f.Name.Or(a.Name)
	a.Tags, a.RedirectURIs = f.Tags.Or(a.Tags), f.RedirectURIs.Or(a.RedirectURIs)
	a.BotPublic, a.CodeGrant = f.BotPublic.Or(a.BotPublic), f.CodeGrant.Or(a.CodeGrant)
	if f.InteractionsEndpointURL.Set {
		a.InteractionsEndpointURL = f.InteractionsEndpointURL.Pointer()
	}
	a.Description = f.Description.Or(a.Description)
	if f.Icon.Set {
		a.Icon = f.Icon.Pointer()
	}
	if f.Flags.Set {
		change := applicationFlagsOwn
		if r.system() {
			change = ^0
		}
		a.Flags = a.Flags&^change | f.Flags.Or(0)&change
	}
	d := &draft{}
	if !sameJSON(before, &a) {
		d.put(guildhall.ApplicationRow(&a))
	}
	d.answer(newApplicationBody(&a, r.view))
	return d, nil
}
