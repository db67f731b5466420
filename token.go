package guildhall

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

const (
	// tokenMiddle is the second part of every token. Scanners for Discord's tokens look for six characters there, and
	// libraries read the first part alone.
	tokenMiddle = "guildhall"
	// tokenSecretBytes are 256 random bits.
	tokenSecretBytes = 32
	// tokenBytesMax bounds what is looked at; ours are shorter.
	tokenBytesMax = 128
)

// ErrToken is returned for text that has not the form of a token.
var ErrToken = errors.New("not a token")

// NewToken makes a user's next token, base64(id).middle.secret, and the hash by which alone it is known afterwards.
func NewToken(user UserID) (token, hash string) {
	var secret [tokenSecretBytes]byte
	if _, err := rand.Read(secret[:]); err != nil {
		panic("guildhall: crypto/rand never fails: " + err.Error())
	}
	token = FormatToken(user, secret)
	return token, TokenHash(token)
}

// FormatToken writes a token with a given secret; worlds with fixed tokens use it.
func FormatToken(user UserID, secret [tokenSecretBytes]byte) string {
	id := base64.RawStdEncoding.EncodeToString([]byte(user.String()))
	return id + "." + tokenMiddle + "." + base64.RawURLEncoding.EncodeToString(secret[:])
}

// TokenHash is the form in which a token is stored and claimed: its SHA-256 in hex. The secret is random and long, so that
// a slow hash would add nothing.
func TokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// ParseToken tells whose token it would be if it were valid; ErrToken where it can't be one. It looks at the form only.
func ParseToken(token string) (UserID, error) {
	first, rest, ok := strings.Cut(token, ".")
	middle, secret, ok2 := strings.Cut(rest, ".")
	if len(token) > tokenBytesMax || !ok || !ok2 || middle != tokenMiddle {
		return 0, ErrToken
	}
	if raw, err := base64.RawURLEncoding.DecodeString(secret); err != nil || len(raw) != tokenSecretBytes {
		return 0, ErrToken
	}
	raw, err := base64.RawStdEncoding.DecodeString(first)
	if err != nil {
		return 0, ErrToken
	}
	id, err := ParseID[userKind](string(raw))
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrToken, err)
	}
	return id, nil
}
