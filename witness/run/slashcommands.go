package main

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// discord: interactions/application-commands#application-command-object-application-command-option-type
const (
	optionSubCommand      = 1
	optionSubCommandGroup = 2
	optionString          = 3
	optionInteger         = 4
	optionBoolean         = 5
	optionUser            = 6
	optionChannel         = 7
	optionRole            = 8
	optionNumber          = 10
)

// useSlashCommands uses each of the commands of discordgo's example slash_commands.
func (st *stage) useSlashCommands(ctx context.Context) {
	st.check("basic-command", func() error {
		_, err := st.runs(ctx, "basic-command", "", nil, 0, "Hey there! Congratulations")
		return err
	})
	st.check("basic-command-with-files", func() error { return st.runsWithFile(ctx) })
	st.check("localized-command", func() error {
		choice := []option{{Name: "localized-option", Type: optionInteger, Value: 2}}
		_, err := st.runs(ctx, "localized-command", "", choice, 0, "Hi! This is a localized message")
		return err
	})
	st.check("options", func() error { return st.runsWithOptions(ctx) })
	st.check("subcommand", func() error {
		_, err := st.runs(ctx, "subcommands", "", []option{{Name: "subcommand", Type: optionSubCommand}}, 0, "The top-level subcommand is executed.")
		return err
	})
	st.check("nested-subcommand", func() error {
		nested := []option{{Name: "subcommand-group", Type: optionSubCommandGroup, Options: []option{{Name: "nested-subcommand", Type: optionSubCommand}}}}
		_, err := st.runs(ctx, "subcommands", "", nested, 0, "Nice, now you know how to execute nested commands too")
		return err
	})
	st.check("permission-overview", func() error { return st.runsWithPermissions(ctx) })
	st.check("response.deferred", func() error {
		_, err := st.runs(ctx, "responses", "", []option{{Name: "resp-type", Type: optionInteger, Value: 5}}, loading, "")
		return err
	})
	st.checkLateChanges(ctx)
}

// checkLateChanges: what the program changes after 5 seconds and deletes after 15.
func (st *stage) checkLateChanges(ctx context.Context) {
	const late = 10*time.Second + eventTimeout
	mark := st.person.mark()
	var response, followup said
	st.check("response", func() (err error) {
		response, err = st.runs(ctx, "responses", "", []option{{Name: "resp-type", Type: optionInteger, Value: 4}}, 0, "You just responded")
		return err
	})
	st.check("followup", func() error {
		i, err := st.person.command(ctx, st.bot.ID, "followups", useCommand, "")
		if err != nil {
			return err
		}
		if _, err := st.answered(ctx, i, forOne, "Surprise!"); err != nil {
			return err
		}
		followup, err = st.answered(ctx, i, 0, "Followup message has been created")
		return err
	})
	for _, c := range []struct {
		name    string
		message *said
	}{{"response", &response}, {"followup", &followup}} {
		st.check(c.name+".edit", func() error {
			_, err := st.hears(ctx, late, mark, "MESSAGE_UPDATE", func(m said) bool {
				return m.ID == c.message.ID && m.Content != c.message.Content && m.Content != ""
			})
			return err
		})
	}
	for _, c := range []struct {
		name    string
		message *said
	}{{"response", &response}, {"followup", &followup}} {
		st.check(c.name+".delete", func() error {
			_, err := st.hears(ctx, late, mark, "MESSAGE_DELETE", func(m said) bool { return m.ID == c.message.ID })
			return err
		})
	}
	st.check("followup.second", func() error {
		_, err := st.hears(ctx, late, mark, "MESSAGE_CREATE", func(m said) bool {
			return m.Flags&forOne == 0 && m.Content == "For those, who didn't skip anything and followed tutorial along fairly, "+
				"take a unicorn :unicorn: as reward!\nAlso, as bonus... look at the original interaction response :D"
		})
		return err
	})
}

