package guilds

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guildhall"
)

// TestFold: a guild that stages and commits comes to the state that installing the committed rows gives, whatever is
// done to it and however many records are proposed at a time; queries see committed records only; and what it refuses
// stages nothing.
func TestFold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := newHall(t)
		f := folding{hall: h, t: t}
		f.channels = []guildhall.ChannelID{h.general, h.category, 12345}
		f.roles = []guildhall.RoleID{h.everyone, h.low, h.mod, h.admin, h.botRole, 12345}
		seen := encode(h.rowsOf(h.state.snapshot(nil)))
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			h.now = h.now.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "seconds")) * time.Second)
			if len(h.proposed) > 0 && rapid.IntRange(0, 2).Draw(t, "commit") == 0 {
				h.commit()
				seen = encode(h.rowsOf(h.state.snapshot(nil)))
				continue
			}
			f.step()
			if now := encode(h.rowsOf(h.state.snapshot(nil))); string(now) != string(seen) {
				t.Fatalf("proposing changed what is committed:\n%s\n%s", seen, now)
			}
		}
		for len(h.proposed) > 0 {
			h.commit()
		}
		h.compareWithInstalled(t)
	})
}

// folding draws commands.
type folding struct {
	*hall
	t        *rapid.T
	channels []guildhall.ChannelID
	roles    []guildhall.RoleID
	messages []guildhall.MessageID
	used     []guildhall.InteractionRef
}

// interaction draws one that was answered, or a new one.
func (f *folding) interaction() guildhall.InteractionRef {
	made := guildhall.InteractionRef{
		ID: f.object.Slot().Next(0, f.now.UnixMilli()), Application: botApp, Channel: f.general, Guild: f.id, User: plainID, Type: guildhall.InteractionCommand,
	}
	if len(f.used) > 0 && rapid.Bool().Draw(f.t, "used") {
		return rapid.SampledFrom(f.used).Draw(f.t, "interaction")
	}
	f.used = append(f.used, made)
	return made
}

