package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"guildhall"
)

const (
	// ticketTime is for how long a login waits for its second step.
	ticketTime = 5 * time.Minute
	// secretBytes of a new second factor are what RFC 4226 §4 recommends; what clients bring is 16 to 64 bytes long.
	secretBytes    = 20
	secretBytesMin = 16
	secretBytesMax = 64
	recoveryCodes  = 10
	recoveryBytes  = 10 // 16 letters of base32
	codeMax        = 64
	ticketMax      = 256
)

// Refusals about codes.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
var (
	errMFACode   = &guildhall.Error{Status: http.StatusBadRequest, Code: 60008, Message: "Invalid two-factor code"}
	errFactorKey = &guildhall.Error{
		Status:  http.StatusServiceUnavailable,
		Message: "The server has lost what it checks authenticator codes with. Use a recovery code, or ask the operator",
	}
)

// needsFactor answers a login with the right password of an account with a second factor.
type needsFactor struct {
	Token    *string          `json:"token"`
	UserID   guildhall.UserID `json:"user_id"`
	MFA      bool             `json:"mfa"`
	TOTP     bool             `json:"totp"`
	Backup   bool             `json:"backup"`
	SMS      bool             `json:"sms"`
	WebAuthn *string          `json:"webauthn"`
	Ticket   string           `json:"ticket"`
}

func (a *API) askFactor(account *guildhall.AccountAnswer) needsFactor {
	until := a.now().Add(ticketTime).Unix()
	return needsFactor{
		UserID: account.User.ID, MFA: true, TOTP: true, Backup: len(account.Account.MFA.Codes) > 0,
		Ticket: a.ticket(account, until),
	}
}

