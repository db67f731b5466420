package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/bwmarrin/discordgo"
)

// voice goes through states in voice channels and on a stage. There is no voice itself: the server says so by its endpoint.
func (w *witness) voice(r *report) {
	r.check("voice", w.voiceStates)
	r.check("stage", w.stage)
}

// inVoice waits until the second bot hears of the first one's state.
func (w *witness) inVoice(mark int, match func(*discordgo.VoiceStateUpdate) bool) error {
	return expectAfter(w.b, mark, "VOICE_STATE_UPDATE", func(e *discordgo.VoiceStateUpdate) bool {
		return e.UserID == w.world.Bots[0].ID && e.GuildID == w.guild && match(e)
	})
}

func (w *witness) voiceStates() error {
	var channels []string
	for _, name := range []string{"one", "other"} {
		c, err := w.a.GuildChannelCreate(w.guild, name, discordgo.ChannelTypeGuildVoice)
		if err != nil {
			return err
		}
		channels = append(channels, c.ID)
	}
	me := w.world.Bots[0].ID
	mark := w.b.mark()
	if err := w.a.ChannelVoiceJoinManual(w.guild, channels[0], true, false); err != nil {
		return err
	}
	if err := w.inVoice(mark, func(e *discordgo.VoiceStateUpdate) bool {
		return e.ChannelID == channels[0] && e.SelfMute && !e.SelfDeaf && !e.Mute && e.Member != nil && e.Member.User.ID == me && e.SessionID != ""
	}); err != nil {
		return err
	}
	if err := expectAfter(w.a, 0, "VOICE_SERVER_UPDATE", func(e *discordgo.VoiceServerUpdate) bool { return e.GuildID == w.guild && e.Endpoint == "" }); err != nil {
		return err
	}
	mark = w.b.mark()
	if err := w.b.GuildMemberMute(w.guild, me, true); err != nil {
		return err
	}
	if err := w.inVoice(mark, func(e *discordgo.VoiceStateUpdate) bool { return e.Mute }); err != nil {
		return err
	}
	if err := w.b.GuildMemberMove(w.guild, me, &channels[1]); err != nil {
		return err
	}
	if err := w.inVoice(mark, func(e *discordgo.VoiceStateUpdate) bool {
		return e.ChannelID == channels[1] && e.BeforeUpdate != nil && e.BeforeUpdate.ChannelID == channels[0]
	}); err != nil {
		return err
	}
	if kept, err := w.b.State.VoiceState(w.guild, me); err != nil || kept.ChannelID != channels[1] {
		return fmt.Errorf("the state holds %+v, %v", kept, err)
	}
	mark = w.b.mark()
	if err := w.a.ChannelVoiceJoinManual(w.guild, "", false, false); err != nil {
		return err
	}
	if err := w.inVoice(mark, func(e *discordgo.VoiceStateUpdate) bool { return e.ChannelID == "" }); err != nil {
		return err
	}
	for _, id := range channels {
		if _, err := w.a.ChannelDelete(id); err != nil {
			return err
		}
	}
	return nil
}

func (w *witness) stage() error {
	c, err := w.a.GuildChannelCreate(w.guild, "podium", discordgo.ChannelTypeGuildStageVoice)
	if err != nil {
		return err
	}
	made, err := w.a.StageInstanceCreate(&discordgo.StageInstanceParams{ChannelID: c.ID, Topic: "a talk"})
	if err != nil {
		return err
	}
	if made.Topic != "a talk" || made.ChannelID != c.ID || made.GuildID != w.guild {
		return fmt.Errorf("response is %+v", made)
	}
	if err := w.toldOfStage("STAGE_INSTANCE_CREATE", *made); err != nil {
		return err
	}
	if _, err := w.a.StageInstanceEdit(c.ID, &discordgo.StageInstanceParams{Topic: "another talk"}); err != nil {
		return err
	}
	if got, err := w.a.StageInstance(c.ID); err != nil || got.Topic != "another talk" {
		return fmt.Errorf("it is %+v, %v", got, err)
	}
	made.Topic = "another talk"
	if err := w.toldOfStage("STAGE_INSTANCE_UPDATE", *made); err != nil {
		return err
	}
	if err := w.a.StageInstanceDelete(c.ID); err != nil {
		return err
	}
	if err := w.toldOfStage("STAGE_INSTANCE_DELETE", *made); err != nil {
		return err
	}
	_, err = w.a.StageInstance(c.ID)
	if err := wantRESTError(err, http.StatusNotFound, 10067); err != nil {
		return err
	}
	_, err = w.a.ChannelDelete(c.ID)
	return err
}

// toldOfStage waits for an event as it came: the library has types for these and knows them by names that Discord does not use.
func (w *witness) toldOfStage(kind string, want discordgo.StageInstance) error {
	_, err := w.b.wait(0, eventTimeout, func(e *discordgo.Event) bool {
		var got discordgo.StageInstance
		return e.Type == kind && json.Unmarshal(e.RawData, &got) == nil && got == want
	})
	if err != nil {
		err = fmt.Errorf("no matching %s %w", kind, err)
	}
	return err
}
