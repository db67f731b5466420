package guildhall_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"guildhall"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	const user = guildhall.UserID(1100000000000000000)
	token, hash := guildhall.NewToken(user)
	again, _ := guildhall.NewToken(user)
	parts := strings.Split(token, ".")
	if len(parts) != 3 || len(parts[1]) == 6 || token == again || hash != guildhall.TokenHash(token) || len(hash) != 64 {
		t.Fatalf("token %q, hash %q", token, hash)
	}
	id, err := base64.RawStdEncoding.DecodeString(parts[0])
	if err != nil || string(id) != user.String() {
		t.Errorf("first part holds %q, %v", id, err)
	}
	secret, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || len(secret)*8 != 256 {
		t.Errorf("%d bits, %v", len(secret)*8, err)
	}
	if got, err := guildhall.ParseToken(token); got != user || err != nil {
		t.Errorf("parsed: %v, %v", got, err)
	}
}

func TestParseTokenRefuses(t *testing.T) {
	t.Parallel()
	good := guildhall.FormatToken(5, [32]byte{1})
	if _, err := guildhall.ParseToken(good); err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	zero := base64.RawStdEncoding.EncodeToString([]byte("0"))
	for _, token := range []string{
		"", ".", "..", good + "x", good[:len(good)-1], good + ".x", "Bot " + good, parts[0] + "." + parts[2], parts[0] + ".abcdef." + parts[2],
		"!." + parts[1] + "." + parts[2], "." + parts[1] + "." + parts[2], zero + "." + parts[1] + "." + parts[2], good + strings.Repeat("A", 200),
	} {
		if id, err := guildhall.ParseToken(token); !errors.Is(err, guildhall.ErrToken) {
			t.Errorf("%q: %v, %v", token, id, err)
		}
	}
}
