package guilds

// pure core

import (
	"slices"

	"guildhall"
)

// Refusals about the second factor.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errMFAOn   = &guildhall.Error{Status: 400, Code: 60001, Message: "This account is already enrolled in two-factor authentication"}
	errMFAOff  = &guildhall.Error{Status: 400, Code: 60002, Message: "This account is not enrolled in two-factor authentication"}
	errMFACode = &guildhall.Error{Status: 400, Code: 60008, Message: "Invalid two-factor code"}
)

// spend gives the factor with a code used up: a step is good once, and none before it any more.
// RFC 6238 §5.2
func spend(m *guildhall.MFA, f guildhall.MFACode) (*guildhall.MFA, error) {
	now := *m
	if f.Step > 0 {
		if f.Step <= m.Step || f.Sealed != m.Sealed {
			return nil, errMFACode
		}
		now.Step = f.Step
		if f.Resealed != "" {
			now.Sealed, now.Secret = f.Resealed, nil
		}
		return &now, nil
	}
	if i := slices.Index(m.Codes, f.Recovery); i >= 0 && f.Recovery != "" {
		now.Codes = slices.Delete(slices.Clone(m.Codes), i, i+1)
		return &now, nil
	}
	return nil, errMFACode
}

// changeMFA writes the account with another second factor, and tells the user's clients where it comes or goes.
func (u *user) changeMFA(r *userRequest, now *guildhall.MFA) *draft {
	account := *r.view.Account()
	came := (account.MFA == nil) != (now == nil)
	account.MFA = now
	d := &draft{}
	d.put(guildhall.AccountRow(u.id, &account))
	self := guildhall.NewSelf(r.view.User(), &account)
	if came {
		d.event("USER_UPDATE", guildhall.Audience{Users: []guildhall.UserID{u.id}}, self)
	}
	d.answer(self)
	return d
}

// factor is the account's second factor.
func (r *userRequest) factor() (*guildhall.MFA, error) {
	account := r.view.Account()
	if account == nil || account.MFA == nil {
		return nil, errMFAOff
	}
	return account.MFA, nil
}

// spent is the account's second factor with a code used up.
func (r *userRequest) spent(f guildhall.MFACode) (*guildhall.MFA, error) {
	factor, err := r.factor()
	if err != nil {
		return nil, err
	}
	return spend(factor, f)
}

func (u *user) enableMFA(r *userRequest, f guildhall.MFA) (*draft, error) {
	if r.deleted() || r.view.Account() == nil {
		return nil, guildhall.ErrUnknownUser
	}
	if r.view.Account().MFA != nil {
		return nil, errMFAOn
	}
	if f.Step <= 0 {
		return nil, errMFACode
	}
	return u.changeMFA(r, &f), nil
}

func (u *user) useMFA(r *userRequest, f guildhall.MFACode) (*draft, error) {
	now, err := r.spent(f)
	if err != nil {
		return nil, err
	}
	return u.changeMFA(r, now), nil
}

func (u *user) replaceCodes(r *userRequest, f guildhall.MFACode) (*draft, error) {
	now, err := r.spent(f)
	if err != nil {
		return nil, err
	}
	now.Codes = f.Codes
	return u.changeMFA(r, now), nil
}

func (u *user) disableMFA(r *userRequest, f guildhall.MFACode) (*draft, error) {
	factor, err := r.factor()
	if err != nil {
		return nil, err
	}
	if !f.Force {
		if _, err := spend(factor, f); err != nil {
			return nil, err
		}
	}
	return u.changeMFA(r, nil), nil
}
