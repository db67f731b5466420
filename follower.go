package guildhall

import "cmp"

// Commands by which what an announcement channel publishes comes into other channels.
const (
	CommandChannelFollow  = "channel.follow"  // by the channel that is to follow; FollowChannel → Webhook
	CommandFollowerPut    = "follower.put"    // follow-up to the source's guild; Follower → –
	CommandFollowerDelete = "follower.delete" // follow-up to the source's guild; Follower → –
	CommandFollowerTell   = "follower.tell"   // follow-up to a follower's guild; Published → –
)

// WebhookFollower is the type of webhook as which published messages come.
// discord: resources/webhook#webhook-object-webhook-types
const WebhookFollower = 2

// FollowersMax bounds the channels that follow one: what is published is in one record once for each.
const FollowersMax = 200

// MessageIsCrosspost is the flag of a message that was published elsewhere; MessageFollowAdded tells a channel of what it
// follows.
// discord: resources/message#message-object-message-flags
const (
	MessageIsCrosspost             = 1 << 1
	MessageFollowAdded MessageType = 12
)

// WebhookSource is the guild or the channel whose messages a webhook brings.
type WebhookSource struct {
	ID   Snowflake `json:"id"`
	Name string    `json:"name"`
}

// WebhookSourceGuild is the guild whose messages a webhook brings.
type WebhookSourceGuild struct {
	WebhookSource
	Icon *string `json:"icon"`
}

// FollowChannel says what is followed, as the API has read it for the actor.
type FollowChannel struct {
	Guild   WebhookSourceGuild `json:"guild"`
	Channel WebhookSource      `json:"channel"`
}

// Follower is a channel that follows one of the guild's, with the webhook as which it is told.
type Follower struct {
	WebhookID Snowflake `json:"webhook_id"`
	Source    ChannelID `json:"source"`
	GuildID   GuildID   `json:"guild_id"`
}

// Published is a message on its way to a follower.
type Published struct {
	WebhookID Snowflake `json:"webhook_id"`
	Message   Message   `json:"message"`
}

// ChannelFollower is what following a channel is answered with.
// discord: resources/channel#followed-channel-object
type ChannelFollower struct {
	ChannelID ChannelID `json:"channel_id"`
	WebhookID Snowflake `json:"webhook_id"`
}

// followerMark stands before the webhook's id in the keys of rows that hold followers.
const followerMark = "follower"

// FollowerRow holds one follower.
func FollowerRow(guild GuildID, f *Follower) Row {
	return stateRow(GuildObject(guild), stateThread, followerMark+f.WebhookID.Key(), f)
}

func followerKey(id string) (Snowflake, bool) {
	const length = len(followerMark) + 8
	if len(id) != length || id[:len(followerMark)] != followerMark {
		return 0, false
	}
	return IDFromKey[anyKind](id[len(followerMark):]), true
}

// Followers gives those of a channel; all of the guild's for 0.
func (v GuildView) Followers(source ChannelID) []*Follower {
	all := sorted(v.s.followers.All(v.staged), func(a, b *Follower) int { return cmp.Compare(a.WebhookID, b.WebhookID) })
	var found []*Follower
	for _, f := range all {
		if source == 0 || f.Source == source {
			found = append(found, f)
		}
	}
	return found
}
