package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/store/sqlite"
	"guildhall/world"
)

func testNode(t *testing.T) *node {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Config{Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	n, err := startNode(t.Context(), db, guildhall.Limits{}, prometheus.NewRegistry(), nil, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

func TestNodeCarriesAMessage(t *testing.T) {
	t.Parallel()
	n := testNode(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	w, err := world.Default()
	if err != nil {
		t.Fatal(err)
	}
	made, err := w.Apply(ctx, n.router)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.Marshal(guildhall.CreateMessage{Content: "hello"})
	answer, err := n.router.Command(ctx, &guildhall.Command{
		Name: guildhall.CommandMessageCreate, Channel: made.Channels[0].ID, Actor: made.Users[0].ID, Body: body,
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := guildhall.DecodeMessage(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if m.Content != "hello" || m.Author.Username != made.Users[0].Name {
		t.Errorf("answered with %s", answer.Body)
	}
	stored, ok, err := n.store.Row(ctx, guildhall.MessageKey(m.ChannelID, m.ID))
	if err != nil || !ok {
		t.Fatalf("row of the message: %v, %v", ok, err)
	}
	if stored.Position != answer.Position {
		t.Errorf("row has stamp %d, the record position %d", stored.Position, answer.Position)
	}
}