// ticket shows that the password was right a moment ago. No node needs to remember it: it is signed, over the password's
// hash too, so that it ends with the password.
func (a *API) ticket(account *guildhall.AccountAnswer, until int64) string {
	head := account.User.ID.String() + "." + strconv.FormatInt(until, 10)
	mac := hmac.New(sha256.New, a.links.secret)
	_, _ = fmt.Fprintf(mac, "mfa ticket\x00%s\x00%s", head, account.Account.PasswordHash) // a hash returns no error
	return head + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// redeemTicket gives the account whose password was right.
func (a *API) redeemTicket(ctx context.Context, ticket string) (guildhall.AccountAnswer, error) {
	var none guildhall.AccountAnswer
	first, rest, _ := strings.Cut(ticket, ".")
	second, _, _ := strings.Cut(rest, ".")
	until, err := strconv.ParseInt(second, 10, 64)
	if err != nil || a.now().Unix() >= until {
		return none, guildhall.ErrUnauthorized
	}
	var id guildhall.UserID
	if err := id.UnmarshalText([]byte(first)); err != nil {
		return none, guildhall.ErrUnauthorized
	}
	account, err := a.operator.Account(ctx, id)
	if err != nil {
		return none, guildhall.ErrUnauthorized.Because(err)
	}
	if !hmac.Equal([]byte(ticket), []byte(a.ticket(&account, until))) || account.Account.MFA == nil || account.Account.Disabled {
		return none, guildhall.ErrUnauthorized
	}
	return account, nil
}

// authMFA is the second step of a login.
func (a *API) authMFA(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("ticket", "code")
	ticket, code := f.text("ticket", 1, ticketMax).Value, f.text("code", 1, codeMax).Value
	if err := f.err(); err != nil {
		return nil, err
	}
	account, err := a.redeemTicket(ctx, ticket)
	if err != nil {
		return nil, err
	}
	if err := a.factor(ctx, r, &account, guildhall.CommandMFAUse, code, nil); err != nil {
		return nil, err
	}
	return a.signIn(ctx, r, &account)
}

// totpSkew is how many steps before and after the present one are taken: clocks differ, and typing takes time.
// RFC 6238 §5.2
const totpSkew = 1

// stepOf finds the step that an app shows a code in; 0 where it is none of now.
func (a *API) stepOf(secret []byte, code string) (found int64) {
	now := guildhall.TOTPStep(a.now())
	for s := now - totpSkew; s <= now+totpSkew; s++ {
		if subtle.ConstantTimeCompare([]byte(guildhall.TOTPCode(secret, s)), []byte(code)) == 1 {
			found = s
		}
	}
	return found
}

// factor looks at a code and has the owner use it up and do what it is for. Wrong codes count as failed tries.
func (a *API) factor(ctx context.Context, r *request, account *guildhall.AccountAnswer, name, code string, codes []string) error {
	wait, undo := a.tries.Begin(insider(account.User.ID), r.addr)
	if wait > 0 {
		return limited(wait, false)
	}
	f := guildhall.MFACode{Recovery: guildhall.RecoveryHash(code), Codes: codes}
	if m := account.Account.MFA; m != nil && !slices.Contains(m.Codes, f.Recovery) {
		secret, resealed, err := a.factors.open(account.User.ID, m)
		if err != nil {
			undo()
			return errFactorKey.Because(err)
		}
		if step := a.stepOf(secret, guildhall.PlainCode(code)); step != 0 {
			f = guildhall.MFACode{Step: step, Sealed: m.Sealed, Resealed: resealed, Codes: codes}
		}
	}
	if err := a.tellFactor(ctx, account.User.ID, name, f); err != nil {
		return err
	}
	undo()
	return nil
}

func (a *API) tellFactor(ctx context.Context, user guildhall.UserID, name string, body any) error {
	cmd := newCommand(name, body)
	cmd.Object = guildhall.UserObject(user)
	_, err := a.command(ctx, cmd)
	return err
}

// base32 of secrets is without padding: apps read it either way, and people type it.
var secretEncoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// createMyMFASecret makes a secret that is kept nowhere until it is enabled.
func (a *API) createMyMFASecret(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	password := f.secret("password")
	if err := f.err(); err != nil {
		return nil, err
	}
	account, err := a.confirm(ctx, r, password)
	if err != nil {
		return nil, err
	}
	secret := secretEncoding.EncodeToString(randomBytes(secretBytes))
	link := url.URL{
		Scheme: "otpauth", Host: "totp", Path: "/Guildhall:" + account.User.Username,
		RawQuery: url.Values{"secret": {secret}, "issuer": {"Guildhall"}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}.Encode(),
	}
	return struct {
		Secret string `json:"secret"`
		URL    string `json:"otpauth_url"`
	}{secret, link.String()}, nil
}

// backupCodes shows recovery codes, once.
type backupCodes struct {
	Codes []backupCode `json:"backup_codes"`
}

type backupCode struct {
	Code     string `json:"code"`
	Consumed bool   `json:"consumed"`
}

// newBackupCodes makes recovery codes and the form in which they are kept.
func newBackupCodes() (shown backupCodes, hashes []string) {
	for range recoveryCodes {
		letters := strings.ToLower(secretEncoding.EncodeToString(randomBytes(recoveryBytes)))
		code := letters[:4] + "-" + letters[4:8] + "-" + letters[8:12] + "-" + letters[12:]
		shown.Codes = append(shown.Codes, backupCode{Code: code})
		hashes = append(hashes, guildhall.RecoveryHash(code))
	}
	return shown, hashes
}

// confirmedCode reads the forms of changes of the second factor: a password, and a code.
func (a *API) confirmedCode(ctx context.Context, r *request, f *form) (guildhall.AccountAnswer, string, error) {
	f.required("code")
	password, code := f.secret("password"), f.text("code", 1, codeMax).Value
	if err := f.err(); err != nil {
		return guildhall.AccountAnswer{}, "", err
	}
	account, err := a.confirm(ctx, r, password)
	return account, code, err
}

func (a *API) enableMyMFA(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("secret")
	text := strings.ToUpper(guildhall.PlainCode(f.text("secret", 1, 2*secretBytesMax).Value))
	secret, err := secretEncoding.DecodeString(strings.TrimRight(text, "="))
	if text != "" && (err != nil || len(secret) < secretBytesMin || len(secret) > secretBytesMax) {
		f.fail("INVALID_TOTP_SECRET", "Invalid two-factor secret", "secret")
	}
	account, code, err := a.confirmedCode(ctx, r, f)
	if err != nil {
		return nil, err
	}
	return a.enroll(ctx, r, &account, secret, code)
}

// enroll turns a second factor on. No recovery code counts here: the code is to show that the app works.
func (a *API) enroll(ctx context.Context, r *request, account *guildhall.AccountAnswer, secret []byte, code string) (any, error) {
	wait, undo := a.tries.Begin(insider(account.User.ID), r.addr)
	if wait > 0 {
		return nil, limited(wait, false)
	}
	step := a.stepOf(secret, guildhall.PlainCode(code))
	if step == 0 && account.Account.MFA == nil {
		return nil, errMFACode
	}
	shown, hashes := newBackupCodes()
	enable := guildhall.MFA{Sealed: a.factors.seal(account.User.ID, secret), Step: step, Codes: hashes}
	if err := a.tellFactor(ctx, account.User.ID, guildhall.CommandMFAEnable, enable); err != nil {
		return nil, err
	}
	undo()
	return shown, nil
}

func (a *API) disableMyMFA(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	account, code, err := a.confirmedCode(ctx, r, f)
	if err != nil {
		return nil, err
	}
	return nil, a.factor(ctx, r, &account, guildhall.CommandMFADisable, code, nil)
}

func (a *API) replaceMyMFACodes(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	account, code, err := a.confirmedCode(ctx, r, f)
	if err != nil {
		return nil, err
	}
	shown, hashes := newBackupCodes()
	return shown, a.factor(ctx, r, &account, guildhall.CommandMFACodes, code, hashes)
}
