package main

import (
	"context"
	"fmt"
)

// discord: components/reference#component-object-component-types
const (
	componentButton        = 2
	componentStringSelect  = 3
	componentChannelSelect = 8
)

// discord: topics/opcodes-and-status-codes#json-json-error-codes
const codeInvalidForm = 50035

// useComponents presses the buttons and uses the selects of discordgo's example components.
// All its messages are for one person alone.
func (st *stage) useComponents(ctx context.Context) {
	st.check("buttons", func() error {
		m, err := st.runs(ctx, "buttons", "", nil, forOne, "Are you comfortable with buttons")
		if err != nil {
			return err
		}
		if m.customIDs() != "fd_yes fd_no" {
			return fmt.Errorf("the components are %+v", m.Components)
		}
		for button, answer := range map[string]string{"fd_yes": "Great! If you wanna know more", "fd_no": "Huh. I see, maybe"} {
			i, err := st.presses(ctx, m, componentButton, button)
			if err != nil {
				return err
			}
			if _, err := st.answered(ctx, i, forOne, answer); err != nil {
				return err
			}
		}
		_, err = st.presses(ctx, m, componentButton, "fd_maybe")
		return refusedAs(codeInvalidForm, "a button that is not there", err)
	})
	st.check("select.single", func() error {
		m, err := st.selects(ctx, "single", "select", "Now let's take a look on selects.")
		if err != nil {
			return err
		}
		if err := st.chooses(ctx, m, componentStringSelect, "select", "This is the way.", "go"); err != nil {
			return err
		}
		return st.chooses(ctx, m, componentStringSelect, "select", "It is not the way to go.", "js")
	})
	st.check("select.multi", func() error {
		m, err := st.selects(ctx, "multi", "stackoverflow_tags", "Now let's see how the multi-item select menu works")
		if err != nil {
			return err
		}
		const answer = "Here is your stackoverflow URL: https://stackoverflow.com/questions/tagged/go+web"
		if err := st.chooses(ctx, m, componentStringSelect, "stackoverflow_tags", answer, "go", "web"); err != nil {
			return err
		}
		for _, values := range [][]string{{"go", "web", "python", "desktop"}, {"rust"}} {
			_, err := st.presses(ctx, m, componentStringSelect, "stackoverflow_tags", values...)
			if err := refusedAs(codeInvalidForm, fmt.Sprint(values), err); err != nil {
				return err
			}
		}
		return nil
	})
	st.check("select.auto-populated", func() error {
		m, err := st.selects(ctx, "auto-populated", "channel_select", "The tastiest things are left for the end.")
		if err != nil {
			return err
		}
		channel := st.person.world.Channels[1].ID
		answer := "This is it. You've reached your destination. Your choice was <#" + channel + ">"
		return st.chooses(ctx, m, componentChannelSelect, "channel_select", answer, channel)
	})
}

// selects asks for one of the selects.
func (st *stage) selects(ctx context.Context, which, customID, content string) (said, error) {
	m, err := st.runs(ctx, "selects", "", []option{{Name: which, Type: optionSubCommand}}, forOne, content)
	if err == nil && m.customIDs() != customID {
		err = fmt.Errorf("the components are %+v", m.Components)
	}
	return m, err
}

// chooses takes values and waits for the answer.
func (st *stage) chooses(ctx context.Context, m said, kind int, customID, answer string, values ...string) error {
	i, err := st.presses(ctx, m, kind, customID, values...)
	if err != nil {
		return err
	}
	_, err = st.answered(ctx, i, forOne, answer)
	return err
}
