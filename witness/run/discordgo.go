package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// discordgoExamples is where discordgo keeps its example programs. They are
// built out of the module cache as they are.
const discordgoExamples = "github.com/bwmarrin/discordgo/examples/"

// pongBot runs one of discordgo's examples that answer what a person says,
// and has it play in between.
func (r *runner) pongBot(ctx context.Context, name string, play func(w world, bot string)) error {
	s, err := r.startServer(ctx, name)
	if err != nil {
		return err
	}
	defer r.stop(name, s)
	binary, err := r.buildGo(ctx, "witness/go", discordgoExamples+name, name, s.world.URL)
	if err != nil {
		return err
	}
	bot := s.world.Bots[0]
	p, err := r.startProgram(name, []string{binary, "-t", bot.Token})
	if err != nil {
		return err
	}
	start := time.Now()
	err = until(ctx, exampleStart, "it says that it is running", func() (bool, error) {
		return strings.Contains(p.printed(), "Bot is now running."), nil
	})
	r.outcome(name, "runs", start, err)
	play(s.world, bot.ID)
	start = time.Now()
	r.outcome(name, "ends", start, p.end())
	return nil
}

// pingpong runs discordgo's example of that name: it answers "ping" with
// "Pong!" and "pong" with "Ping!".
func (r *runner) pingpong(ctx context.Context) error {
	const name = "pingpong"
	return r.pongBot(ctx, name, func(w world, bot string) {
		for _, c := range []struct{ say, answer string }{{"ping", "Pong!"}, {"pong", "Ping!"}} {
			start := time.Now()
			r.outcome(name, c.say, start, w.answers(ctx, bot, c.say, c.answer))
		}
	})
}

// answers says a word as a person and waits for the bot's answer.
func (w world) answers(ctx context.Context, bot, word, answer string) error {
	m, err := w.say(ctx, word)
	if err != nil {
		return err
	}
	return until(ctx, exampleAnswer, fmt.Sprintf("%q is answered with %q", word, answer), func() (bool, error) {
		list, err := w.heard(ctx, m.ID)
		return count(list, bot, answer) == 1, err
	})
}

// avatar runs discordgo's example of that name: it sets the bot's avatar to
// the picture in a file, and says nothing if all is well.
func (r *runner) avatar(ctx context.Context) error {
	const name = "avatar"
	s, err := r.startServer(ctx, name)
	if err != nil {
		return err
	}
	defer r.stop(name, s)
	binary, err := r.buildGo(ctx, "witness/go", discordgoExamples+name, name, s.world.URL)
	if err != nil {
		return err
	}
	file := filepath.Join(r.build, "avatar.png")
	if err := writePicture(file); err != nil {
		return err
	}
	bot := s.world.Bots[0]
	before, err := s.world.avatarOf(ctx, bot)
	if err != nil {
		return err
	}
	start := time.Now()
	p, err := r.startProgram(name, []string{binary, "-t", bot.Token, "-f", file})
	if err != nil {
		return err
	}
	if err = p.wait(exampleStart); err == nil && p.printed() != "" {
		err = fmt.Errorf("it printed %q", p.printed())
	}
	r.outcome(name, "runs", start, err)
	start = time.Now()
	r.outcome(name, "changed", start, s.world.avatarChanged(ctx, bot, before))
	return nil
}

func (w world) avatarOf(ctx context.Context, bot account) (string, error) {
	var me struct {
		Avatar string `json:"avatar"`
	}
	err := call(ctx, http.MethodGet, w.URL+"/api/v10/users/@me", "Bot "+bot.Token, nil, &me)
	return me.Avatar, err
}

// avatarChanged looks at users/@me and at the picture that the CDN serves.
func (w world) avatarChanged(ctx context.Context, bot account, before string) error {
	hash, err := w.avatarOf(ctx, bot)
	if err != nil {
		return err
	}
	if hash == "" || hash == before {
		return fmt.Errorf("users/@me has avatar %q, as before", hash)
	}
	var text []byte
	url := w.URL + "/cdn/avatars/" + bot.ID + "/" + hash + ".png"
	if err := call(ctx, http.MethodGet, url, "", nil, &text); err != nil {
		return err
	}
	picture, err := png.Decode(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("GET %s: %w", url, err)
	}
	red, green, blue, _ := picture.At(picture.Bounds().Dx()/2, picture.Bounds().Dy()/2).RGBA()
	if red>>8 > 40 || green>>8 < 200 || blue>>8 > 40 {
		return fmt.Errorf("GET %s: the middle is %d,%d,%d, not green", url, red>>8, green>>8, blue>>8)
	}
	return nil
}

// writePicture writes a green square of 64 by 64 pixels.
func writePicture(file string) error {
	const side = 64
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, color.RGBA{R: 20, G: 220, B: 20, A: 255})
	}
	var text bytes.Buffer
	if err := png.Encode(&text, img); err != nil {
		return err
	}
	return os.WriteFile(file, text.Bytes(), 0o644)
}

// outcome adds a row for something that the runner has looked at itself.
func (r *runner) outcome(witness, check string, start time.Time, err error) {
	result := row{Witness: witness, Check: check, OK: err == nil, Millis: time.Since(start).Milliseconds()}
	if err != nil {
		result.Detail = err.Error() + "; its log is " + r.logOf(witness)
	}
	r.table.add(result)
}
