package guilds

// pure core

import (
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

// tellFollowers tells the next guilds of messages, and itself to go on, so that no record grows with their number. Each guild
// is told in order and once, as by all follow-ups; what it is told is the message as of that record. The guild itself comes
// last: there must be one follow-up to it.
func (g *guild) tellFollowers(r *request, d *draft, m *guildhall.Message, p guildhall.Publishing) {
	told := map[guildhall.GuildID]*guildhall.Published{}
	var left []guildhall.GuildID
	for _, part := range p.Parts {
		for _, f := range r.view.Followers(part.Channel) {
			if f.GuildID <= p.After && f.GuildID != g.id {
				continue
			}
			if told[f.GuildID] == nil {
				told[f.GuildID] = &guildhall.Published{}
				left = append(left, f.GuildID)
			}
			addTold(told[f.GuildID], part, m, f.WebhookID)
		}
	}
	slices.Sort(left)
	if i := slices.Index(left, g.id); i >= 0 {
		left = append(slices.Delete(left, i, i+1), g.id)
	}
	more := len(left) > guildhall.FollowersAtOnce
	if more {
		left = left[:guildhall.FollowersAtOnce-1]
	}
	for _, guild := range left {
		d.send(guildhall.GuildObject(guild), guildhall.CommandFollowerTell, told[guild])
	}
	if more {
		p.After = left[len(left)-1]
		d.send(guildhall.GuildObject(g.id), guildhall.CommandPublishNext, p)
	}
}

// addTold adds a webhook to those of its guild that are told of the same.
func addTold(to *guildhall.Published, part guildhall.PublishingPart, m *guildhall.Message, webhook guildhall.Snowflake) {
	told := guildhall.PublishedPart{New: part.New, Gone: part.Gone}
	if m != nil {
		told.Message = m.Shown()
	}
	last := len(to.Parts) - 1
	if last < 0 || !slices.Equal(to.Parts[last].Sources(), told.Sources()) {
		to.Parts = append(to.Parts, told)
		last++
	}
	to.Parts[last].Webhooks = append(to.Parts[last].Webhooks, webhook)
}

// publishing names the message that is being published.
func (g *guild) publishing(r *request) []guildhall.RowKey {
	p, err := body[guildhall.Publishing](r.cmd)
	if err != nil || len(p.Parts) == 0 || p.Parts[0].Message == 0 {
		return nil
	}
	return []guildhall.RowKey{guildhall.MessageKey(p.Parts[0].Channel, p.Parts[0].Message)}
}

// publishNext goes on with messages. Of one that has been deleted meanwhile, its deletion tells.
func (g *guild) publishNext(r *request, p guildhall.Publishing) (*draft, error) {
	d := &draft{}
	keys := g.publishing(r)
	if len(keys) == 0 {
		g.tellFollowers(r, d, nil, p)
		return d, nil
	}
	value, ok := r.row(keys[0])
	if !ok {
		return d, nil
	}
	m, err := guildhall.DecodeMessage(value)
	if err != nil {
		return nil, err
	}
	g.tellFollowers(r, d, m, p)
	return d, nil
}
