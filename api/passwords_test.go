package api_test

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guildhall/admission"
	"guildhall/api"
)

// work is what one password costs.
type work struct {
	time, memory uint32
	threads      uint8
	keyLen       uint32
}

// TestWrongLoginsCostTheSame is S18: what takes time at a login is the hash, and it is made with the same parameters whether
// there is such an account, with a password or without, or not, so that the time tells nothing. The answers are alike to
// the byte.
func TestWrongLoginsCostTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	if _, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "carl", Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	var done []work
	w.WatchPasswords(func(_ string, time, memory uint32, threads uint8, keyLen uint32) {
		done = append(done, work{time, memory, threads, keyLen})
	})
	var answers []string
	for _, login := range []string{"carl", "nobody", "ann", "robot", "nobody@example.org"} { // ann has no password
		got := w.want(ask{method: "POST", path: "/api/v10/auth/login", body: fmt.Sprintf(`{"login":%q,"password":"wrong horse"}`, login)}, 400, invalidLogin)
		answers = append(answers, fmt.Sprint(got.Code, got.Body))
	}
	if len(done) != len(answers) {
		t.Fatalf("%d hashes for %d logins", len(done), len(answers))
	}
	for i := range answers {
		if answers[i] != answers[0] || done[i] != done[0] {
			t.Errorf("login %d: %s with %+v, the first %s with %+v", i, answers[i], done[i], answers[0], done[0])
		}
	}
	if done[0].memory < 19<<10 || done[0].time < 2 {
		t.Errorf("too little work: %+v", done[0])
	}
}

// TestStuffing is S18: many tries from many addresses at many accounts come to an end, and people who were here before
// can sign in all the same.
func TestStuffing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	for _, name := range []string{"carl", "dora"} {
		if _, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: name, Password: "correct horse"}); err != nil {
			t.Fatal(err)
		}
	}
	const home = "192.0.2.7:1"
	w.loginFrom(home, "dora", "correct horse", 200)
	var hashed atomic.Int32
	w.WatchPasswords(func(string, uint32, uint32, uint8, uint32) { hashed.Add(1) })
	long := strings.Repeat("x", 1025) // is counted, and costs nothing here
	failed := 0
	for i := range 1000 {
		from := fmt.Sprintf("198.51.%d.%d:1", i/250, i%250)
		body := fmt.Sprintf(`{"login":"user%d","password":%q}`, i, long)
		switch got := w.do(ask{method: "POST", path: "/api/v10/auth/login", body: body, from: from}); got.Code {
		case http.StatusBadRequest:
			failed++
		case http.StatusTooManyRequests:
			if got.Header().Get("Retry-After") == "" {
				t.Fatal("no Retry-After")
			}
		default:
			t.Fatalf("try %d: %d %s", i, got.Code, got.Body)
		}
	}
	if failed != 600 || hashed.Load() != 0 {
		t.Errorf("%d of 1000 tries were made, with %d hashes", failed, hashed.Load())
	}
	w.loginFrom("203.0.113.1:1", "carl", "correct horse", 429) // nobody that is known there
	w.loginFrom(home, "carl", "correct horse", 429)
	w.loginFrom(home, "dora", "correct horse", 200)
	for range 5 {
		w.loginFrom(home, "dora", "wrong horse", 400)
	}
	w.loginFrom(home, "dora", "correct horse", 429) // nor is one's own address one to guess from
	w.clock.pass(time.Minute)
	w.loginFrom("203.0.113.1:1", "carl", "correct horse", 200)
}

// TestLoginRacesAChangeOfThePassword is S20: a login that was begun with the password of before gives no token after the change.
func TestLoginRacesAChangeOfThePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	made, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "carl", Password: "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	next, err := w.Operator().HashPassword(deadline(t), "battery staple")
	if err != nil {
		t.Fatal(err)
	}
	w.WatchPasswords(func(string, uint32, uint32, uint8, uint32) {
		changed := *w.owners.accounts[made.ID]
		changed.Account.PasswordHash = next
		w.owners.accounts[made.ID] = &changed
	})
	w.want(ask{method: "POST", path: "/api/v10/auth/login", body: `{"login":"carl","password":"correct horse"}`}, 400, invalidLogin)
	if n := len(w.owners.accounts[made.ID].Tokens); n != 0 {
		t.Errorf("%d tokens", n)
	}
	w.login("carl", "battery staple", 200)
}

