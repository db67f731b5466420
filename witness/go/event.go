package main

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"
)

// events goes through scheduled events, which discordgo's own tests ask for no more than to raise no error.
func (w *witness) events(r *report) {
	var event *discordgo.GuildScheduledEvent
	r.check("event", func() (err error) {
		event, err = w.eventCreate()
		return err
	})
	r.check("event.users", func() error { return w.eventUsers(event.ID) })
	r.check("event.status", func() error { return w.eventStatus(event.ID) })
}

func (w *witness) eventCreate() (*discordgo.GuildScheduledEvent, error) {
	start := time.Now().Add(time.Hour).Truncate(time.Second)
	end := start.Add(time.Hour)
	made, err := w.a.GuildScheduledEventCreate(w.guild, &discordgo.GuildScheduledEventParams{
		Name: "fair", Description: "all day", ScheduledStartTime: &start, ScheduledEndTime: &end,
		PrivacyLevel: discordgo.GuildScheduledEventPrivacyLevelGuildOnly, EntityType: discordgo.GuildScheduledEventEntityTypeExternal,
		EntityMetadata: &discordgo.GuildScheduledEventEntityMetadata{Location: "the yard"},
	})
	if err != nil {
		return nil, err
	}
	same := func(e *discordgo.GuildScheduledEvent) bool {
		return e.ID == made.ID && e.Name == "fair" && e.EntityMetadata.Location == "the yard" && e.ScheduledStartTime.Equal(start) &&
			e.Status == discordgo.GuildScheduledEventStatusScheduled && e.CreatorID == w.world.Bots[0].ID
	}
	if !same(made) {
		return made, fmt.Errorf("response is %+v", made)
	}
	if _, err := expect(w.b, "GUILD_SCHEDULED_EVENT_CREATE", func(e *discordgo.GuildScheduledEventCreate) bool {
		return same(e.GuildScheduledEvent)
	}); err != nil {
		return made, err
	}
	if _, err := w.a.GuildScheduledEventEdit(w.guild, made.ID, &discordgo.GuildScheduledEventParams{Name: "great fair"}); err != nil {
		return made, err
	}
	if _, err := expect(w.b, "GUILD_SCHEDULED_EVENT_UPDATE", func(e *discordgo.GuildScheduledEventUpdate) bool {
		return e.ID == made.ID && e.Name == "great fair"
	}); err != nil {
		return made, err
	}
	all, err := w.a.GuildScheduledEvents(w.guild, true)
	if err == nil && !slices.ContainsFunc(all, func(e *discordgo.GuildScheduledEvent) bool { return e.ID == made.ID }) {
		err = fmt.Errorf("it is not among %d", len(all))
	}
	return made, err
}

func (w *witness) eventUsers(id string) error {
	who, path := w.world.Users[outcast].ID, "/guilds/"+w.guild+"/scheduled-events/"+id+"/users/@me"
	if err := w.asPerson(outcast, http.MethodPut, path, nil, nil); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_SCHEDULED_EVENT_USER_ADD", func(e *discordgo.GuildScheduledEventUserAdd) bool {
		return e.GuildScheduledEventID == id && e.UserID == who
	}); err != nil {
		return err
	}
	users, err := w.a.GuildScheduledEventUsers(w.guild, id, 10, true, "", "")
	if err != nil {
		return err
	}
	event, err := w.a.GuildScheduledEvent(w.guild, id, true)
	if err != nil {
		return err
	}
	if len(users) != 1 || users[0].User.ID != who || users[0].Member == nil || event.UserCount != 1 {
		return fmt.Errorf("%d are interested: %+v", event.UserCount, users)
	}
	if err := w.asPerson(outcast, http.MethodDelete, path, nil, nil); err != nil {
		return err
	}
	_, err = expect(w.b, "GUILD_SCHEDULED_EVENT_USER_REMOVE", func(e *discordgo.GuildScheduledEventUserRemove) bool {
		return e.GuildScheduledEventID == id && e.UserID == who
	})
	return err
}

func (w *witness) eventStatus(id string) error {
	active := &discordgo.GuildScheduledEventParams{Status: discordgo.GuildScheduledEventStatusActive}
	if _, err := w.a.GuildScheduledEventEdit(w.guild, id, active); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_SCHEDULED_EVENT_UPDATE", func(e *discordgo.GuildScheduledEventUpdate) bool {
		return e.ID == id && e.Status == discordgo.GuildScheduledEventStatusActive
	}); err != nil {
		return err
	}
	if err := w.a.GuildScheduledEventDelete(w.guild, id); err != nil {
		return err
	}
	if _, err := expect(w.b, "GUILD_SCHEDULED_EVENT_DELETE", func(e *discordgo.GuildScheduledEventDelete) bool { return e.ID == id }); err != nil {
		return err
	}
	_, err := w.a.GuildScheduledEvent(w.guild, id, false)
	return wantRESTError(err, http.StatusNotFound, 10070)
}
