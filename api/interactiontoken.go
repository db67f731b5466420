package api

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"guildhall"
)

// interactionPrefix is base64 of "interaction:": with it tokens of interactions are told from those of webhooks.
const interactionPrefix = "aW50ZXJhY3Rpb246"

// interactionKeys are what is derived from the installation's secret for interactions.
// docs/decisions/006-interactions.md
type interactionKeys struct {
	secret []byte
	tokens cipher.AEAD
}

func newInteractionKeys(secret []byte) (*interactionKeys, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "guildhall interaction tokens", 32)
	if err != nil {
		return nil, fmt.Errorf("derive key of interaction tokens: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &interactionKeys{secret, aead}, err
}

// seal makes a token that says all of an interaction to every node, and nothing to anybody else.
func (k *interactionKeys) seal(ref *guildhall.InteractionRef) string {
	return interactionPrefix + base64.RawURLEncoding.EncodeToString(k.tokens.Seal(nil, nil, mustJSON(ref), nil))
}

// open reads a token that was sealed here.
func (k *interactionKeys) open(token string) (*guildhall.InteractionRef, bool) {
	sealed, ok := strings.CutPrefix(token, interactionPrefix)
	if !ok {
		return nil, false
	}
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil {
		return nil, false
	}
	if b, err = k.tokens.Open(nil, nil, b, nil); err != nil {
		return nil, false
	}
	ref := &guildhall.InteractionRef{}
	return ref, json.Unmarshal(b, ref) == nil
}

// signer is the key with which requests to an application's endpoint are signed.
func (k *interactionKeys) signer(id guildhall.ApplicationID) ed25519.PrivateKey {
	seed, err := hkdf.Key(sha256.New, k.secret, nil, "guildhall application key "+id.String(), ed25519.SeedSize)
	if err != nil {
		panic("api: derive an application's key: " + err.Error()) // only for sizes that can't be derived
	}
	return ed25519.NewKeyFromSeed(seed)
}

// verifyKey is what the application checks signatures with, in hexadecimal.
// discord: resources/application#application-object
func (k *interactionKeys) verifyKey(id guildhall.ApplicationID) string {
	return hex.EncodeToString(k.signer(id).Public().(ed25519.PublicKey))
}
