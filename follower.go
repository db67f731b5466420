package guildhall

import "cmp"

// Commands by which what an announcement channel publishes comes into other channels.
const (
	CommandChannelFollow  = "channel.follow"  // by the channel that is to follow; FollowChannel → Webhook
	CommandFollowerPut    = "follower.put"    // follow-up to the source's guild; Follower → –
	CommandFollowerDelete = "follower.delete" // follow-up to the source's guild; []Follower → –
	CommandFollowerTell   = "follower.tell"   // follow-up to a follower's guild; Published → –
	CommandPublishNext    = "publish.next"    // follow-up to the source's guild itself; Publishing → –
)

// WebhookFollower is the type of webhook as which published messages come.
// discord: resources/webhook#webhook-object-webhook-types
const WebhookFollower = 2

// FollowersMax bounds the channels that follow one, since the owner keeps all of them in memory, and FollowersInGuildMax those
// of one guild. FollowersAtOnce is how many guilds one record tells at the most; the next goes on after them.
const (
	FollowersMax        = 5000
	FollowersInGuildMax = 100
	FollowersAtOnce     = 50
)

// MessageIsCrosspost is the flag of a message that was published elsewhere, MessageSourceDeleted that of one whose original is
// no more; MessageFollowAdded tells a channel of what it follows.
// discord: resources/message#message-object-message-flags
const (
	MessageIsCrosspost               = 1 << 1
	MessageSourceDeleted             = 1 << 3
	MessageFollowAdded   MessageType = 12
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

// Published is what a guild is told of another's messages, all in one: only the first follow-up of a record to an object is taken.
type Published struct {
	Parts []PublishedPart `json:"parts"`
	// Next is what the source's guild tells after that, where it has told itself.
	Next *Publishing `json:"next,omitempty"`
}

// PublishedPart is what some of the guild's webhooks bring: a message as it is now, or which ones are gone.
type PublishedPart struct {
	Webhooks []Snowflake `json:"webhooks"`
	Message  *Message    `json:"message,omitempty"`
	// New says that a message is to be brought that has not been; else only what was brought changes.
	New  bool        `json:"new,omitempty"`
	Gone []MessageID `json:"gone,omitempty"`
}

// Sources are the messages that the part is about.
func (p *PublishedPart) Sources() []MessageID {
	if p.Message != nil {
		return []MessageID{p.Message.ID}
	}
	return p.Gone
}

// Publishing is what is left to be told of messages: of the first part to the followers after one, of the others to all.
type Publishing struct {
	Parts []PublishingPart `json:"parts"`
	// After and AfterWebhook are the last that was told.
	After        GuildID   `json:"after"`
	AfterWebhook Snowflake `json:"after_webhook,omitempty"`
}

// PublishingPart is one channel's: a message that is there, or those that are gone.
type PublishingPart struct {
	Channel ChannelID   `json:"channel"`
	Message MessageID   `json:"message,omitempty"`
	New     bool        `json:"new,omitempty"`
	Gone    []MessageID `json:"gone,omitempty"`
}

// CopyRow leads from a published message to what a follower's webhook has made of it.
func CopyRow(webhook Snowflake, source, made MessageID) Row {
	key := CopyKey(webhook, source)
	return Row{Table: key.Table, Part: key.Part, Sort: key.Sort, Value: []byte(made.Key())}
}

// CopyKey names the row that CopyRow makes.
func CopyKey(webhook Snowflake, source MessageID) RowKey {
	return RowKey{Table: TableAside, Part: webhook.Key(), Sort: source.Key()}
}

// CopyOf reads what CopyRow holds.
func CopyOf(value []byte) MessageID { return IDFromKey[messageKind](string(value)) }

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
