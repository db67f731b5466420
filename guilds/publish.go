package guilds

// pure core

import (
	"cmp"
	"slices"

	"guildhall"
)

// publish sends a message to the channels that follow its own.
func (g *guild) publish(r *request, d *draft, m *guildhall.Message) {
	g.tellFollowers(r, d, m, guildhall.Publishing{Parts: []guildhall.PublishingPart{{Channel: m.ChannelID, Message: m.ID, New: true}}})
}

// republish tells those to whom a message was published that it has changed.
func (g *guild) republish(r *request, d *draft, m *guildhall.Message) {
	if m.Flags&guildhall.MessageCrossposted != 0 {
		g.tellFollowers(r, d, m, guildhall.Publishing{Parts: []guildhall.PublishingPart{{Channel: m.ChannelID, Message: m.ID}}})
	}
}

// unpublish tells those to whom messages were published which of them are deleted.
func (g *guild) unpublish(r *request, d *draft, deleted ...*guildhall.Message) {
	var p guildhall.Publishing
	for _, m := range deleted {
		if m.Flags&guildhall.MessageCrossposted == 0 {
			continue
		}
		i := slices.IndexFunc(p.Parts, func(p guildhall.PublishingPart) bool { return p.Channel == m.ChannelID })
		if i < 0 {
			i = len(p.Parts)
			p.Parts = append(p.Parts, guildhall.PublishingPart{Channel: m.ChannelID})
		}
		p.Parts[i].Gone = append(p.Parts[i].Gone, m.ID)
	}
	g.tellFollowers(r, d, nil, p)
}

// What one record tells, and one that comes of it does, is bounded: neither is to be much longer than a batch.
const (
	// goneAtOnce is of how many deleted messages one record tells.
	goneAtOnce = 10
	// tellBytesMax bounds the follow-ups of one record, tellCopiesMax what of its copies is in a record of a guild that is told.
	tellBytesMax  = 48 << 10
	tellCopiesMax = 48 << 10
	// copyBytes is what a message takes besides what it says, goneBytes the id of one.
	copyBytes = 800
	goneBytes = 24
)

// tellFollowers tells the next guilds of messages, and itself to go on, so that no record grows with their number. Each guild
// is told in order and once, as by all follow-ups; what it is told is the message as of that record. There must be one follow-up
// to the guild itself: where it follows its own channel, it is told of both in one.
func (g *guild) tellFollowers(r *request, d *draft, m *guildhall.Message, p guildhall.Publishing) {
	followers := g.toTell(r, &p)
	if len(followers) == 0 {
		return
	}
	part := guildhall.PublishedPart{New: p.Parts[0].New, Gone: p.Parts[0].Gone[:min(len(p.Parts[0].Gone), goneAtOnce)]}
	if m != nil {
		part.Message = m.Shown()
	}
	guildsMax, webhooksMax := tellable(&part)
	var told []guildhall.PublishedPart
	var to []guildhall.GuildID
	left := followers
	for ; len(left) > 0; left = left[1:] {
		f, last := left[0], len(told)-1
		if last < 0 || to[last] != f.GuildID {
			if len(told) == guildsMax {
				break
			}
			told, to, last = append(told, part), append(to, f.GuildID), last+1
		}
		if len(told[last].Webhooks) == webhooksMax {
			break
		}
		told[last].Webhooks = append(told[last].Webhooks, f.WebhookID)
		p.After, p.AfterWebhook = f.GuildID, f.WebhookID
	}
	var next *guildhall.Publishing
	if len(left) == 0 {
		toldAll(&p)
	}
	if len(g.toTell(r, &p)) > 0 {
		next = &p
	}
	for i, guild := range to {
		body := guildhall.Published{Parts: told[i : i+1]}
		if guild == g.id {
			body.Next, next = next, nil
		}
		d.send(guildhall.GuildObject(guild), guildhall.CommandFollowerTell, body)
	}
	if next != nil {
		d.send(guildhall.GuildObject(g.id), guildhall.CommandPublishNext, next)
	}
}

// tellable is how many guilds are told of a part at once, and how many webhooks of each: one at least.
func tellable(part *guildhall.PublishedPart) (guilds, webhooks int) {
	size, copied := len(part.Gone)*goneBytes, len(part.Gone)*copyBytes
	if part.Message != nil {
		size = len(encode(part.Message))
		copied = size + copyBytes
	}
	guilds = min(tellBytesMax/(size+copyBytes), guildhall.FollowersAtOnce-1)
	return max(guilds, 1), max(tellCopiesMax/(2*copied), 1) // a copy is in the record as a row and in an event
}

// toTell are the followers that are still to be told of the first part, by guild. Parts that nobody is to be told of are left out.
func (g *guild) toTell(r *request, p *guildhall.Publishing) []*guildhall.Follower {
	for len(p.Parts) > 0 {
		followers := slices.DeleteFunc(r.view.Followers(p.Parts[0].Channel), func(f *guildhall.Follower) bool {
			return cmp.Or(cmp.Compare(f.GuildID, p.After), cmp.Compare(f.WebhookID, p.AfterWebhook)) <= 0
		})
		if len(followers) > 0 {
			slices.SortFunc(followers, func(a, b *guildhall.Follower) int {
				return cmp.Or(cmp.Compare(a.GuildID, b.GuildID), cmp.Compare(a.WebhookID, b.WebhookID))
			})
			return followers
		}
		if p.After == 0 {
			p.Parts[0].Gone = nil // nobody follows
		}
		toldAll(p)
	}
	return nil
}

// toldAll goes on to what all followers are to be told next.
func toldAll(p *guildhall.Publishing) {
	part, rest := p.Parts[0], p.Parts[1:]
	part.Gone = part.Gone[min(len(part.Gone), goneAtOnce):]
	if len(part.Gone) > 0 {
		rest = append([]guildhall.PublishingPart{part}, rest...)
	}
	p.Parts, p.After, p.AfterWebhook = rest, 0, 0
}

// publishing names the message that is being published.
func (g *guild) publishing(r *request) []guildhall.RowKey {
	p, err := body[guildhall.Publishing](r.cmd)
	if err != nil {
		return nil
	}
	return beingPublished(&p)
}

func beingPublished(p *guildhall.Publishing) []guildhall.RowKey {
	if len(p.Parts) == 0 || p.Parts[0].Message == 0 {
		return nil
	}
	return []guildhall.RowKey{guildhall.MessageKey(p.Parts[0].Channel, p.Parts[0].Message)}
}

// publishNext goes on with messages.
func (g *guild) publishNext(r *request, p guildhall.Publishing) (*draft, error) {
	d := &draft{}
	return d, g.goOnPublishing(r, d, p)
}

// goOnPublishing tells those who are next. Of a message that has been deleted meanwhile, its deletion tells.
func (g *guild) goOnPublishing(r *request, d *draft, p guildhall.Publishing) error {
	keys := beingPublished(&p)
	if len(keys) == 0 {
		g.tellFollowers(r, d, nil, p)
		return nil
	}
	value, ok := r.row(keys[0])
	if !ok {
		return nil
	}
	m, err := guildhall.DecodeMessage(value)
	if err != nil {
		return err
	}
	g.tellFollowers(r, d, m, p)
	return nil
}
