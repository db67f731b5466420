package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"guildhall"
)

const (
	// factorKeyBytes is the key of AES-256.
	factorKeyBytes = 32
	// factorKeysMax bounds how many rotations back a secret may come from.
	factorKeysMax = 16
)

var errFactorKeys = errors.New("keys for second factors")

// FactorKeys seal the secrets of second factors, so that the store alone shows none. The first seals; all open, so that a
// key can be replaced while secrets that an older one has sealed are in use.
type FactorKeys struct{ keys []factorKey }

type factorKey struct {
	id   string
	aead cipher.AEAD
}

// ParseFactorKeys reads keys, one in hex on each line, the newest first.
func ParseFactorKeys(text string) (*FactorKeys, error) {
	var k FactorKeys
	for n, line := range strings.Split(strings.TrimSpace(text), "\n") {
		raw, err := hex.DecodeString(strings.TrimSpace(line))
		if err != nil || len(raw) != factorKeyBytes || n >= factorKeysMax {
			// The line itself must not be shown: it may be a key with a slip in it.
			return nil, fmt.Errorf("%w: line %d is not %d bytes in hex, or there are more than %d lines", errFactorKeys, n+1, factorKeyBytes, factorKeysMax)
		}
		key, err := newFactorKey(raw)
		if err != nil {
			return nil, err
		}
		k.keys = append(k.keys, key)
	}
	return &k, nil
}

func newFactorKey(raw []byte) (factorKey, error) {
	block, err := aes.NewCipher(raw)
	if err != nil {
		return factorKey{}, fmt.Errorf("%w: %w", errFactorKeys, err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return factorKey{}, fmt.Errorf("%w: %w", errFactorKeys, err)
	}
	sum := sha256.Sum256(append([]byte("factor key id:"), raw...))
	return factorKey{hex.EncodeToString(sum[:4]), aead}, nil
}

// factorOwner binds a sealed secret to its account: put in another's place it does not open.
func factorOwner(user guildhall.UserID) []byte { return []byte("second factor of " + user.String()) }

// seal gives the form in which a secret is kept: the key's id, and what only that key opens.
func (k *FactorKeys) seal(user guildhall.UserID, secret []byte) string {
	first := k.keys[0]
	return first.id + "." + base64.RawURLEncoding.EncodeToString(first.aead.Seal(nil, nil, secret, factorOwner(user)))
}

// open gives an account's secret, and its form sealed anew if the newest key has not sealed it.
func (k *FactorKeys) open(user guildhall.UserID, m *guildhall.MFA) (secret []byte, resealed string, err error) {
	if m.Sealed == "" {
		return m.Secret, k.seal(user, m.Secret), nil
	}
	id, text, _ := strings.Cut(m.Sealed, ".")
	for i, key := range k.keys {
		if key.id != id {
			continue
		}
		sealed, err := base64.RawURLEncoding.DecodeString(text)
		if err == nil {
			secret, err = key.aead.Open(nil, nil, sealed, factorOwner(user))
		}
		if err != nil {
			return nil, "", fmt.Errorf("%w: what key %s has sealed for user %s is damaged: %w", errFactorKeys, id, user, err)
		}
		if i > 0 {
			resealed = k.seal(user, secret)
		}
		return secret, resealed, nil
	}
	return nil, "", fmt.Errorf("%w: the second factor of user %s was sealed with key %s, which is none of the server's", errFactorKeys, user, id)
}
