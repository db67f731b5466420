package guildhall

import "cmp"

// Commands and queries about stages on which something is going on.
const (
	CommandStageCreate = "stage.create" // by channel; StageFields → StageInstance
	CommandStageModify = "stage.modify" // by channel; StageFields → StageInstance
	CommandStageDelete = "stage.delete" // by channel; – → –
	QueryStage         = "get.stage"    // by channel → StageInstance
)

// StageInstance is what goes on on a stage. There is one in a channel at most.
// discord: resources/stage-instance#stage-instance-object
type StageInstance struct {
	ID                   Snowflake `json:"id"`
	GuildID              GuildID   `json:"guild_id"`
	ChannelID            ChannelID `json:"channel_id"`
	Topic                string    `json:"topic"`
	PrivacyLevel         int       `json:"privacy_level"`
	DiscoverableDisabled bool      `json:"discoverable_disabled"`
	EventID              Snowflake `json:"guild_scheduled_event_id"`
}

// StageFields makes or changes a stage instance.
type StageFields struct {
	Topic        Optional[string] `json:"topic,omitzero"`
	PrivacyLevel Optional[int]    `json:"privacy_level,omitzero"`
	EventID      Snowflake        `json:"guild_scheduled_event_id,omitempty"`
}

// StageRow holds one stage instance.
func StageRow(s *StageInstance) Row {
	return stateRow(GuildObject(s.GuildID), stateStage, s.ChannelID.Key(), s)
}

// Stage gives what goes on on a stage, or nil.
func (v GuildView) Stage(channel ChannelID) *StageInstance {
	s, _ := v.s.stages.Get(channel, v.staged)
	return s
}

// Stages gives all stage instances by id.
func (v GuildView) Stages() []*StageInstance {
	return sorted(v.s.stages.All(v.staged), func(a, b *StageInstance) int { return cmp.Compare(a.ID, b.ID) })
}
