package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// examplesOfInteractions are those of discordgo, with what each is to do when a
// person uses it.
func examplesOfInteractions() []example {
	app := []string{"-app", "APP"}
	return []example{
		{"slash_commands", nil, []string{
			"basic-command", "permission-overview", "basic-command-with-files", "localized-command", "options", "subcommands", "responses", "followups",
		}, slashCommands()},
		{"components", app, []string{"buttons", "selects"}, []step{
			{"buttons", pressed}, {"selects", selected},
		}},
		{"modals", append(app, "-results", "CHANNEL"), []string{"modals-survey"}, []step{{"survey", surveyed}}},
		{"context_menus", app, []string{"rickroll-em", "google-it"}, []step{
			{"message", func(ctx context.Context, s *scene) error {
				said, err := s.world.say(ctx, "how to press")
				if err != nil {
					return err
				}
				_, err = s.answered(ctx, interactionCommand, `{"id":"{google-it}","type":3,"target_id":"`+said.ID+`"}`, "", "https://google.com/search?q=how+to+press")
				return err
			}},
			{"user", func(ctx context.Context, s *scene) error {
				if _, err := s.answered(ctx, interactionCommand, `{"id":"{rickroll-em}","type":2,"target_id":"{person}"}`, "", "Operation rickroll"); err != nil {
					return err
				}
				_, err := s.told(ctx, "MESSAGE_CREATE", "", "<@!"+s.world.Users[0].ID+"> sent you this")
				return err
			}},
		}},
		{"autocomplete", nil, []string{"single-autocomplete", "multi-autocomplete"}, []step{
			{"choices", completed},
			says("choice", `{"id":"{single-autocomplete}","type":1,"options":[{"type":3,"name":"autocomplete-option","value":"choice3"}]}`,
				`You picked "choice3"`, 0),
			says("choices.two", `{"id":"{multi-autocomplete}","type":1,"options":[{"type":3,"name":"autocomplete-option-1","value":"a"},{"type":3,"name":"autocomplete-option-2","value":"b"}]}`,
				"Option 1: a\nOption 2: b", 0),
		}},
	}
}

func slashCommands() []step {
	return []step{
		says("basic", `{"id":"{basic-command}","type":1}`, "Hey there!", 0),
		{"files", func(ctx context.Context, s *scene) error {
			m, err := s.answered(ctx, interactionCommand, `{"id":"{basic-command-with-files}","type":1}`, "", "Hey there!")
			if err == nil && (len(m.Attachments) != 1 || m.Attachments[0].Filename != "test.txt") {
				err = fmt.Errorf("files are %+v", m.Attachments)
			}
			return err
		}},
		says("localized", `{"id":"{localized-command}","type":1}`, "Hi! This is a localized message", 0),
		says("options", `{"id":"{options}","type":1,"options":[{"type":3,"name":"string-option","value":"s"},{"type":4,"name":"integer-option","value":5},
			{"type":10,"name":"number-option","value":1.5},{"type":5,"name":"bool-option","value":true},{"type":7,"name":"channel-option","value":"{channel}"},
			{"type":6,"name":"user-option","value":"{person}"},{"type":8,"name":"role-option","value":"{guild}"}]}`, "You learned how to use command options!", 0),
		says("permissions", `{"id":"{permission-overview}","type":1}`, ":x: No permission overwrites", 0),
		says("subcommand", `{"id":"{subcommands}","type":1,"options":[{"type":1,"name":"subcommand"}]}`, "The top-level subcommand is executed", 0),
		says("subcommand.nested", `{"id":"{subcommands}","type":1,"options":[{"type":2,"name":"subcommand-group","options":[{"type":1,"name":"nested-subcommand"}]}]}`, "Nice, now you know", 0),
		says("response", `{"id":"{responses}","type":1,"options":[{"type":4,"name":"resp-type","value":4}]}`, "You just responded", 0),
		{"deferred", func(ctx context.Context, s *scene) error {
			const loading = 128
			m, err := s.answered(ctx, interactionCommand, `{"id":"{responses}","type":1,"options":[{"type":4,"name":"resp-type","value":5}]}`, "", "")
			if err == nil && m.Flags != loading {
				err = fmt.Errorf("flags are %d", m.Flags)
			}
			return err
		}},
		{"followups", func(ctx context.Context, s *scene) error {
			m, err := s.answered(ctx, interactionCommand, `{"id":"{followups}","type":1}`, "", "Surprise!")
			if err != nil {
				return err
			}
			if m.Flags != ephemeral {
				return fmt.Errorf("flags are %d", m.Flags)
			}
			_, err = s.told(ctx, "MESSAGE_CREATE", m.Metadata.ID, "Followup message has been created")
			return err
		}},
	}
}

