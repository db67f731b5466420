package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// discordgoBots are those of discordgo's example programs that a person talks
// to over commands, threads and events.
func discordgoBots() []example {
	plain := func(more func(world) []string) func(context.Context, world) ([]string, error) {
		return func(_ context.Context, w world) ([]string, error) {
			return append([]string{"-token", w.Bots[0].Token}, more(w)...), nil
		}
	}
	guild := plain(func(w world) []string { return []string{"-guild", w.Guilds[0].ID} })
	application := plain(func(w world) []string { return []string{"-guild", w.Guilds[0].ID, "-app", w.Bots[0].ID} })
	survey := plain(func(w world) []string {
		return []string{"-guild", w.Guilds[0].ID, "-app", w.Bots[0].ID, "-results", w.Channels[1].ID}
	})
	return []example{
		{name: "threads", ready: "Bot is ready", args: plain(func(world) []string { return nil }), use: (*stage).useThreads},
		{name: "scheduled_events", ready: "Amazing Event @ Discord Website", args: eventArgs, use: (*stage).useEvents},
		{name: "echo", ready: "Logged in as", args: application, use: (*stage).useEcho, leaves: true},
		{name: "slash_commands", ready: "Press Ctrl+C to exit", args: guild, use: (*stage).useSlashCommands},
		{name: "components", ready: "Bot is up!", args: application, use: (*stage).useComponents, leaves: true},
		{name: "modals", ready: "Bot is up!", args: survey, use: (*stage).useModals},
		{name: "context_menus", ready: "Bot is up!", args: application, use: (*stage).useContextMenus},
		{name: "autocomplete", ready: "Bot is up!", args: guild, use: (*stage).useAutocomplete},
	}
}

// discordgoParts are the parts that need discordgo.
func discordgoParts() []string {
	names := []string{nameGo, "examples", "pingpong", "dm_pingpong", "avatar", nameSuite}
	for _, e := range discordgoBots() {
		names = append(names, e.name)
	}
	return names
}

// useThreads: the bot starts a thread from a message, answers in it, and after
// ten seconds closes it.
func (st *stage) useThreads(ctx context.Context) {
	mark := st.person.mark()
	// The program has no right to contents but of what mentions it.
	ping := "<@" + st.bot.ID + "> ping"
	var first said
	st.check("starts", func() (err error) {
		if first, err = st.says(ctx, st.channel, ping); err != nil {
			return err
		}
		_, err = st.person.expect(ctx, mark, "THREAD_CREATE", func(data json.RawMessage) bool {
			var thread struct {
				ID     string `json:"id"`
				Name   string `json:"name"`
				Parent string `json:"parent_id"`
			}
			return json.Unmarshal(data, &thread) == nil && thread.ID == first.ID && thread.Parent == st.channel &&
				strings.HasPrefix(thread.Name, "Pong game with ")
		})
		return err
	})
	st.check("answers", func() error {
		_, err := st.hears(ctx, eventTimeout, mark, "MESSAGE_CREATE", func(m said) bool {
			return m.Channel == first.ID && m.Content == "pong"
		})
		return err
	})
	st.check("replies", func() error {
		second, err := st.says(ctx, first.ID, ping)
		if err != nil {
			return err
		}
		_, err = st.hears(ctx, eventTimeout, mark, "MESSAGE_CREATE", func(m said) bool {
			return m.Channel == first.ID && m.Content == "pong" && m.Reference != nil && m.Reference.Message == second.ID
		})
		return err
	})
	st.check("archives", func() error {
		const game = 10 * time.Second
		_, err := st.person.expectWithin(ctx, game+eventTimeout, mark, "THREAD_UPDATE", func(data json.RawMessage) bool {
			var thread struct {
				ID       string `json:"id"`
				Metadata struct {
					Archived bool `json:"archived"`
					Locked   bool `json:"locked"`
				} `json:"thread_metadata"`
			}
			return json.Unmarshal(data, &thread) == nil && thread.ID == first.ID && thread.Metadata.Archived && thread.Metadata.Locked
		})
		return err
	})
}

