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
	a := *before
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
	if f.InteractionsEndpointURL.Set {
		a.InteractionsEndpointURL = f.InteractionsEndpointURL.Or("")
	}
	d := &draft{}
	if !sameJSON(before, &a) {
		d.put(guildhall.ApplicationRow(&a))
	}
	d.answer(newApplicationBody(&a, r.view))
	return d, nil
}
