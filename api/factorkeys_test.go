package api

import (
	"errors"
	"strings"
	"testing"

	"guildhall"
)

func TestFactorKeys(t *testing.T) {
	t.Parallel()
	parse := func(text string) *FactorKeys {
		t.Helper()
		k, err := ParseFactorKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	old, next := strings.Repeat("0a", 32), strings.Repeat("ff", 32)
	const ann, bob = guildhall.UserID(1 << 22), guildhall.UserID(2 << 22)
	secret := "12345678901234567890"
	before := parse(old + "\n")
	m := &guildhall.MFA{Sealed: before.seal(ann, []byte(secret))}
	if before.seal(ann, []byte(secret)) == m.Sealed || strings.Contains(m.Sealed, secret) {
		t.Errorf("sealed %s", m.Sealed)
	}
	if got, again, err := before.open(ann, m); err != nil || string(got) != secret || again != "" {
		t.Errorf("opened %q, %q, %v", got, again, err)
	}
	if _, _, err := before.open(bob, m); !errors.Is(err, errFactorKeys) {
		t.Errorf("another's opened: %v", err)
	}
	// A new key seals anew what an older one has sealed.
	both := parse(next + "\r\n" + old)
	got, again, err := both.open(ann, m)
	if err != nil || string(got) != secret || again == "" {
		t.Fatalf("by an older key: %q, %q, %v", got, again, err)
	}
	after := parse(next)
	if got, _, err := after.open(ann, &guildhall.MFA{Sealed: again}); err != nil || string(got) != secret {
		t.Errorf("sealed anew: %q, %v", got, err)
	}
	id, _, _ := strings.Cut(m.Sealed, ".")
	if _, _, err := after.open(ann, m); !errors.Is(err, errFactorKeys) || !strings.Contains(err.Error(), id) {
		t.Errorf("without its key: %v", err)
	}
	for _, damaged := range []string{m.Sealed[:len(m.Sealed)-2], id + ".", id, m.Sealed + "A", strings.Replace(m.Sealed, ".", ".A", 1)} {
		if _, _, err := before.open(ann, &guildhall.MFA{Sealed: damaged}); !errors.Is(err, errFactorKeys) {
			t.Errorf("%s opened: %v", damaged, err)
		}
	}
	if got, again, err := after.open(ann, &guildhall.MFA{Secret: []byte(secret)}); err != nil || string(got) != secret || again == "" {
		t.Errorf("kept as it is: %q, %q, %v", got, again, err)
	}
	for _, bad := range []string{"", "x", old[2:], old + "00", old + "\n\n" + next, strings.Repeat(old+"\n", 17)} {
		if k, err := ParseFactorKeys(bad); err == nil || strings.Contains(err.Error(), old[:32]) {
			t.Errorf("%q gives %v, %v", bad, k, err)
		}
	}
}