func eventArgs(ctx context.Context, w world) ([]string, error) {
	voice, err := w.voiceChannel(ctx)
	return []string{"-token", w.Bots[0].Token, "-guild", w.Guilds[0].ID, "-voice", voice}, err
}

// useEvents: the bot has made an event in a voice channel and moved it elsewhere.
func (st *stage) useEvents(ctx context.Context) {
	st.check("event", func() error {
		var list []struct {
			Name     string    `json:"name"`
			Channel  *string   `json:"channel_id"`
			Creator  string    `json:"creator_id"`
			Start    time.Time `json:"scheduled_start_time"`
			End      time.Time `json:"scheduled_end_time"`
			Type     int       `json:"entity_type"`
			Metadata struct {
				Location string `json:"location"`
			} `json:"entity_metadata"`
		}
		path := "/guilds/" + st.person.world.Guilds[0].ID + "/scheduled-events"
		if err := st.person.call(ctx, http.MethodGet, path, nil, &list); err != nil {
			return err
		}
		const external = 3 // discord: resources/guild-scheduled-event
		if len(list) != 1 {
			return fmt.Errorf("the events are %+v", list)
		}
		e := list[0]
		if e.Name != "Amazing Event @ Discord Website" || e.Channel != nil || e.Creator != st.bot.ID || e.Type != external ||
			e.Metadata.Location != "https://discord.com" || e.End.Sub(e.Start) != 30*time.Minute {
			return fmt.Errorf("the event is %+v", e)
		}
		return nil
	})
}

func (st *stage) useEcho(ctx context.Context) {
	st.check("echo", func() error {
		m, err := st.runs(ctx, "echo", "", []option{{Name: "message", Type: optionString, Value: "hello, hall"}}, 0, "hello, hall")
		if err != nil {
			return err
		}
		var kept said
		return st.person.call(ctx, http.MethodGet, "/channels/"+st.channel+"/messages/"+m.ID, nil, &kept)
	})
	st.check("echo.author", func() error {
		options := []option{{Name: "message", Type: optionString, Value: "hello"}, {Name: "author", Type: optionBoolean, Value: true}}
		m, err := st.runs(ctx, "echo", "", options, 0, "**")
		if err == nil && !strings.HasSuffix(m.Content, "** says: hello") {
			err = fmt.Errorf("it said %q", m.Content)
		}
		return err
	})
	st.check("echo.required", func() error {
		_, err := st.person.command(ctx, st.bot.ID, "echo", useCommand, "")
		return refusedAs(codeInvalidForm, "a command without its message", err)
	})
}

// useModals: the bot shows a survey and posts what was filled in.
func (st *stage) useModals(ctx context.Context) {
	st.check("survey", func() error {
		asked, err := st.person.command(ctx, st.bot.ID, "modals-survey", useCommand, "")
		if err != nil {
			return err
		}
		data, err := st.person.expect(ctx, asked.mark, "INTERACTION_MODAL_CREATE", asked.is)
		if err != nil {
			return err
		}
		var modal struct {
			CustomID   string      `json:"custom_id"`
			Title      string      `json:"title"`
			Components []component `json:"components"`
		}
		if err := json.Unmarshal(data, &modal); err != nil {
			return err
		}
		if fields := (said{Components: modal.Components}).customIDs(); modal.Title != "Modals survey" || fields != "opinion suggestions" ||
			modal.CustomID != "modals_survey_"+st.person.account.ID {
			return fmt.Errorf("the modal is %s", data)
		}
		const row, input = 1, 4 // discord: components/reference#component-object-component-types
		field := func(id, value string) map[string]any {
			return map[string]any{"type": row, "components": []any{map[string]any{"type": input, "custom_id": id, "value": value}}}
		}
		filled := func(opinion string) using {
			return using{Type: useModal, Application: st.bot.ID, Data: map[string]any{"id": asked.ID, "custom_id": modal.CustomID,
				"components": []any{field("opinion", opinion), field("suggestions", "")}}}
		}
		_, err = st.person.use(ctx, filled("short"))
		if err := refusedAs(codeInvalidForm, "an opinion below min_length", err); err != nil {
			return err
		}
		sent, err := st.person.use(ctx, filled("They are rather good."))
		if err != nil {
			return err
		}
		if _, err := st.answered(ctx, sent, forOne, "Thank you for taking your time"); err != nil {
			return err
		}
		_, err = st.hears(ctx, eventTimeout, sent.mark, "MESSAGE_CREATE", func(m said) bool {
			return m.Channel == st.person.world.Channels[1].ID && m.Content == "Feedback received. From <@"+st.person.account.ID+
				">\n\n**Opinion**:\nThey are rather good.\n\n**Suggestions**:"
		})
		return err
	})
}

