package api

import (
	"fmt"
	"testing"
	"time"

	"guildhall"
	"guildhall/gateway"
)

// TestFixedLimits: the table of limits that are fixed says what forms are read by.
func TestFixedLimits(t *testing.T) {
	t.Parallel()
	days := func(d time.Duration) string { return fmt.Sprintf("%d days", d/(24*time.Hour)) }
	list := func(values ...any) string {
		text := fmt.Sprintln(values...)
		out := []rune{}
		for _, r := range text[:len(text)-1] {
			if r == ' ' {
				out = append(out, ',')
			}
			out = append(out, r)
		}
		return string(out)
	}
	read := map[string]string{
		"user name":                     fmt.Sprintf("2 to %d", usernameMax),
		"global name and nick":          fmt.Sprintf("1 to %d", max(globalMax, nickMax)),
		"guild name":                    fmt.Sprintf("%d to %d", guildNameMin, guildNameMax),
		"guild description":             fmt.Sprint(guildDescriptionMax),
		"channel, thread and role name": fmt.Sprintf("1 to %d", max(channelNameMax, threadNameMax, roleNameMax)),
		"forum tag name":                fmt.Sprint(tagNameMax),
		"webhook name":                  fmt.Sprintf("1 to %d", webhookNameMax),
		"emoji name":                    fmt.Sprintf("2 to %d", emojiNameMax),
		"scheduled event name, place, description":                           list(eventNameMax, eventLocationMax, eventDescriptionMax),
		"stage topic and voice channel status":                               list(stageTopicMax, voiceStatusMax),
		"embed title, description, footer, author":                           list(embedTitleMax, embedDescriptionMax, embedFooterMax, embedAuthorMax),
		"embed field name and value":                                         list(embedFieldNameMax, embedFieldValueMax),
		"attachment description":                                             fmt.Sprint(guildhall.AttachmentDescriptionMax),
		"poll question and answer":                                           list(guildhall.PollQuestionMax, guildhall.PollAnswerMax),
		"nonce":                                                              fmt.Sprint(nonceMax),
		"button label, custom id, placeholder":                               list(buttonLabelMax, customIDMax, placeholderMax),
		"modal title and text input":                                         list(modalTitleMax, modalTextMax),
		"command and option name and description":                            list(appNameMax, appDescriptionMax),
		"characters of a command together":                                   fmt.Sprint(appCommandMax),
		"audit log reason":                                                   fmt.Sprint(reasonMax),
		"embeds of a message, fields of an embed":                            list(embedsMax, embedFieldsMax),
		"stickers of a message":                                              fmt.Sprint(stickersMax),
		"users and roles of allowed mentions":                                fmt.Sprint(mentionsMax),
		"answers of a poll, its hours":                                       list(guildhall.PollAnswersMax, guildhall.PollHoursMax),
		"action rows, buttons in one, options of a select":                   list(rowsMax, buttonsMax, selectOptionsMax),
		"components of a message":                                            fmt.Sprint(componentsMax),
		"options of a command, choices of an option":                         list(appOptionsMax, appChoicesMax),
		"messages deleted in bulk":                                           fmt.Sprintf("%d to %d", bulkMin, bulkMax),
		"users banned in bulk":                                               fmt.Sprint(bulkBansMax),
		"overwrites in one request":                                          fmt.Sprint(overwritesMax),
		"messages, reactions, archived threads, audit log entries of a page": fmt.Sprint(max(pageMax, threadsMax, auditLogMax)),
		"members and bans of a page":                                         fmt.Sprint(max(membersMax, bansMax)),
		"slow mode":                                                          fmt.Sprintf("%d seconds", slowmodeMax),
		"invite: age and uses":                                               fmt.Sprintf("%d seconds, %d", inviteAgeMax, inviteUsesMax),
		"timeout of a member":                                                days(timeoutMax),
		"messages deleted with a ban":                                        fmt.Sprintf("%d days", banDaysMax),
		"prune after":                                                        fmt.Sprintf("%d days", pruneDaysMax),
		"frame from a client (4002)":                                         fmt.Sprintf("%d bytes", gateway.ClientPayloadMax),
		"members asked for by id":                                            fmt.Sprint(gateway.MembersAskedMax),
		"members of one chunk":                                               fmt.Sprint(gateway.MembersChunkMax),
	}
	// Those that others than forms keep to: owners, sessions, and the life of an interaction.
	elsewhere := map[string]bool{
		"channel topic": true, "age of messages deleted in bulk (50034)": true, "interaction: first answer and token": true,
		"frames from a client (4008)": true,
	}
	for _, group := range guildhall.FixedLimitTable() {
		for _, l := range group.Limits {
			if value, ok := read[l.Of]; !ok && !elsewhere[l.Of] || ok && value != l.Value {
				t.Errorf("%s: the table says %q, forms are read by %q", l.Of, l.Value, value)
			}
			delete(read, l.Of)
		}
	}
	for of := range read {
		t.Errorf("the table has no %q", of)
	}
}
