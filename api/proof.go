package api

import (
	"context"
	"net/http"

	"guildhall"
)

// The ways in which a person can show once more who it is.
const (
	proofPassword = "password"
	proofTOTP     = "totp"
)

// proofError refuses what a sign-in alone does not allow, and says what else is asked for. Discord's own clients know the
// code and the object beside it, and ask the person.
type proofError struct{ methods []proofMethod }

// proofMethod is a way to show who one is.
type proofMethod struct {
	Type   string `json:"type"`
	Backup bool   `json:"backup_codes_allowed,omitempty"`
}

var errProof = &guildhall.Error{Status: http.StatusBadRequest, Code: 60003, Message: "Two factor is required for this operation"}

func (e *proofError) Error() string { return errProof.Error() }

func (e *proofError) Unwrap() error { return errProof }

// missingProof asks for a code where there is a second factor, else for the password.
func missingProof(account *guildhall.AccountAnswer) error {
	if account.Account.MFA == nil {
		return &proofError{[]proofMethod{{Type: proofPassword}}}
	}
	return &proofError{[]proofMethod{{Type: proofTOTP, Backup: len(account.Account.MFA.Codes) > 0}}}
}

// reauthenticate lets those on who have more than a sign-in, which may be a stolen one: the code of the second factor or,
// where there is none, the password. What is in the body beside the two is read before, because a code is used up here.
func (a *API) reauthenticate(ctx context.Context, r *request, f *form) error {
	password, code := f.optionalSecret("password"), f.text("code", 1, codeMax)
	if err := f.err(); err != nil {
		return err
	}
	account, err := a.operator.Account(ctx, r.who.User)
	switch {
	case err != nil:
		return err
	case account.Account.MFA != nil:
		return a.secondFactor(ctx, r, &account, code.Value)
	case !password.Set || password.Null:
		return missingProof(&account)
	}
	_, err = a.confirm(ctx, r, password.Value)
	return err
}

// secondFactor uses a code up, if the account has a second factor.
func (a *API) secondFactor(ctx context.Context, r *request, account *guildhall.AccountAnswer, code string) error {
	switch {
	case account.Account.MFA == nil:
		return nil
	case code == "":
		return missingProof(account)
	}
	return a.factor(ctx, r, account, guildhall.CommandMFAUse, code, nil)
}

// optionalSecret is secret for a field that may be left out.
func (f *form) optionalSecret(name string) guildhall.Optional[string] {
	if !f.has(name) {
		return guildhall.Optional[string]{}
	}
	return guildhall.Some(f.secret(name))
}
