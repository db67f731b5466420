package guilds

// pure core

import "guildhall"

// Limits of threads.
const (
	// autoArchiveDefault is in minutes: a day.
	autoArchiveDefault = 1440
)

// The fields of a thread whose changes the audit log tells.
var auditedThread = []string{"name", "type", "archived", "locked", "auto_archive_duration", "rate_limit_per_user", "invitable", "applied_tags", "flags"}

// threadEvent is the data of THREAD_CREATE.
// discord: events/gateway-events#thread-create
type threadEvent struct {
	*guildhall.Thread
	NewlyCreated bool `json:"newly_created,omitempty"`
}

// threadGone is the data of THREAD_DELETE.
// discord: events/gateway-events#thread-delete
type threadGone struct {
	ID       guildhall.ChannelID   `json:"id"`
	GuildID  guildhall.GuildID     `json:"guild_id"`
	ParentID guildhall.ChannelID   `json:"parent_id"`
	Type     guildhall.ChannelType `json:"type"`
}

// thread is the thread that the command names, if the actor may see it.
func (r *request) thread() (*guildhall.Thread, error) {
	t := r.view.Thread(r.cmd.Channel)
	if t == nil {
		if r.view.Channel(r.cmd.Channel) != nil {
			return nil, guildhall.ErrWrongChannelType
		}
		return nil, guildhall.ErrUnknownChannel
	}
	return t, r.allowed(t.ID, 0)
}

// managesThread tells whether the actor looks after the threads of the thread's channel. A webhook has no permissions of its
// own, and who knows its address need not be a member: none does.
func (r *request) managesThread(t *guildhall.Thread) bool {
	return r.webhook == 0 && r.in(t.ID).Has(guildhall.PermissionManageThreads)
}

// unlocked refuses what only those who look after threads do in a locked one.
// discord: topics/threads#locked-threads
func (r *request) unlocked(t *guildhall.Thread) error {
	if t != nil && t.Metadata.Locked && !r.managesThread(t) {
		return errThreadLocked
	}
	return nil
}

// openThread is the thread to which a message is being sent; nil in channels. Archived ones open again, but for locked ones.
// discord: topics/threads#active--archived-threads
// discord: resources/webhook#execute-webhook-query-string-params
func (r *request) openThread(c *guildhall.Channel) (*guildhall.Thread, error) {
	t := r.view.Thread(c.ID)
	return t, r.unlocked(t)
}

// sentInThread counts a message that is sent, opens the thread again if it was archived, and makes members of the author and
// of those whom the message names.
func (g *guild) sentInThread(r *request, d *draft, t *guildhall.Thread, m *guildhall.Message, author *guildhall.Member) error {
	changed := *t
	changed.MessageCount++
	changed.TotalMessageSent++
	if r.view.ThreadArchived(t, r.now) {
		if err := r.roomForThread(); err != nil {
			return err
		}
		changed.Metadata.Archived = false
		changed.Metadata.ArchiveTimestamp = guildhall.TimestampOf(r.now)
		g.tellThread(r, d, &changed)
	}
	d.put(guildhall.ThreadRow(g.id, &changed))
	if r.webhook != 0 || r.view.ThreadMember(t.ID, author.User.ID) != nil {
		author = nil
	}
	g.bringInto(r, d, &changed, m, nil, author)
	return nil
}

// tellThread adds the event of a changed thread.
func (g *guild) tellThread(r *request, d *draft, t *guildhall.Thread) {
	d.event("THREAD_UPDATE", r.audience(t.ID, guildhall.IntentGuilds), r.changedThread(t, 0))
}

// changedThread is a thread as it is being changed, as a user sees it.
func (r *request) changedThread(t *guildhall.Thread, user guildhall.UserID) *guildhall.Thread {
	shown := r.view.ShownThread(t, user, r.now)
	shown.Metadata = t.Metadata
	return shown
}

// roomForThread refuses one more active thread where there are as many as may be. Those that wait to be archived are looked
// through only when without them there is room.
func (r *request) roomForThread() error {
	n := r.view.OpenThreadCount()
	if r.limits.Room(guildhall.LimitActiveThreads, n) == nil {
		return nil
	}
	for _, t := range r.view.OpenThreads() {
		if r.view.ThreadArchived(t, r.now) {
			n--
		}
	}
	return r.limits.Room(guildhall.LimitActiveThreads, n)
}

// dropThreads removes the threads of a deleted channel. Clients are told of the channel alone.
func (g *guild) dropThreads(r *request, d *draft, channel guildhall.ChannelID) {
	for _, t := range r.view.ThreadsWhere(func(t *guildhall.Thread) bool { return t.ParentID == channel }) {
		g.dropThread(r, d, t)
	}
}

// dropThread removes a thread's rows. Its messages can't be reached without it.
func (g *guild) dropThread(r *request, d *draft, t *guildhall.Thread) {
	d.put(guildhall.ThreadRow(g.id, t).Deleted(), guildhall.PlaceRow(t.ID, r.object).Deleted())
	if members := r.view.ThreadMembers(t.ID); members != nil {
		d.put(guildhall.ThreadMembersRow(g.id, t.ID, nil).Deleted())
	}
	if last := r.view.LastMessage(t.ID); last != 0 {
		d.put(guildhall.LastMessageRow(g.id, t.ID, last).Deleted())
	}
	if pins := r.view.Pins(t.ID); pins != nil {
		d.put(guildhall.PinsRow(r.object, t.ID, pins).Deleted())
	}
}