func pressed(ctx context.Context, s *scene) error {
	m, err := s.answered(ctx, interactionCommand, `{"id":"{buttons}","type":1}`, "", "Are you comfortable")
	if err != nil {
		return err
	}
	for id, answer := range map[string]string{"fd_yes": "Great!", "fd_no": "Huh."} {
		data := `{"custom_id":"` + id + `","component_type":2}`
		if _, err := s.answered(ctx, interactionComponent, data, m.ID, answer); err != nil {
			return err
		}
	}
	return nil
}

func selected(ctx context.Context, s *scene) error {
	for _, c := range []struct{ sub, begins, data, answer string }{
		{"single", "Now let's take a look", `{"custom_id":"select","component_type":3,"values":["go"]}`, "This is the way."},
		{"multi", "Now let's see", `{"custom_id":"stackoverflow_tags","component_type":3,"values":["go","web"]}`, "Here is your stackoverflow URL: https://stackoverflow.com/questions/tagged/go+web"},
		{"auto-populated", "The tastiest things", `{"custom_id":"channel_select","component_type":8,"values":["{channel}"]}`, "This is it."},
	} {
		m, err := s.answered(ctx, interactionCommand, `{"id":"{selects}","type":1,"options":[{"type":1,"name":"`+c.sub+`"}]}`, "", c.begins)
		if err != nil {
			return err
		}
		if _, err := s.answered(ctx, interactionComponent, c.data, m.ID, c.answer); err != nil {
			return err
		}
	}
	return nil
}

func surveyed(ctx context.Context, s *scene) error {
	id, err := s.use(ctx, interactionCommand, `{"id":"{modals-survey}","type":1}`, "")
	if err != nil {
		return err
	}
	var modal struct {
		ID       string `json:"id"`
		CustomID string `json:"custom_id"`
	}
	if _, err := s.ear.expect(ctx, "INTERACTION_MODAL_CREATE", func(d json.RawMessage) bool {
		return json.Unmarshal(d, &modal) == nil && modal.ID == id
	}); err != nil {
		return err
	}
	data := `{"id":"` + id + `","custom_id":"` + modal.CustomID + `","components":[
		{"type":1,"components":[{"type":4,"custom_id":"opinion","value":"they are fine"}]},
		{"type":1,"components":[{"type":4,"custom_id":"suggestions","value":""}]}]}`
	if _, err := s.answered(ctx, interactionModal, data, "", "Thank you for taking your time"); err != nil {
		return err
	}
	_, err = s.told(ctx, "MESSAGE_CREATE", "", "Feedback received. From <@"+s.world.Users[0].ID+">\n\n**Opinion**:\nthey are fine")
	return err
}

func completed(ctx context.Context, s *scene) error {
	id, err := s.use(ctx, interactionAutocomplete, `{"id":"{single-autocomplete}","type":1,"options":[{"type":3,"name":"autocomplete-option","value":"mine","focused":true}]}`, "")
	if err != nil {
		return err
	}
	found, err := s.ear.expect(ctx, "APPLICATION_COMMAND_AUTOCOMPLETE_RESPONSE", func(d json.RawMessage) bool { return strings.Contains(string(d), id) })
	if err == nil && (!strings.Contains(string(found), "Autocomplete is best!") || !strings.Contains(string(found), `"mine"`)) {
		err = fmt.Errorf("choices are %s", found)
	}
	return err
}
