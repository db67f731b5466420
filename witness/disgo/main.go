package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"os"
	"strings"
	"time"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

// account is somebody in the world that `guildhall serve --dev --json` prints.
type account struct {
	ID    snowflake.ID `json:"id"`
	Token string       `json:"token"`
}

type world struct {
	Guilds []struct {
		ID   snowflake.ID `json:"id"`
		Name string       `json:"name"`
	} `json:"guilds"`
	Channels []struct {
		ID snowflake.ID `json:"id"`
	} `json:"channels"`
	Bots  []account `json:"bots"`
	Users []account `json:"users"`

	url string
}

// witness is one run: bot a acts, bot b must see.
type witness struct {
	world   world
	a, b    *actor
	guild   snowflake.ID
	channel snowflake.ID
	role    snowflake.ID
	message snowflake.ID
	failed  bool
}

// outcome is one line of the report.
type outcome struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Millis int64  `json:"ms"`
	Detail string `json:"detail,omitempty"`
}

func (w *witness) check(name string, run func() error) bool {
	start := time.Now()
	err := run()
	o := outcome{Check: name, OK: err == nil, Millis: time.Since(start).Milliseconds()}
	if err != nil {
		w.failed = true
		o.Detail = err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
		panic(err) // nobody is left to tell
	}
	return err == nil
}

func main() {
	failed, err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if failed {
		os.Exit(1)
	}
}

func run() (failed bool, err error) {
	w := &witness{}
	if err := json.Unmarshal([]byte(os.Getenv("GUILDHALL_WORLD")), &w.world); err != nil {
		return false, fmt.Errorf("GUILDHALL_WORLD: %w", err)
	}
	w.world.url = strings.TrimSuffix(os.Getenv("GUILDHALL_URL"), "/")
	w.guild = w.world.Guilds[0].ID
	if !w.check("login", w.login) {
		return true, nil
	}
	defer w.a.Close(context.Background())
	defer w.b.Close(context.Background())
	w.guilds()
	w.members()
	w.messages()
	w.reactions()
	w.commands()
	w.around()
	w.threads()
	w.interactions()
	w.moderation()
	w.check("resume", w.resume)
	w.check("channel.delete", w.channelDelete)
	w.refusals()
	return w.failed, json.NewEncoder(os.Stdout).Encode(map[string][]string{"events": decoded(w.a, w.b)})
}

func (w *witness) login() error {
	for i, target := range []**actor{&w.a, &w.b} {
		a, err := newActor(w.world, w.world.Bots[i].Token, gateway.IntentsAll)
		if err != nil {
			return err
		}
		*target = a
		if err := a.open(); err != nil {
			return err
		}
		self, _ := a.Caches().SelfUser()
		guild, ok := a.Caches().Guild(w.guild)
		if self.ID != w.world.Bots[i].ID || !ok || guild.Name != w.world.Guilds[0].Name || guild.MemberCount < len(w.world.Bots) {
			return fmt.Errorf("it is %v in the guild %+v", self.ID, guild)
		}
	}
	return nil
}

// refused wants one of Discord's codes.
func refused(err error, code rest.JSONErrorCode) error {
	var e rest.Error
	if errors.As(err, &e) && e.Code == code {
		return nil
	}
	return fmt.Errorf("want code %d, got %w", code, err)
}

func (w *witness) refusals() {
	const noSuchID = snowflake.ID(100000000000000001)
	api := w.a.Rest()
	known := w.world.Channels[0].ID
	w.check("error.token", func() error {
		token := w.world.Bots[0].Token
		wrong := token[:len(token)-1] + "A"
		if strings.HasSuffix(token, "A") {
			wrong = token[:len(token)-1] + "B"
		}
		stranger, err := newActor(w.world, wrong, gateway.IntentsAll)
		if err != nil {
			return err
		}
		_, err = stranger.Rest().GetUser(w.world.Bots[0].ID)
		var e rest.Error
		if !errors.As(err, &e) || e.Response.StatusCode != 401 {
			return fmt.Errorf("want 401, got %w", err)
		}
		return nil
	})
	w.check("error.length", func() error {
		_, err := api.CreateMessage(known, discord.MessageCreate{Content: strings.Repeat("x", 2001)})
		return refused(err, 50035)
	})
	w.check("error.channel", func() error {
		_, err := api.GetChannel(noSuchID)
		return refused(err, 10003)
	})
	w.check("error.message", func() error {
		content := "x"
		_, err := api.UpdateMessage(known, noSuchID, discord.MessageUpdate{Content: &content})
		return refused(err, 10008)
	})
	w.check("error.intents", func() error {
		closed := make(chan error, 1)
		url, err := api.GetGateway()
		if err != nil {
			return err
		}
		g := gateway.New(w.world.Bots[2].Token, func(gateway.EventType, int, int, gateway.EventData) {},
			func(_ gateway.Gateway, err error) { closed <- err },
			gateway.WithURL(url.URL), gateway.WithIntents(1<<30)) // no such intent
		ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		defer g.Close(ctx)
		if err := g.Open(ctx); err != nil {
			return err
		}
		select {
		case err := <-closed:
			if err == nil || !strings.Contains(err.Error(), "4013") {
				return fmt.Errorf("closed with %w", err)
			}
			return nil
		case <-ctx.Done():
			return errors.New("it stays open")
		}
	})
}

// resume cuts b's connection in the middle of a conversation; b must see each
// message once and in order.
func (w *witness) resume() error {
	mark := w.b.mark()
	socket := w.b.connection()
	var want []snowflake.ID
	for i := range 6 {
		switch i {
		case 0:
			socket.stopReading()
		case 3:
			if err := socket.cut(); err != nil {
				return err
			}
		case 5:
			if err := w.resumed(mark); err != nil {
				return err
			}
		}
		m, err := w.a.Rest().CreateMessage(w.channel, discord.MessageCreate{Content: fmt.Sprintf("resume %d", i)})
		if err != nil {
			return err
		}
		want = append(want, m.ID)
	}
	return w.sawInOrder(mark, want)
}

func (w *witness) messageFile() discord.MessageCreate {
	return discord.MessageCreate{Content: "with a file", Files: []*discord.File{
		discord.NewFile("a.txt", "", io.Reader(strings.NewReader("some text"))),
	}}
}

// redSquare is a PNG of 16 by 16 pixels.
func redSquare() []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 16, 16))
	draw.Draw(picture, picture.Bounds(), image.NewUniform(color.RGBA{R: 255, A: 255}), image.Point{}, draw.Src)
	var text bytes.Buffer
	if err := png.Encode(&text, picture); err != nil {
		panic(err) // a buffer takes all
	}
	return text.Bytes()
}