func (st *stage) runsWithFile(ctx context.Context) error {
	m, err := st.runs(ctx, "basic-command-with-files", "", nil, 0, "Hey there! Congratulations")
	if err != nil {
		return err
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Filename != "test.txt" {
		return fmt.Errorf("the attachments are %+v", m.Attachments)
	}
	var content []byte
	if err := call(ctx, http.MethodGet, m.Attachments[0].URL, "", nil, &content); err != nil {
		return err
	}
	if string(content) != "Hello Discord!!" {
		return fmt.Errorf("the file holds %q", content)
	}
	return nil
}

// runsWithOptions gives a value of each type; the program says them again.
func (st *stage) runsWithOptions(ctx context.Context) error {
	w := st.person.world
	options := []option{
		{Name: "string-option", Type: optionString, Value: "anvil"}, {Name: "integer-option", Type: optionInteger, Value: 7},
		{Name: "number-option", Type: optionNumber, Value: 2.5}, {Name: "bool-option", Type: optionBoolean, Value: true},
		{Name: "channel-option", Type: optionChannel, Value: w.Channels[1].ID}, {Name: "user-option", Type: optionUser, Value: w.Users[1].ID},
		{Name: "role-option", Type: optionRole, Value: w.Guilds[0].ID},
	}
	m, err := st.runs(ctx, "options", "", options, 0, "You learned how to use command options!")
	if err != nil {
		return err
	}
	want := "You learned how to use command options! Take a look at the value(s) you entered:\n> string-option: anvil\n" +
		"> integer-option: 7\n> number-option: 2.500000\n> bool-option: true\n> channel-option: <#" + w.Channels[1].ID + ">\n" +
		"> user-option: <@" + w.Users[1].ID + ">\n> role-option: <@&" + w.Guilds[0].ID + ">"
	if m.Content != want {
		return fmt.Errorf("it said %q, want %q", m.Content, want)
	}
	options[1].Value = 11 // above its max_value
	_, err = st.person.command(ctx, st.bot.ID, "options", useCommand, "", options...)
	return refusedAs(codeInvalidForm, "an integer above max_value", err)
}

// runsWithPermissions lets the program tell who may use its command, before
// and after the person has said so.
func (st *stage) runsWithPermissions(ctx context.Context) error {
	const name = "permission-overview"
	if _, err := st.runs(ctx, name, "", nil, 0, ":x: No permission overwrites"); err != nil {
		return err
	}
	list, err := st.person.offers(ctx, st.bot.ID)
	if err != nil {
		return err
	}
	w := st.person.world
	// discord: interactions/application-commands#application-command-permissions-object-application-command-permission-type
	permissions := map[string]any{"permissions": []map[string]any{
		{"id": w.Guilds[0].ID, "type": 1, "permission": true},
		{"id": w.Users[1].ID, "type": 2, "permission": false},
		{"id": w.Channels[0].ID, "type": 3, "permission": true},
	}}
	for _, c := range list {
		if c.Name != name {
			continue
		}
		path := "/applications/" + st.bot.ID + "/guilds/" + w.Guilds[0].ID + "/commands/" + c.ID + "/permissions"
		var saved any
		if err := st.person.call(ctx, http.MethodPut, path, permissions, &saved); err != nil {
			return err
		}
	}
	m, err := st.runs(ctx, name, "", nil, 0, "")
	if err != nil {
		return err
	}
	want := fmt.Sprint([]struct{ Name, Value string }{
		{"Users", "- ❌ <@!" + w.Users[1].ID + ">"}, {"Channels", "- ☑ <#" + w.Channels[0].ID + ">"}, {"Roles", "- ☑ @everyone"},
	})
	if len(m.Embeds) != 1 || fmt.Sprint(m.Embeds[0].Fields) != want {
		return fmt.Errorf("the embeds are %+v, want the fields %s", m.Embeds, want)
	}
	return nil
}
