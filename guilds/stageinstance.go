package guilds

// pure core

import "guildhall"

// stageModerators is what looking after a stage takes.
// discord: resources/stage-instance
const stageModerators = guildhall.PermissionManageChannels | guildhall.PermissionMuteMembers | guildhall.PermissionMoveMembers

// stagePrivacy is the one level that is not deprecated: members only.
const stagePrivacy = 2

var (
	errUnknownStage = &guildhall.Error{Status: 404, Code: 10067, Message: "Unknown Stage Instance"}
	errStageOpen    = &guildhall.Error{Status: 400, Code: 150006, Message: "The Stage is already open"}
)

var auditedStage = []string{"topic", "privacy_level"}

// stageChannel is the stage that the command names.
func (r *request) stageChannel(want guildhall.Permissions) (*guildhall.Channel, error) {
	c, err := r.channel(want)
	if err == nil && c.Type != guildhall.ChannelGuildStageVoice {
		return nil, guildhall.ErrWrongChannelType
	}
	return c, err
}

// stage is what goes on on the stage that the command names.
func (r *request) stage(want guildhall.Permissions) (*guildhall.StageInstance, error) {
	c, err := r.stageChannel(want)
	if err != nil {
		return nil, err
	}
	if s := r.view.Stage(c.ID); s != nil {
		return s, nil
	}
	return nil, errUnknownStage
}

// tellStage tells of a stage instance those who see the stage.
func tellStage(d *draft, name string, s *guildhall.StageInstance) {
	d.event(name, inChannel(s.ChannelID, guildhall.IntentGuilds), s)
}

func (d *draft) auditStage(r *request, event guildhall.AuditLogEvent, s *guildhall.StageInstance, before, after any) {
	d.auditWith(r, event, s.ID, map[string]string{"channel_id": s.ChannelID.String()}, auditChanges(before, after, auditedStage...)...)
}

// createStage begins something on a stage; an event that is planned there begins with it if it is named.
// discord: resources/stage-instance#create-stage-instance
func (g *guild) createStage(r *request, f guildhall.StageFields) (*draft, error) {
	c, err := r.stageChannel(stageModerators)
	if err != nil {
		return nil, err
	}
	if r.view.Stage(c.ID) != nil {
		return nil, errStageOpen
	}
	d := &draft{}
	s := g.beginStage(r, d, c.ID, f.Topic.Or(""), f.EventID)
	s.PrivacyLevel = f.PrivacyLevel.Or(stagePrivacy)
	if f.EventID != 0 {
		e := r.view.Event(f.EventID)
		if e == nil || e.ChannelID != c.ID || e.Status.Over() {
			return nil, errUnknownEvent
		}
		begun := *e
		begun.Status, begun.EntityID = guildhall.EventActive, s.ID
		if !sameJSON(e, &begun) {
			g.putEvent(r, d, e, &begun)
		}
	}
	g.putStage(r, d, s)
	d.answer(s)
	return d, nil
}

func (g *guild) beginStage(r *request, d *draft, c guildhall.ChannelID, topic string, event guildhall.Snowflake) *guildhall.StageInstance {
	return &guildhall.StageInstance{
		ID: r.nextID(), GuildID: g.id, ChannelID: c, Topic: topic, PrivacyLevel: stagePrivacy, EventID: event,
	}
}

// putStage writes and tells of a new stage instance.
func (g *guild) putStage(r *request, d *draft, s *guildhall.StageInstance) {
	d.put(guildhall.StageRow(s))
	tellStage(d, "STAGE_INSTANCE_CREATE", s)
	d.auditStage(r, guildhall.AuditStageCreate, s, nil, s)
}

// discord: resources/stage-instance#modify-stage-instance
func (g *guild) modifyStage(r *request, f guildhall.StageFields) (*draft, error) {
	before, err := r.stage(stageModerators)
	if err != nil {
		return nil, err
	}
	s := *before
	s.Topic, s.PrivacyLevel = f.Topic.Or(s.Topic), f.PrivacyLevel.Or(s.PrivacyLevel)
	d := &draft{}
	if s != *before {
		d.put(guildhall.StageRow(&s))
		tellStage(d, "STAGE_INSTANCE_UPDATE", &s)
		d.auditStage(r, guildhall.AuditStageUpdate, &s, before, &s)
	}
	d.answer(&s)
	return d, nil
}

// deleteStage ends what goes on on a stage, and the event that it was.
// discord: resources/stage-instance#delete-stage-instance
func (g *guild) deleteStage(r *request, _ none) (*draft, error) {
	s, err := r.stage(stageModerators)
	if err != nil {
		return nil, err
	}
	d := &draft{}
	g.endStage(r, d, s)
	if e := r.view.Event(s.EventID); s.EventID != 0 && e != nil && e.Status == guildhall.EventActive {
		over := *e
		over.Status = guildhall.EventCompleted
		moveOn(&over, r.now)
		g.putEvent(r, d, e, &over)
	}
	return d, nil
}

// endStage removes and tells the end of a stage instance.
func (g *guild) endStage(r *request, d *draft, s *guildhall.StageInstance) {
	d.put(guildhall.StageRow(s).Deleted())
	audience := inChannel(s.ChannelID, guildhall.IntentGuilds)
	audience.Before = true // the channel may go with it
	d.event("STAGE_INSTANCE_DELETE", audience, s)
	d.auditStage(r, guildhall.AuditStageDelete, s, s, nil)
}

// discord: resources/stage-instance#get-stage-instance
func (g *guild) queryStage(r *request) (any, error) {
	s, err := r.stage(0)
	if err != nil {
		return nil, err
	}
	return s, nil
}
