package gateway

import (
	"encoding/json"
	"strings"
	"time"

	"guildhall"
)

// The statuses. A client may set all of them; others are shown invisible as offline.
// discord: events/gateway-events#update-presence-status-types
const (
	StatusOnline    = "online"
	StatusDND       = "dnd"
	StatusIdle      = "idle"
	StatusInvisible = "invisible"
	StatusOffline   = "offline"
)

const (
	activityStreaming = 1
	activityCustom    = 4
	activityTypeMax   = 5
	// activitiesMax bounds what one session can have shown to all of its guilds; Discord shows one of a bot's.
	activitiesMax = 5
)

// PresenceUpdate sets a session's presence. Only what is taken over from activities is kept, and empty values count as
// left out: discordgo sends empty emoji and URLs, for which hikari would reject the guild they appear in.
// discord: events/gateway-events#update-presence
type PresenceUpdate struct {
	Status     string
	Activities []guildhall.Activity
}

// UnmarshalJSON reads the update and keeps what may be shown.
func (p *PresenceUpdate) UnmarshalJSON(b []byte) error {
	var fields struct {
		Status     *string         `json:"status"`
		Activities []*activityBody `json:"activities"`
		Game       *activityBody   `json:"game"`  // the older form, which hikari sends
		AFK        json.RawMessage `json:"afk"`   // for push, of which bots have none
		Since      json.RawMessage `json:"since"` // likewise
	}
	if err := json.Unmarshal(b, &fields); err != nil {
		return err
	}
	*p = PresenceUpdate{Status: StatusOnline}
	if fields.Status != nil {
		p.Status = knownStatus(*fields.Status)
	}
	if fields.Activities == nil && fields.Game != nil {
		fields.Activities = []*activityBody{fields.Game}
	}
	for _, a := range fields.Activities {
		if shown, ok := a.shown(); ok && len(p.Activities) < activitiesMax {
			p.Activities = append(p.Activities, shown)
		}
	}
	return nil
}

// knownStatus takes what is not documented for online: discordgo identifies with an empty status.
func knownStatus(status string) string {
	switch status {
	case StatusDND, StatusIdle, StatusInvisible, StatusOffline:
		return status
	}
	return StatusOnline
}

type activityBody struct {
	Name  string  `json:"name"`
	Type  int     `json:"type"`
	State *string `json:"state"`
	URL   *string `json:"url"`
}

func (a *activityBody) shown() (guildhall.Activity, bool) {
	if a == nil || a.Type < 0 || a.Type > activityTypeMax {
		return guildhall.Activity{}, false
	}
	shown := guildhall.Activity{Name: a.Name, Type: a.Type, State: notEmpty(a.State)}
	if a.Type == activityStreaming {
		if url := notEmpty(a.URL); url != nil && (strings.HasPrefix(*url, "https://") || strings.HasPrefix(*url, "http://")) {
			shown.URL = url
		}
	}
	if a.Type == activityCustom && shown.Name == "" && shown.State != nil {
		shown.Name = "Custom Status"
	}
	return shown, shown.Name != ""
}

func notEmpty(s *string) *string {
	if s == nil || *s == "" {
		return nil
	}
	return s
}

// Shown is the presence as others see it, set at now by a client that named itself so.
func (p *PresenceUpdate) Shown(user guildhall.UserID, browser string, now time.Time) guildhall.Presence {
	shown := guildhall.Presence{
		User: guildhall.PresenceUser{ID: user}, Status: StatusOnline, Activities: []guildhall.Activity{},
	}
	if p != nil {
		shown.Status = p.Status
		for _, a := range p.Activities {
			a.CreatedAt = now.UnixMilli()
			shown.Activities = append(shown.Activities, a)
		}
	}
	if shown.Status == StatusInvisible || shown.Status == StatusOffline {
		return Offline(user)
	}
	// Bots are shown on the web unless they say otherwise, as Discord shows them.
	switch browser {
	case "Discord iOS", "Discord Android":
		shown.ClientStatus.Mobile = shown.Status
	case "Discord Client":
		shown.ClientStatus.Desktop = shown.Status
	default:
		shown.ClientStatus.Web = shown.Status
	}
	return shown
}

// Offline is the presence of a user without sessions.
func Offline(user guildhall.UserID) guildhall.Presence {
	return guildhall.Presence{
		User: guildhall.PresenceUser{ID: user}, Status: StatusOffline, Activities: []guildhall.Activity{},
	}
}

// Merged is a user's presence over its sessions, given in the order in which they were set: the most present status,
// all platforms, and what the session that was set last is doing.
func Merged(user guildhall.UserID, presences []guildhall.Presence) guildhall.Presence {
	merged := Offline(user)
	for _, p := range presences {
		if rank(p.Status) > rank(merged.Status) {
			merged.Status = p.Status
		}
		if len(p.Activities) > 0 {
			merged.Activities = p.Activities
		}
		merged.ClientStatus.Desktop = best(merged.ClientStatus.Desktop, p.ClientStatus.Desktop)
		merged.ClientStatus.Mobile = best(merged.ClientStatus.Mobile, p.ClientStatus.Mobile)
		merged.ClientStatus.Web = best(merged.ClientStatus.Web, p.ClientStatus.Web)
	}
	return merged
}

func best(a, b string) string {
	if rank(b) > rank(a) {
		return b
	}
	return a
}

func rank(status string) int {
	switch status {
	case StatusOnline:
		return 4
	case StatusDND:
		return 3
	case StatusIdle:
		return 2
	case StatusOffline:
		return 1
	}
	return 0
}
