package guildhall

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// totpStep is how long a code is shown.
// RFC 6238 §4.1
const totpStep = 30 * time.Second

// TOTPStep numbers the time step that t is in.
func TOTPStep(t time.Time) int64 { return t.Unix() / int64(totpStep/time.Second) }

// TOTPCode is the code of six digits that an authenticator app shows during a step. Every app knows SHA-1, and few others.
// RFC 4226 §5.3, RFC 6238 §4.2
func TOTPCode(secret []byte, step int64) string {
	mac := hmac.New(sha1.New, secret)
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(step))
	mac.Write(counter[:]) // a hash.Hash returns no error
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[at:at+4]) & 0x7fffffff
	return fmt.Sprintf("%06d", number%1_000_000)
}

// RecoveryHash is the form in which a recovery code is kept. It has 80 random bits, so that a slow hash would add nothing.
func RecoveryHash(code string) string {
	sum := sha256.Sum256([]byte(PlainCode(code)))
	return hex.EncodeToString(sum[:])
}

// PlainCode drops from a code what people type for legibility.
func PlainCode(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))
}
