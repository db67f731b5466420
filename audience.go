package guildhall

import "slices"

// Audience says who may see an event, as data that travels with it, so that live fan-out, refill, resume, push, search
// and history all judge it by the one function Admits.
type Audience struct {
	// Channel, when set, is where Permissions are judged; otherwise they are judged in the guild.
	Channel ChannelID `json:"channel,omitempty"`
	// Permissions are the bits a member needs; none needed when 0.
	Permissions Permissions `json:"permissions,omitempty"`
	// Intents: one of these is needed; 0 asks for none.
	Intents Intents `json:"intents,omitempty"`
	// Users, when not empty, are the only ones who may see it (private threads, answers to one member).
	Users []UserID `json:"users,omitempty"`
	// Unlisted, when not 0, are bits with which members see it who are not among Users.
	Unlisted Permissions `json:"unlisted,omitempty"`
	// Thread is set for what happens in a private thread: who misses it must still see the thread to be told of it later.
	Thread ChannelID `json:"thread,omitempty"`
	// Always lists users who see it whatever their intents are: a member's own update. Permissions are still needed.
	// discord: events/gateway#privileged-intents
	Always []UserID `json:"always,omitempty"`
	// Content lists, for events that carry message content, who sees it without the message content intent: the author
	// and those mentioned. HasContent marks such events.
	Content    []UserID `json:"content,omitempty"`
	HasContent bool     `json:"has_content,omitempty"`
	// Quoted lists who, of those without the intent, sees the content of the message that is quoted within.
	Quoted []UserID `json:"quoted,omitempty"`
	// Before judges on the state before the record took effect: a deleted channel's last event goes to those who saw it.
	Before bool `json:"before,omitempty"`

	// rising: the lists of users are in rising order. It is not carried along: who judges for many sorts first.
	rising bool
}

// Sort makes the audience ready to be judged for many viewers: in a private thread, whose members are all listed, each would
// otherwise be looked for from the front.
func (a *Audience) Sort() {
	if a.rising {
		return
	}
	for _, list := range []*[]UserID{&a.Users, &a.Always, &a.Content, &a.Quoted} {
		if !slices.IsSorted(*list) {
			*list = slices.Clone(*list)
			slices.Sort(*list)
		}
	}
	a.rising = true
}

// lists tells whether a user is in one of the audience's lists.
func (a *Audience) lists(users []UserID, id UserID) bool {
	if a.rising {
		_, found := slices.BinarySearch(users, id)
		return found
	}
	return slices.Contains(users, id)
}

// Viewer is one for whom an audience is judged, as of one position of the object.
type Viewer interface {
	UserID() UserID
	Intents() Intents
	// In gives the viewer's permissions in a channel, or in the guild for 0; none where it is not a member or the
	// channel does not exist.
	In(ChannelID) Permissions
}

// Admits tells whether the viewer may see the event.
func (a *Audience) Admits(v Viewer) bool {
	if a.Intents != 0 && v.Intents()&a.Intents == 0 && !a.lists(a.Always, v.UserID()) {
		return false
	}
	if len(a.Users) > 0 && !a.lists(a.Users, v.UserID()) && (a.Unlisted == 0 || !v.In(a.Channel).Has(a.Unlisted)) {
		return false
	}
	return a.Permissions == 0 || v.In(a.Channel).Has(a.Permissions)
}

// ShowsContent tells whether an admitted viewer also sees the message's content.
// discord: events/gateway#message-content-intent
func (a *Audience) ShowsContent(v Viewer) bool {
	return !a.HasContent || v.Intents().Has(IntentMessageContent) || a.lists(a.Content, v.UserID())
}

// ShowsQuoted tells whether an admitted viewer also sees the content of the message that is quoted within.
func (a *Audience) ShowsQuoted(v Viewer) bool {
	return !a.HasContent || v.Intents().Has(IntentMessageContent) || a.lists(a.Quoted, v.UserID())
}
