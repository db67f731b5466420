package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/blob"
	"guildhall/store/sqlite"
	"guildhall/sweep"
)

// anotherDot is a picture that is not dot.
const anotherDot = "data:image/gif;base64,R0lGODlhAQABAIAAAP8AAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="

// swept goes through the blobs of a server that has ended, as one would that runs some days later.
func swept(t *testing.T, dir string) (left []string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	blobs, err := blob.OpenFiles(filepath.Join(dir, blobsFolder))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := blobs.Close(); err != nil {
			t.Error(err)
		}
	}()
	now := time.Now().Add(48 * time.Hour)
	s, err := sweep.New(blobs, db, func() time.Time { return now }, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := s.Step(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
		now = now.Add(2 * time.Hour)
	}
	for e, err := range blobs.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		left = append(left, e.Key)
	}
	return left
}

// TestBlobsAreSwept: what was deleted, replaced and left behind is gone in the end, and nothing else.
func TestBlobsAreSwept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	f := forgeIn(t, dir, "2")
	since := filepath.Join(dir, blobsFolder, "sweep", "since")
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if _, err := os.Stat(since); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing sweeps")
		}
	}
	owner, member := f.owner.Token, f.member.Token
	here := f.inChannel("/messages")
	f.upload(owner, here, "{}", "kept.txt", "kept")
	deleted := f.upload(owner, here, "{}", "deleted.txt", "deleted")
	edited := f.upload(owner, here, `{"content":"x"}`, "edited.txt", "edited")
	forwarded := f.upload(owner, here, "{}", "forwarded.txt", "forwarded")
	f.must(http.StatusOK, member, "POST", here, fmt.Sprintf(`{"message_reference":{"type":1,"channel_id":%q,"message_id":%q}}`, forwarded.ChannelID, forwarded.ID))
	one := "/" + deleted.ID.String()
	f.must(http.StatusNoContent, owner, "DELETE", here+one, "")
	f.must(http.StatusOK, owner, "PATCH", here+"/"+edited.ID.String(), `{"attachments":[]}`)
	f.must(http.StatusNoContent, owner, "DELETE", here+"/"+forwarded.ID.String(), "")
	room := parsed[guildhall.Channel](t, f.must(http.StatusCreated, owner, "POST", f.inGuild("/channels"), `{"name":"room"}`))
	f.upload(owner, "/channels/"+room.ID.String()+"/messages", "{}", "room.txt", "room")
	f.must(http.StatusOK, owner, "DELETE", "/channels/"+room.ID.String(), "")
	gone := parsed[guildhall.Guild](t, f.must(http.StatusCreated, member, "POST", "/guilds", fmt.Sprintf(`{"name":"Gone","icon":%q}`, dot)))
	hall := parsed[guildhall.Channel](t, f.must(http.StatusCreated, member, "POST", "/guilds/"+gone.ID.String()+"/channels", `{"name":"hall"}`))
	f.upload(member, "/channels/"+hall.ID.String()+"/messages", "{}", "hall.txt", "hall")
	f.must(http.StatusNoContent, member, "DELETE", "/guilds/"+gone.ID.String(), "")
	f.must(http.StatusOK, member, "PATCH", "/users/@me", fmt.Sprintf(`{"avatar":%q}`, dot))
	f.must(http.StatusOK, member, "PATCH", "/users/@me", fmt.Sprintf(`{"avatar":%q}`, anotherDot))
	f.must(http.StatusCreated, owner, "POST", f.inGuild("/emojis"), fmt.Sprintf(`{"name":"dot","image":%q}`, dot))
	f.end()
	before := 0
	err := filepath.WalkDir(filepath.Join(dir, blobsFolder), func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			before++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// Four files in the channel, a forward's, two in what was deleted; an icon, two avatars, an emoji; and when it began.
	if before != 12 {
		t.Errorf("%d blobs, want 12", before)
	}
	left := swept(t, dir)
	counts := map[string]int{}
	for _, key := range left {
		kind, _, _ := strings.Cut(key, "/")
		counts[kind]++
	}
	if counts["attachments"] != 2 || counts["avatars"] != 1 || counts["emojis"] != 1 || counts["icons"] != 0 || len(left) != 5 {
		t.Errorf("left %v", left)
	}
	// Whoever comes next finds the files that are named.
	f.served = serve(t, "--data", dir, "--rate-limits", "off")
	for _, m := range parsed[[]guildhall.Message](t, f.must(http.StatusOK, owner, "GET", here, "")) {
		for _, a := range m.Files() {
			if status := f.reach(a.URL); status != http.StatusOK {
				t.Errorf("%s: %d", a.Filename, status)
			}
		}
	}
}
