package guilds

// pure core

import (
	"crypto/subtle"
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

// totpSkew is how many steps before and after the present one are taken: clocks differ, and typing takes time.
// RFC 6238 §5.2
const totpSkew = 1

// spend checks a code, and gives the factor with the code used up.
func spend(r *userRequest, m *guildhall.MFA, code string) (*guildhall.MFA, error) {
	now := *m
	code = guildhall.PlainCode(code)
	step := guildhall.TOTPStep(r.now)
	for s := step - totpSkew; s <= step+totpSkew; s++ {
		right := subtle.ConstantTimeCompare([]byte(guildhall.TOTPCode(m.Secret, s)), []byte(code)) == 1
		if right && s > m.Step {
			now.Step = s
			return &now, nil
		}
	}
	if i := slices.Index(m.Codes, guildhall.RecoveryHash(code)); i >= 0 {
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
func (r *userRequest) spent(code string) (*guildhall.MFA, error) {
	factor, err := r.factor()
	if err != nil {
		return nil, err
	}
	return spend(r, factor, code)
}

func (u *user) enableMFA(r *userRequest, f guildhall.MFAEnable) (*draft, error) {
	if r.deleted() || r.view.Account() == nil {
		return nil, guildhall.ErrUnknownUser
	}
	if r.view.Account().MFA != nil {
		return nil, errMFAOn
	}
	// No recovery code counts here: the code is to show that the app works.
	now, err := spend(r, &guildhall.MFA{Secret: f.Secret}, f.Code)
	if err != nil {
		return nil, err
	}
	now.Codes = f.Codes
	return u.changeMFA(r, now), nil
}

func (u *user) useMFA(r *userRequest, f guildhall.MFACode) (*draft, error) {
	now, err := r.spent(f.Code)
	if err != nil {
		return nil, err
	}
	return u.changeMFA(r, now), nil
}

func (u *user) replaceCodes(r *userRequest, f guildhall.MFACode) (*draft, error) {
	now, err := r.spent(f.Code)
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
	if f.Code != "" {
		if _, err := spend(r, factor, f.Code); err != nil {
			return nil, err
		}
	}
	return u.changeMFA(r, nil), nil
}