// TestPasswordForms is S19: nothing is cut off a password, and what can't be one is refused for what it is.
func TestPasswordForms(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	base := strings.Repeat("a", 72) // all that bcrypt looks at
	most := strings.Repeat("m", 1024)
	for name, password := range map[string]string{"carl": base + "right", "dora": "caf\u00e9 caf\u00e9", "edna": most, "finn": "  spaces  "} {
		if _, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: name, Password: password}); err != nil {
			t.Fatal(err)
		}
		w.login(name, password, 200)
	}
	w.login("carl", base+"wrong", 400)
	made, err := w.Operator().FindUser(deadline(t), "carl")
	if err != nil {
		t.Fatal(err)
	}
	w.login("carl", w.owners.accounts[made].Account.PasswordHash, 400) // S17: what the store has is no password
	w.login("carl", base, 400)
	w.login("dora", "cafe\u0301 cafe\u0301", 200) // the same letters, decomposed
	w.login("dora", "cafe cafe", 400)
	w.clock.pass(time.Hour)
	w.login("edna", most[1:], 400)
	w.login("edna", most+"m", 400)
	w.login("finn", "spaces", 400)
	w.login("finn", "", 400)
	w.want(ask{method: "POST", path: "/api/v10/auth/login", body: `{"login":"finn","password":"  spaces  \u0000"}`}, 400, "")
	w.want(ask{method: "POST", path: "/api/v10/auth/login", body: `{"login":"finn"}`}, 400, "")
	var hashed atomic.Int32
	w.WatchPasswords(func(string, uint32, uint32, uint8, uint32) { hashed.Add(1) })
	w.want(ask{method: "POST", path: "/api/v10/auth/login", body: fmt.Sprintf(`{"login":"finn","password":%q}`, strings.Repeat("x", 1<<20))}, 413, "")
	w.login("finn", strings.Repeat("x", 60_000), 400)
	if hashed.Load() != 0 {
		t.Error("a password that can be none was hashed")
	}
	for name, bad := range map[string]string{"short": "seven77", "long": most + "m", "NUL": "12345678\x00", "no text": "12345678\xff"} {
		if _, err := w.Operator().CreateUser(deadline(t), api.NewUser{Username: "gina", Password: bad}); err == nil {
			t.Errorf("a password that is %s was taken", name)
		}
	}
}

// TestPasswordsWaitInABoundedQueue is S18 and S19: two are worked on, and no more than on half of the processors, 16 wait, and the rest are told to come again.
func TestPasswordsWaitInABoundedQueue(t *testing.T) {
	t.Parallel()
	w := newWorld(t, api.Config{RateLimits: admission.Off})
	people(w)
	busy, most := new(atomic.Int32), new(atomic.Int32)
	full, begun := make(chan struct{}), make(chan struct{}, 100)
	w.ReplacePasswords(func() {
		if n := busy.Add(1); n > most.Load() {
			most.Store(n)
		}
		begun <- struct{}{}
		<-full
		busy.Add(-1)
	})
	try := func(i int) int {
		body := fmt.Sprintf(`{"login":"user%d","password":"wrong horse"}`, i)
		got := w.do(ask{method: "POST", path: "/api/v10/auth/login", body: body, from: fmt.Sprintf("198.51.100.%d:1", i)})
		if got.Code == http.StatusTooManyRequests && got.Header().Get("Retry-After") != "1" {
			t.Errorf("Retry-After %q", got.Header().Get("Retry-After"))
		}
		return got.Code
	}
	codes := make(chan int, 100)
	var all sync.WaitGroup
	const came = 60
	for i := range came {
		all.Go(func() { codes <- try(i) })
	}
	// Those who find no place answer while the first hold theirs: the rest have one then.
	hashers := max(1, min(2, runtime.GOMAXPROCS(0)/2))
	places := hashers + 16
	for range hashers {
		<-begun
	}
	for range came - places {
		if code := <-codes; code != http.StatusTooManyRequests {
			t.Errorf("answered with %d while all places were taken", code)
		}
	}
	if code := try(99); code != http.StatusTooManyRequests {
		t.Errorf("one more: %d", code)
	}
	close(full)
	all.Wait()
	for range places {
		if code := <-codes; code != http.StatusBadRequest {
			t.Errorf("one that had a place: %d", code)
		}
	}
	if int(most.Load()) != hashers {
		t.Errorf("%d worked on at once", most.Load())
	}
	if code := try(98); code != http.StatusBadRequest {
		t.Errorf("afterwards: %d", code)
	}
}