func (f *folding) step() {
	t := f.t
	users := []guildhall.UserID{ownerID, adminID, modID, plainID, botID, strangerID}
	user := func() guildhall.UserID { return rapid.SampledFrom(users).Draw(t, "user") }
	role := func() guildhall.RoleID { return rapid.SampledFrom(f.roles).Draw(t, "role") }
	message := func() guildhall.MessageID {
		return rapid.SampledFrom(append(f.messages, 4711)).Draw(t, "message")
	}
	bits := rapid.SampledFrom([]guildhall.Permissions{
		0, guildhall.PermissionViewChannel, guildhall.PermissionManageRoles, guildhall.PermissionAdministrator, guildhall.PermissionSendMessages,
	})
	position := rapid.IntRange(0, 9).Draw(t, "position")
	e := guildhall.Emoji{Name: rapid.SampledFrom([]string{"👍", "❤", "❤️", "x"}).Draw(t, "emoji")}
	ref := guildhall.ReactionRef{MessageID: message(), Emoji: e, UserID: rapid.SampledFrom([]guildhall.UserID{0, modID}).Draw(t, "whose")}
	overwrite := guildhall.Overwrite{ID: guildhall.Snowflake(role()), Allow: bits.Draw(t, "allow"), Deny: bits.Draw(t, "deny")}
	bodies := map[string]any{
		guildhall.CommandChannelCreate:      guildhall.CreateChannel{Name: "x", ParentID: rapid.SampledFrom(append(f.channels, 0)).Draw(t, "parent")},
		guildhall.CommandChannelModify:      guildhall.ModifyChannel{Name: guildhall.Some("y"), RateLimitPerUser: guildhall.Some(position)},
		guildhall.CommandChannelDelete:      nil,
		guildhall.CommandOverwritePut:       overwrite,
		guildhall.CommandOverwriteDelete:    overwrite,
		guildhall.CommandRoleCreate:         guildhall.RoleFields{Permissions: guildhall.Some(bits.Draw(t, "permissions"))},
		guildhall.CommandRoleModify:         guildhall.RoleFields{ID: role(), Permissions: guildhall.Some(bits.Draw(t, "permissions"))},
		guildhall.CommandRoleDelete:         guildhall.RoleFields{ID: role()},
		guildhall.CommandRolePositions:      []guildhall.RolePosition{{ID: role(), Position: &position}},
		guildhall.CommandMemberAdd:          guildhall.AddMember{User: person(user(), "back"), Managed: guildhall.Optional[guildhall.Permissions]{Set: position == 0}},
		guildhall.CommandMemberRemove:       guildhall.MemberRef{UserID: user()},
		guildhall.CommandMemberModify:       guildhall.ModifyMember{UserID: user(), Nick: guildhall.Some("n"), Roles: guildhall.Some([]guildhall.RoleID{role()})},
		guildhall.CommandMemberRolePut:      guildhall.MemberRole{UserID: user(), RoleID: role()},
		guildhall.CommandMemberRoleDelete:   guildhall.MemberRole{UserID: user(), RoleID: role()},
		guildhall.CommandMemberUser:         person(user(), "renamed"),
		guildhall.CommandMessageCreate:      guildhall.CreateMessage{Content: "m", Reference: &guildhall.MessageReference{MessageID: ref.MessageID}},
		guildhall.CommandMessageEdit:        guildhall.EditMessage{ID: ref.MessageID, Content: guildhall.Some("e")},
		guildhall.CommandMessageDelete:      guildhall.MessageRef{ID: ref.MessageID},
		guildhall.CommandReactionPut:        ref,
		guildhall.CommandReactionDelete:     ref,
		guildhall.CommandReactionClear:      ref,
		guildhall.CommandReactionClearEmoji: ref,

		guildhall.CommandAppCommandPut: chatCommand(rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")),
		guildhall.CommandAppCommandsSet: guildhall.SetAppCommands{
			Application: botApp, Commands: []guildhall.PutAppCommand{chatCommand("a"), chatCommand("c")}[:position%3],
		},
		guildhall.CommandAppCommandPermit: guildhall.AppCommandPermissions{
			ID: guildhall.Snowflake(botApp), ApplicationID: botApp,
			Permissions: []guildhall.AppCommandPermission{{ID: guildhall.Snowflake(role()), Type: guildhall.AppPermissionRole, Permission: true}},
		},
	}
	answer := guildhall.AnswerInteraction{
		Ref: f.interaction(), Type: rapid.SampledFrom([]int{guildhall.CallbackMessage, guildhall.CallbackDeferred, guildhall.CallbackModal}).Draw(t, "type"),
		Message: guildhall.CreateMessage{Content: "m", Flags: rapid.SampledFrom([]int{0, guildhall.MessageEphemeral}).Draw(t, "flags")},
		Modal:   &guildhall.Modal{CustomID: "m"},
	}
	bodies[guildhall.CommandInteractionAnswer], bodies[guildhall.CommandInteractionFollow] = answer, answer
	edit := guildhall.EditMessage{Content: guildhall.Some("e")}
	bodies[guildhall.CommandInteractionEdit] = guildhall.EditInteraction{Ref: answer.Ref, EditMessage: edit}
	bodies[guildhall.CommandInteractionDelete] = guildhall.EditInteraction{Ref: answer.Ref}
	names := slices.Sorted(maps.Keys(bodies))
	// Messages and reactions are drawn more often: the rest soon makes them impossible.
	often := []string{guildhall.CommandMessageCreate, guildhall.CommandReactionPut, guildhall.CommandReactionPut}
	name := rapid.SampledFrom(slices.Concat(names, often, often)).Draw(t, "command")
	var channel guildhall.ChannelID
	switch name {
	case guildhall.CommandChannelModify, guildhall.CommandChannelDelete, guildhall.CommandOverwritePut, guildhall.CommandOverwriteDelete:
		channel = rapid.SampledFrom(f.channels).Draw(t, "channel")
	case guildhall.CommandMessageCreate, guildhall.CommandMessageEdit, guildhall.CommandMessageDelete, guildhall.CommandReactionPut,
		guildhall.CommandReactionDelete, guildhall.CommandReactionClear, guildhall.CommandReactionClearEmoji:
		channel = f.general
	case guildhall.CommandInteractionAnswer, guildhall.CommandInteractionFollow, guildhall.CommandInteractionEdit, guildhall.CommandInteractionDelete:
		channel = f.general
	}
	if m, ok := bodies[name].(guildhall.CreateMessage); ok && position > 3 {
		m.Reference = nil
		bodies[name] = m
	}
	actor := rapid.SampledFrom(append(users, system, ownerID, ownerID)).Draw(t, "actor")
	switch {
	case name == guildhall.CommandMemberAdd, name == guildhall.CommandMemberUser, strings.HasPrefix(name, "interaction."):
		actor = system
	case name == guildhall.CommandAppCommandPut, name == guildhall.CommandAppCommandsSet:
		actor = botID
	}
	f.try(command(actor, channel, name, bodies[name]))
}

func (f *folding) try(cmd *guildhall.Command) {
	before := len(f.proposed)
	d, err := f.propose(cmd)
	if err != nil {
		var refused *guildhall.Error
		if !errors.As(err, &refused) || refused.Status >= 500 {
			f.t.Fatalf("%s failed: %v", cmd.Name, err)
		}
		if len(f.proposed) != before {
			f.t.Fatalf("%s was refused and staged something", cmd.Name)
		}
		return
	}
	keys := make(map[guildhall.RowKey]bool)
	for i := range d.rows {
		if keys[d.rows[i].Key()] {
			f.t.Fatalf("%s writes %v twice", cmd.Name, d.rows[i].Key())
		}
		keys[d.rows[i].Key()] = true
	}
	if len(d.events) > 0 && len(d.rows) == 0 {
		f.t.Fatalf("%s has events and changes nothing", cmd.Name)
	}
	if cmd.Name == guildhall.CommandMessageCreate {
		f.messages = append(f.messages, read[guildhall.Message](f.t, d.reply).ID)
	}
	if cmd.Name == guildhall.CommandRoleCreate {
		f.roles = append(f.roles, read[guildhall.Role](f.t, d.reply).ID)
	}
	if cmd.Name == guildhall.CommandChannelCreate {
		f.channels = append(f.channels, read[guildhall.Channel](f.t, d.reply).ID)
	}
}

// rowsOf gives a snapshot's rows by name.
func (h *hall) rowsOf(s *guildhall.Snapshot) map[string]json.RawMessage {
	rows := make(map[string]json.RawMessage)
	for _, row := range s.Rows {
		rows[string(rune(row.Table))+row.Part+row.Sort] = row.Value
	}
	return rows
}

// compareWithInstalled loads the committed rows into a fresh guild, in order and as the tables have them at the end.
func (h *hall) compareWithInstalled(t testingT) {
	t.Helper()
	want := encode(h.rowsOf(h.state.snapshot(nil)))
	inOrder, fromTables := newObject(h.object), newObject(h.object)
	install := func(o object, row guildhall.Row) {
		if err := o.apply(&row, guildhall.Install); err != nil {
			t.Fatalf("install: %v", err)
		}
	}
	for _, rows := range h.committed {
		for _, row := range rows {
			install(inOrder, row)
		}
	}
	for k, v := range h.tables() {
		install(fromTables, guildhall.Row{Table: k.Table, Part: k.Part, Sort: k.Sort, Value: []byte(v)})
	}
	for name, o := range map[string]object{"in order": inOrder, "from the tables": fromTables} {
		if got := encode(h.rowsOf(o.snapshot(nil))); string(got) != string(want) {
			t.Fatalf("installed %s:\n%s\ncommitted:\n%s", name, got, want)
		}
	}
	g := h.state.(*guild)
	if staged, base := g.state.Proposed().MemberCount(), g.state.Committed().MemberCount(); staged != base {
		t.Fatalf("%d members proposed, %d committed, and nothing is on its way", staged, base)
	}
	h.checkReactions(t)
}

// checkReactions: each count is the number of users' rows that it leads to.
func (h *hall) checkReactions(t testingT) {
	t.Helper()
	users := make(map[string]int)
	for k := range h.tables() {
		if k.Table == guildhall.TableReactions {
			users[k.Part]++
		}
	}
	for k, v := range h.tables() {
		if k.Table != guildhall.TableMessages {
			continue
		}
		m, err := guildhall.DecodeMessage([]byte(v))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range m.Reactions {
			if got := users[guildhall.ReactionPart(m.ID, r.Generation)]; got != r.Count || r.Count <= 0 {
				t.Fatalf("message %s counts %d of %s, there are %d", m.ID, r.Count, r.Emoji.Name, got)
			}
		}
	}
}
