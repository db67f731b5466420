package api

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"guildhall"
	"guildhall/admission"
	"guildhall/store"
)

const (
	// claimEmail is the kind of claim that makes addresses unique, in small letters.
	claimEmail = guildhall.ClaimEmail
	// claimOperator and its one key make the first operator the only first one.
	claimOperator      = "operator"
	claimOperatorFirst = "first"

	tokenBot   = "bot"
	tokenLogin = "login"
)

var errUsername = guildhall.BadField("USERNAME_INVALID", "Please only use numbers, lowercase letters, underscores _ or periods.", "username")

// Operator makes users, bots, guilds and tokens on behalf of whoever runs the installation: for the ops listener, fixtures
// and worlds, and for the account routes. Every method's ctx must have a deadline. It is safe for several goroutines.
type Operator struct {
	owners    Owners
	claims    store.Claims
	slots     func() guildhall.Slot
	now       func() time.Time
	passwords *passwords
}

// NewOperator makes one. slots chooses where something without an id is born; nil for now is time.Now.
func NewOperator(owners Owners, claims store.Claims, slots func() guildhall.Slot, now func() time.Time) *Operator {
	if now == nil {
		now = time.Now
	}
	return &Operator{owners: owners, claims: claims, slots: slots, now: now, passwords: newPasswords()}
}

// NewUser is a person to be made.
type NewUser struct {
	// ID is for imports and worlds; 0 lets the owner choose.
	ID         guildhall.UserID
	Username   string
	GlobalName *string
	Email      *string
	// Password is hashed; PasswordHash is taken as it is, for many users with one password. With neither there is no login.
	Password     string
	PasswordHash string
	Operator     bool
	// Token, which needs ID, is for worlds with fixed tokens.
	Token string
}

// CreateUser makes a person. The name is kept and claimed in small letters.
func (o *Operator) CreateUser(ctx context.Context, n NewUser) (*guildhall.Self, error) {
	name, ok := checkUsername(n.Username)
	if !ok {
		return nil, errUsername
	}
	account := guildhall.Account{Email: n.Email, PasswordHash: n.PasswordHash, Operator: n.Operator}
	if n.Password != "" {
		hash, err := o.HashPassword(ctx, n.Password)
		if err != nil {
			return nil, err
		}
		account.PasswordHash = hash
	}
	claims := []guildhall.ClaimKey{{Kind: claimUsername, Key: name}}
	if n.Email != nil {
		claim, err := o.emailClaim(ctx, *n.Email)
		if err != nil {
			return nil, err
		}
		claims = append(claims, claim)
	}
	if n.Operator {
		first, unfinished, err := o.firstOperator(ctx)
		if err != nil {
			return nil, err
		}
		if n.ID == 0 {
			n.ID = unfinished
		}
		if first == 0 {
			claims = append(claims, guildhall.ClaimKey{Kind: claimOperator, Key: claimOperatorFirst})
		}
	}
	create := guildhall.CreateUser{ID: n.ID, Username: name, GlobalName: n.GlobalName, Account: account}
	return o.bear(ctx, create, claims, n.Token, tokenLogin)
}

// NewBot is a bot to be made, with its application.
type NewBot struct {
	ID          guildhall.UserID
	Name        string
	Description string
	Owner       guildhall.UserID
	// Flags say which privileged intents it may use; see guildhall.Application.
	Flags int
	// Private bots can be added to guilds by their owner only.
	Private bool
	// VerifyKey is made where it is empty. Nothing is signed yet, so that the other half is not kept.
	VerifyKey string
	Token     string
}

// CreateBot makes a bot and its application, which share one id.
func (o *Operator) CreateBot(ctx context.Context, n NewBot) (*guildhall.Self, error) {
	if n.VerifyKey == "" {
		public, _, err := ed25519.GenerateKey(nil)
		if err != nil {
			return nil, fmt.Errorf("make key: %w", err)
		}
		n.VerifyKey = hex.EncodeToString(public)
	}
	create := guildhall.CreateUser{ID: n.ID, Username: n.Name, Application: &guildhall.Application{
		Name: n.Name, Description: n.Description, OwnerID: n.Owner, BotPublic: !n.Private, Flags: n.Flags, VerifyKey: n.VerifyKey,
	}}
	return o.bear(ctx, create, nil, n.Token, tokenBot)
}

