package api

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"guildhall"
)

// The cost of a password: OWASP's first recommendation for argon2id, 19 MiB and two passes, some 30 ms on one core. More
// memory would let fewer log in at once on the small machines this runs on.
const (
	argonTime    = 2
	argonMemory  = 19 << 10 // KiB
	argonThreads = 1
	argonKey     = 32
	argonSalt    = 16

	// hashersMax passwords are worked on at once: 38 MiB. hasherWait is how long one waits for its turn.
	hashersMax = 2
	hasherWait = 5 * time.Second

	passwordMin      = 8
	passwordBytesMax = 1024
)

var errHash = errors.New("not a password hash")

// passwords makes and checks hashes, a few at a time.
type passwords struct {
	slots chan struct{} // a semaphore of hashersMax
	// decoy is checked against where there is no account, so that it takes as long.
	decoy string
}

func newPasswords() *passwords {
	p := &passwords{slots: make(chan struct{}, hashersMax)}
	p.decoy = encodeHash(randomBytes(argonSalt), randomBytes(argonKey))
	return p
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic("api: crypto/rand never fails: " + err.Error())
	}
	return b
}

func encodeHash(salt, key []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

func (p *passwords) hold(ctx context.Context) (release func(), err error) {
	wait, cancel := context.WithTimeout(ctx, hasherWait)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots }, nil
	case <-wait.Done():
		return nil, guildhall.ErrOverloaded.Because(context.Cause(wait))
	}
}

// hash makes the form in which a password is kept.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	release, err := p.hold(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	salt := randomBytes(argonSalt)
	return encodeHash(salt, argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)), nil
}

// matches tells whether a password is the one of a hash. An empty hash matches none and takes as long.
func (p *passwords) matches(ctx context.Context, hash, password string) (bool, error) {
	none := hash == ""
	if none {
		hash = p.decoy
	}
	time, memory, threads, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	release, err := p.hold(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	got := argon2.IDKey([]byte(password), salt, time, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && !none, nil
}

// decodeHash reads the parameters that a hash was made with, which may be those of another version.
func decodeHash(hash string) (time, memory uint32, threads uint8, salt, key []byte, err error) {
	const memoryMost, timeMost = 256 << 10, 16
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return 0, 0, 0, nil, nil, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &time, &threads); err != nil {
		return 0, 0, 0, nil, nil, errHash
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(key) < 16 || len(salt) < 8 || time == 0 || threads == 0 ||
		memory > memoryMost || time > timeMost {
		return 0, 0, 0, nil, nil, errHash
	}
	return time, memory, threads, salt, key, nil
}

// checkPassword tells why a password can't be one; nil where it can.
func checkPassword(password string) error { return checkPasswordAt(password, "password") }

func checkPasswordAt(password, field string) error {
	switch {
	case utf8.RuneCountInString(password) < passwordMin || len(password) > passwordBytesMax:
		return guildhall.BadField("BASE_TYPE_BAD_LENGTH", "Must be between 8 and 1024 in length.", field)
	case strings.ContainsRune(password, 0) || !utf8.ValidString(password):
		return guildhall.BadField("STRING_TYPE_CONVERT", "Could not interpret the value as string.", field)
	}
	return nil
}