// useContextMenus uses commands on a message and on a user.
func (st *stage) useContextMenus(ctx context.Context) {
	question, err := st.says(ctx, st.channel, "how to forge")
	st.check("asks", func() error { return err })
	for command, link := range map[string]string{
		"google-it":        "https://google.com/search?q=how+to+forge",
		"stackoverflow-it": "https://stackoverflow.com/search?q=how+to+forge",
		"godoc-it":         "https://pkg.go.dev/search?q=how+to+forge",
		"discordjs-it":     "https://discord.js.org/#/docs/main/stable/search?query=how+to+forge",
		"discordpy-it":     "https://discordpy.readthedocs.io/en/stable/search.html?q=how+to+forge",
	} {
		st.check(command, func() error {
			m, err := st.runs(ctx, command, question.ID, nil, forOne, "https://")
			if err == nil && m.Content != link {
				err = fmt.Errorf("it said %q, want %q", m.Content, link)
			}
			return err
		})
	}
	st.check("rickroll-em", func() error {
		other := st.person.world.Users[1]
		if _, err := st.runs(ctx, "rickroll-em", other.ID, nil, forOne, "Operation rickroll has begun"); err != nil {
			return err
		}
		want := "<@!" + st.person.account.ID + "> sent you this: https://youtu.be/dQw4w9WgXcQ"
		return st.person.world.toldPrivately(ctx, other, st.bot.ID, want)
	})
}

// useAutocomplete types values, looks at what is proposed, and sends one.
func (st *stage) useAutocomplete(ctx context.Context) {
	proposed := func(command string, want string, options ...option) func() error {
		return func() error {
			i, err := st.person.command(ctx, st.bot.ID, command, useAutocomplete, "", options...)
			if err != nil {
				return err
			}
			data, err := st.person.expect(ctx, i.mark, "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", i.is)
			if err != nil {
				return err
			}
			var answer struct {
				Choices []struct{ Name, Value string } `json:"choices"`
			}
			if err := json.Unmarshal(data, &answer); err != nil {
				return err
			}
			var got []string
			for _, c := range answer.Choices {
				got = append(got, c.Value)
			}
			if strings.Join(got, " ") != want {
				return fmt.Errorf("proposed were %v, want %s", got, want)
			}
			return nil
		}
	}
	single := option{Name: "autocomplete-option", Type: optionString, Value: "", Focused: true}
	const five = "autocomplete autocomplete_is_best choice3 choice4 choice5"
	st.check("single.empty", proposed("single-autocomplete", five, single))
	single.Value = "my own"
	st.check("single.typed", proposed("single-autocomplete", five+" choice_custom", single))
	st.check("single.sent", func() error {
		_, err := st.runs(ctx, "single-autocomplete", "", []option{{Name: single.Name, Type: optionString, Value: "choice3"}}, 0,
			`You picked "choice3" autocompletion`)
		return err
	})
	first := option{Name: "autocomplete-option-1", Type: optionString, Value: "a", Focused: true}
	second := option{Name: "autocomplete-option-2", Type: optionString, Value: ""}
	st.check("multi.first", proposed("multi-autocomplete", "autocomplete_default choice3 choice4 choice5 choice_custom", first, second))
	first.Focused, second.Focused = false, true
	st.check("multi.second", proposed("multi-autocomplete", "autocomplete_1_default choice3_1 choice4_1 choice5_1", first, second))
	st.check("multi.sent", func() error {
		_, err := st.runs(ctx, "multi-autocomplete", "", []option{{Name: first.Name, Type: optionString, Value: "x"},
			{Name: second.Name, Type: optionString, Value: "y"}}, 0, "Option 1: x\nOption 2: y")
		return err
	})
}
