package api

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

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

	// hashersMax passwords are worked on at once, hashMemoryMax for each: 64 MiB together; but on no more than half of the
	// processors, because a hash lets go of one for nobody else for ten milliseconds at a time. hashersQueueMax wait for their turn,
	// a quarter of a second on a machine that does nothing else, hasherWait at the very most; who finds the queue full is told to come again after
	// hashersAgain. S18, S19
	hashersMax      = 2
	hashMemoryMax   = 32 << 10 // KiB
	hashersQueueMax = 16
	hasherWait      = 5 * time.Second
	hashersAgain    = time.Second

	passwordMin      = 8
	passwordBytesMax = 1024
)

var errHash = errors.New("not a password hash")

// passwords makes and checks hashes, a few at a time.
type passwords struct {
	slots  chan struct{} // a semaphore of hashersMax
	places chan struct{} // one for each that is worked on or waits
	// refused is called for each that finds no place.
	refused func()
	// derive is argon2.IDKey, but for tests that look at what it is asked for.
	derive func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte
	// decoy is checked against where there is no account, so that it takes as long.
	decoy string
}

func newPasswords() *passwords {
	hashers := max(1, min(hashersMax, runtime.GOMAXPROCS(0)/2))
	p := &passwords{
		slots: make(chan struct{}, hashers), places: make(chan struct{}, hashers+hashersQueueMax),
		refused: func() {}, derive: argon2.IDKey,
	}
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

// hold takes one of the few places; release gives it back.
func (p *passwords) hold(ctx context.Context) (release func(), err error) {
	select {
	case p.places <- struct{}{}:
	default:
		p.refused()
		return nil, limited(hashersAgain, false)
	}
	wait, cancel := context.WithTimeout(ctx, hasherWait)
	defer cancel()
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots; <-p.places }, nil
	case <-wait.Done():
		<-p.places
		p.refused()
		return nil, limited(hashersAgain, false)
	}
}

// typed is the form of a password that is hashed: a letter with an accent is one character on one keyboard and two on another.
// RFC 8265 §4.2.2
func typed(password string) []byte { return norm.NFC.Bytes([]byte(password)) }

// hash makes the form in which a password is kept.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	release, err := p.hold(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	salt := randomBytes(argonSalt)
	return encodeHash(salt, p.derive(typed(password), salt, argonTime, argonMemory, argonThreads, argonKey)), nil
}

// matches tells whether a password is the one of a hash. An empty hash matches none and takes as long: the same work is done
// for the decoy. What is longer than a password can be matches none either, and nothing is done for it. S18
func (p *passwords) matches(ctx context.Context, hash, password string) (bool, error) {
	if len(password) > passwordBytesMax {
		return false, nil
	}
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
	got := p.derive(typed(password), salt, time, memory, threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && !none, nil
}

// decodeHash reads the parameters that a hash was made with, which may be those of another version.
func decodeHash(hash string) (time, memory uint32, threads uint8, salt, key []byte, err error) {
	const timeMost = 16
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
		memory > hashMemoryMax || time > timeMost {
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