// bear has a user made, with a token if one is given.
func (o *Operator) bear(
	ctx context.Context, create guildhall.CreateUser, claims []guildhall.ClaimKey, token, kind string,
) (*guildhall.Self, error) {
	if token != "" {
		if owner, err := guildhall.ParseToken(token); err != nil || owner != create.ID {
			return nil, guildhall.BadField("TOKEN_INVALID", "The token is not one for this id.", "token")
		}
		hash := guildhall.TokenHash(token)
		create.Tokens = []guildhall.Token{{Hash: hash, CreatedAt: guildhall.TimestampOf(o.now()), Kind: kind}}
		claims = append(claims, guildhall.ClaimKey{Kind: admission.ClaimToken, Key: hash})
	}
	cmd := newCommand(guildhall.CommandUserCreate, create)
	cmd.Birth, cmd.Slot, cmd.Claims = true, o.slot(guildhall.Snowflake(create.ID)), claims
	self, err := tell[guildhall.Self](ctx, o.owners, cmd)
	if err != nil {
		return nil, fmt.Errorf("create user: %w", err)
	}
	return &self, nil
}

func (o *Operator) slot(id guildhall.Snowflake) guildhall.Slot {
	if id != 0 {
		return id.Slot()
	}
	return o.slots()
}

// emailClaim checks an address and names its claim.
func (o *Operator) emailClaim(ctx context.Context, email string) (guildhall.ClaimKey, error) {
	claim := guildhall.ClaimKey{Kind: claimEmail, Key: strings.ToLower(email)}
	if !isEmail(email) {
		return claim, guildhall.BadField("EMAIL_TYPE_INVALID_EMAIL", "Not a well formed email address.", "email")
	}
	holder, err := o.claims.Claimed(ctx, claim.Kind, claim.Key)
	if err != nil {
		return claim, fmt.Errorf("look up email: %w", err)
	}
	if !holder.IsZero() {
		return claim, guildhall.BadField("EMAIL_ALREADY_REGISTERED", "Email is already registered.", "email")
	}
	return claim, nil
}

// isEmail looks at the form as far as it matters for telling a login name from an address.
func isEmail(s string) bool {
	const most = 254 // RFC 5321 §4.5.3.1.3
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && len(s) <= most && !strings.ContainsAny(s, " \t\r\n\x00") &&
		!strings.Contains(domain, "@")
}

// HasOperator tells whether there is an operator's account.
func (o *Operator) HasOperator(ctx context.Context) (bool, error) {
	first, _, err := o.firstOperator(ctx)
	return first != 0, err
}

// firstOperator finds the first operator. A claim may have been made for one who was never born, because the server died in
// between: unfinished is then the id that the claim wants to be used.
func (o *Operator) firstOperator(ctx context.Context) (first, unfinished guildhall.UserID, err error) {
	holder, err := o.claims.Claimed(ctx, claimOperator, claimOperatorFirst)
	if err != nil {
		return 0, 0, fmt.Errorf("look up operator: %w", err)
	}
	if holder.IsZero() {
		return 0, 0, nil
	}
	id := guildhall.UserID(holder.ID)
	_, err = o.User(ctx, id)
	if errors.Is(err, guildhall.ErrUnknownUser) {
		return 0, id, nil
	}
	return id, 0, err
}

// User is a user as anyone sees it.
func (o *Operator) User(ctx context.Context, id guildhall.UserID) (guildhall.User, error) {
	cmd := newCommand(guildhall.QueryUser, nil)
	cmd.Object = guildhall.UserObject(id)
	return ask[guildhall.User](ctx, o.owners, cmd)
}

// FindUser looks a person up by name; ErrUnknownUser.
func (o *Operator) FindUser(ctx context.Context, username string) (guildhall.UserID, error) {
	holder, err := o.claims.Claimed(ctx, claimUsername, strings.ToLower(username))
	if err != nil {
		return 0, fmt.Errorf("look up user: %w", err)
	}
	if holder.Kind != guildhall.KindUser {
		return 0, guildhall.ErrUnknownUser
	}
	return guildhall.UserID(holder.ID), nil
}

// Account is what the account routes know of a user.
func (o *Operator) Account(ctx context.Context, id guildhall.UserID) (guildhall.AccountAnswer, error) {
	cmd := newCommand(guildhall.QueryAccount, nil)
	cmd.Object = guildhall.UserObject(id)
	return ask[guildhall.AccountAnswer](ctx, o.owners, cmd)
}
