package guildhall_test

import (
	"testing"
	"time"

	"guildhall"
)

// TestTOTPCode: the vectors of RFC 6238, Appendix B, of which six digits are the last six of eight.
func TestTOTPCode(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := guildhall.TOTPCode(secret, guildhall.TOTPStep(time.Unix(at, 0))); got != want {
			t.Errorf("at %d: %s, want %s", at, got, want)
		}
	}
}

func TestRecoveryCodesAreReadAsTyped(t *testing.T) {
	t.Parallel()
	if guildhall.RecoveryHash("ABCD-efgh ijkl-mnop") != guildhall.RecoveryHash("abcdefghijklmnop") {
		t.Error("dashes, spaces or capitals count")
	}
	if guildhall.RecoveryHash("abcdefghijklmnop") == guildhall.RecoveryHash("abcdefghijklmnoq") {
		t.Error("two codes are one")
	}
}
