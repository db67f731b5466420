package api

import (
	"context"

	"guildhall"
)

// stageTopicMax is in characters.
// discord: resources/stage-instance#create-stage-instance
const stageTopicMax = 120

// createStageInstance begins something on the stage that the body names.
// discord: resources/stage-instance#create-stage-instance
func (a *API) createStageInstance(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	f.required("channel_id", "topic")
	channel := guildhall.ChannelID(f.id("channel_id").Value)
	stage := f.stage()
	stage.EventID = f.id("guild_scheduled_event_id").Value
	f.refuse("send_start_notification")
	if err := f.err(); err != nil {
		return nil, err
	}
	cmd := r.onObject(guildhall.Object{}, guildhall.CommandStageCreate, stage)
	cmd.Channel = channel
	return a.command(ctx, cmd)
}

func (f *form) stage() guildhall.StageFields {
	return guildhall.StageFields{
		Topic: notNull(f.text("topic", 1, stageTopicMax)), PrivacyLevel: notNull(f.choice("privacy_level", 1, 2)),
	}
}

func (a *API) getStageInstance(ctx context.Context, r *request) (any, error) {
	return a.query(ctx, r.onChannel(guildhall.QueryStage, nil))
}

func (a *API) updateStageInstance(ctx context.Context, r *request) (any, error) {
	f, err := parseForm(r.body)
	if err != nil {
		return nil, err
	}
	stage := f.stage()
	if err := f.err(); err != nil {
		return nil, err
	}
	return a.command(ctx, r.onChannel(guildhall.CommandStageModify, stage))
}

func (a *API) deleteStageInstance(ctx context.Context, r *request) (any, error) {
	return a.silently(ctx, r.onChannel(guildhall.CommandStageDelete, nil))
}
