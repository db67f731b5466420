package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// world is what `guildhall serve --dev --json` prints.
type world struct {
	URL     string `json:"url"`
	Gateway string `json:"gateway"`
	Guilds  []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"guilds"`
	Channels []struct {
		ID      string `json:"id"`
		GuildID string `json:"guild_id"`
		Name    string `json:"name"`
	} `json:"channels"`
	Bots []struct {
		ID            string `json:"id"`
		Token         string `json:"token"`
		ApplicationID string `json:"application_id"`
	} `json:"bots"`
	Users []struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Token    string `json:"token"`
		Password string `json:"password"` // of the first alone
	} `json:"users"`
}

// witness holds what the checks share. The fields that a check fills in stay
// empty when it failed, and the checks that need them then fail too.
type witness struct {
	world world
	url   string
	guild string
	a, b  *bot // a acts, b listens
	appID string

	channel string // made by channel.create, removed by channel.delete
	role    string
	message string // made by message.send
}

func main() {
	w, err := fromEnvironment()
	if err != nil {
		fmt.Fprintln(os.Stderr, "witness:", err)
		os.Exit(2)
	}
	r := &report{out: json.NewEncoder(os.Stdout)}
	r.check("login", w.login)
	if r.failed > 0 {
		os.Exit(1) // nothing below can hold without two bots
	}
	w.identity(r)
	w.guilds(r)
	w.messages(r)
	w.reactions(r)
	w.talk(r)
	w.gatewayCommands(r)
	w.webhooks(r)
	w.emojis(r)
	w.direct(r)
	w.moderation(r)
	w.voice(r)
	w.interactions(r)
	w.whole(r)
	w.resume(r)
	w.people(r)
	r.check("channel.delete", w.channelDelete)
	w.refusals(r)
	w.protocol(r)
	w.plainREST(r)
	r.heard(w.a, w.b)
	w.a.close()
	w.b.close()
	if r.failed > 0 {
		os.Exit(1)
	}
}

func fromEnvironment() (*witness, error) {
	w := &witness{url: strings.TrimSuffix(os.Getenv("GUILDHALL_URL"), "/")}
	if err := json.Unmarshal([]byte(os.Getenv("GUILDHALL_WORLD")), &w.world); err != nil {
		return nil, fmt.Errorf("read GUILDHALL_WORLD: %w", err)
	}
	if len(w.world.Bots) < 2 || len(w.world.Guilds) < 1 || len(w.world.Channels) < 1 || len(w.world.Users) < 1 {
		return nil, fmt.Errorf("world has too little in it: %d bots, %d guilds, %d channels, %d users",
			len(w.world.Bots), len(w.world.Guilds), len(w.world.Channels), len(w.world.Users))
	}
	if want := w.url + "/"; discordgo.EndpointDiscord != want {
		return nil, fmt.Errorf("linked against %s, server is %s", discordgo.EndpointDiscord, want)
	}
	w.guild = w.world.Guilds[0].ID
	w.appID = w.world.Bots[0].ApplicationID
	return w, nil
}

// login opens both bots and checks that READY and the GUILD_CREATE that
// follows name what the world says.
func (w *witness) login() error {
	var err error
	if w.a, err = openBot("Bot " + w.world.Bots[0].Token); err != nil {
		return fmt.Errorf("open A: %w", err)
	}
	if w.b, err = openBot("Bot " + w.world.Bots[1].Token); err != nil {
		return fmt.Errorf("open B: %w", err)
	}
	for i, b := range []*bot{w.a, w.b} {
		ready, err := expect(b, "READY", func(r *discordgo.Ready) bool { return true })
		if err != nil {
			return err
		}
		if ready.User.ID != w.world.Bots[i].ID || !ready.User.Bot || ready.SessionID == "" {
			return fmt.Errorf("READY names user %q (bot %v), session %q", ready.User.ID, ready.User.Bot, ready.SessionID)
		}
		g, err := expect(b, "GUILD_CREATE", func(g *discordgo.GuildCreate) bool { return g.ID == w.guild })
		if err != nil {
			return err
		}
		if g.Name != w.world.Guilds[0].Name || len(g.Channels) < 2 || len(g.Roles) < 2 || len(g.Members) < 1 || g.MemberCount < len(w.world.Bots) {
			return fmt.Errorf("GUILD_CREATE: name %q, %d channels, %d roles, %d members, member_count %d",
				g.Name, len(g.Channels), len(g.Roles), len(g.Members), g.MemberCount)
		}
		if g.OwnerID == ready.User.ID {
			return fmt.Errorf("bot %s owns the guild", g.OwnerID)
		}
	}
	return nil
}
