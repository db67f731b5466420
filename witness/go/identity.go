package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"github.com/bwmarrin/discordgo"
)

// avatarSide is the width of the square picture the witness uploads.
const avatarSide = 64

// red is the colour of that picture.
var red = color.RGBA{R: 220, G: 20, B: 30, A: 255}

func (w *witness) identity(r *report) {
	r.check("me", func() error {
		me, err := w.a.User("@me")
		if err != nil {
			return err
		}
		if me.ID != w.world.Bots[0].ID || !me.Bot || me.Username == "" {
			return fmt.Errorf("got id %q, bot %v, username %q", me.ID, me.Bot, me.Username)
		}
		return nil
	})
	var changed *discordgo.User
	r.check("me.modify", func() (err error) {
		changed, err = w.meModify()
		return err
	})
	r.check("me.avatar", func() error { return w.meAvatar(changed) })
	r.check("user", func() error {
		u, err := w.a.User(w.world.Bots[1].ID)
		if err != nil {
			return err
		}
		if u.ID != w.world.Bots[1].ID || u.Username == "" || !u.Bot {
			return fmt.Errorf("got id %q, username %q, bot %v", u.ID, u.Username, u.Bot)
		}
		return nil
	})
	r.check("me.guilds", w.meGuilds)
	r.check("application", w.application)
	r.check("gateway", func() error {
		url, err := w.a.Session.Gateway()
		if err != nil {
			return err
		}
		if !strings.HasPrefix(url, "ws") {
			return fmt.Errorf("url is %q", url)
		}
		return nil
	})
	r.check("gateway.bot", func() error {
		g, err := w.a.GatewayBot()
		if err != nil {
			return err
		}
		l := g.SessionStartLimit
		if !strings.HasPrefix(g.URL, "ws") || g.Shards < 1 || l.Total < 1 || l.Remaining < 1 || l.MaxConcurrency < 1 {
			return fmt.Errorf("got url %q, shards %d, limit %+v", g.URL, g.Shards, l)
		}
		return nil
	})
}

// meModify changes name and picture and looks for the events: USER_UPDATE for
// the bot itself, GUILD_MEMBER_UPDATE for those who share a guild with it.
// discord: topics/gateway-events#guild-member-update ("will also fire when the
// user object of a guild member changes").
func (w *witness) meModify() (*discordgo.User, error) {
	const name = "witness.go"
	me, err := w.a.UserUpdate(name, avatarData(), "")
	if err != nil {
		return nil, err
	}
	if me.Username != name || me.Avatar == "" {
		return nil, fmt.Errorf("response has username %q, avatar %q", me.Username, me.Avatar)
	}
	if _, err := expect(w.a, "USER_UPDATE", func(u *discordgo.UserUpdate) bool {
		return u.ID == me.ID && u.Username == name && u.Avatar == me.Avatar
	}); err != nil {
		return nil, fmt.Errorf("on A: %w", err)
	}
	if _, err := expect(w.b, "GUILD_MEMBER_UPDATE", func(m *discordgo.GuildMemberUpdate) bool {
		return m.GuildID == w.guild && m.User.ID == me.ID && m.User.Username == name && m.User.Avatar == me.Avatar
	}); err != nil {
		return nil, fmt.Errorf("on B: %w", err)
	}
	return me, nil
}

// meAvatar fetches the picture where discordgo says it is and looks at a pixel.
func (w *witness) meAvatar(me *discordgo.User) error {
	if me == nil {
		return fmt.Errorf("me.modify gave no avatar")
	}
	if url := me.AvatarURL(""); !strings.HasPrefix(url, w.url+"/cdn/avatars/"+me.ID+"/") {
		return fmt.Errorf("avatar URL is %s", url)
	}
	img, err := w.a.UserAvatarDecode(me)
	if err != nil {
		return err
	}
	if b := img.Bounds(); b.Dx() != avatarSide || b.Dy() != avatarSide {
		return fmt.Errorf("avatar is %dx%d, want %dx%d", b.Dx(), b.Dy(), avatarSide, avatarSide)
	}
	r, g, b, _ := img.At(avatarSide/2, avatarSide/2).RGBA()
	if r>>8 < 200 || g>>8 > 40 || b>>8 > 50 {
		return fmt.Errorf("middle pixel is %d,%d,%d, uploaded %v", r>>8, g>>8, b>>8, red)
	}
	return nil
}

func (w *witness) meGuilds() error {
	guilds, err := w.a.UserGuilds(100, "", "", true)
	if err != nil {
		return err
	}
	for _, g := range guilds {
		if g.ID != w.guild {
			continue
		}
		if g.Name != w.world.Guilds[0].Name || g.Owner || g.Permissions&discordgo.PermissionAdministrator == 0 || g.ApproximateMemberCount < 2 {
			return fmt.Errorf("guild is %+v", g)
		}
		return nil
	}
	return fmt.Errorf("guild %s is not among %d", w.guild, len(guilds))
}

// application asks both addresses: discordgo's own call uses the older one.
func (w *witness) application() error {
	app, err := w.a.Application("@me")
	if err != nil {
		return err
	}
	if app.ID != w.appID || app.Owner == nil || app.Owner.ID == "" {
		return fmt.Errorf("oauth2/applications/@me: id %q, owner %v", app.ID, app.Owner)
	}
	body, err := w.a.Request("GET", discordgo.EndpointAPI+"applications/@me", nil)
	if err != nil {
		return err
	}
	var full struct {
		ID    string `json:"id"`
		Flags int    `json:"flags"`
	}
	if err := json.Unmarshal(body, &full); err != nil {
		return err
	}
	// discord: resources/application#application-object-application-flags:
	// presence, members and content, full (1<<12, 1<<14, 1<<18) or limited (the next bit).
	for _, bit := range []int{12, 14, 18} {
		if full.Flags&(3<<bit) == 0 {
			return fmt.Errorf("applications/@me: flags %#x lack bit %d and %d", full.Flags, bit, bit+1)
		}
	}
	if full.ID != w.appID {
		return fmt.Errorf("applications/@me: id %q", full.ID)
	}
	return nil
}

func avatarPNG() []byte {
	img := image.NewRGBA(image.Rect(0, 0, avatarSide, avatarSide))
	for i := range avatarSide * avatarSide {
		img.Set(i%avatarSide, i/avatarSide, red)
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		panic(err) // encoding to memory cannot fail
	}
	return buf.Bytes()
}

func avatarData() string {
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(avatarPNG())
}
