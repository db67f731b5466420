package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"guildhall"
)

const (
	// linkLife is for how long a link to an attachment is good, at least; linkRound is by how much more at most, so that the
	// same file has the same link for a while and caches can know it.
	// discord: reference#signed-attachment-cdn-urls
	linkLife  = 24 * time.Hour
	linkRound = time.Hour
)

// links signs the addresses of attachments, and checks them.
type links struct {
	secret []byte // fixed after New
}

// sign makes the query by which an attachment can be had. Times are seconds in hexadecimal.
// discord: reference#signed-attachment-cdn-urls
func (l *links) sign(path string, now time.Time) string {
	issued := now.Truncate(linkRound)
	is, ex := hexTime(issued), hexTime(issued.Add(linkRound+linkLife))
	return "ex=" + ex + "&is=" + is + "&hm=" + hex.EncodeToString(l.mac(path, ex, is)) + "&"
}

func hexTime(t time.Time) string { return strconv.FormatInt(t.Unix(), 16) }

func (l *links) mac(path, ex, is string) []byte {
	h := hmac.New(sha256.New, l.secret)
	h.Write([]byte(path + "\n" + ex + "\n" + is))
	return h.Sum(nil)
}

// check tells whether a query of that path was signed here, and until when it is good.
func (l *links) check(path string, q url.Values, now time.Time) (left time.Duration, ok bool) {
	ex, is := q.Get("ex"), q.Get("is")
	mac, err := hex.DecodeString(q.Get("hm"))
	if err != nil || !hmac.Equal(mac, l.mac(path, ex, is)) {
		return 0, false
	}
	until, err := strconv.ParseInt(ex, 16, 64)
	if err != nil {
		return 0, false
	}
	left = time.Unix(until, 0).Sub(now)
	return left, left > 0
}

// attachmentPath is where below the CDN an attachment is.
func attachmentPath(channel guildhall.ChannelID, a *guildhall.Attachment) string {
	return "/cdn/attachments/" + channel.String() + "/" + a.ID.String() + "/" + a.Filename
}

// link gives attachments the addresses at which they can be had from now on.
func (a *API) link(h *http.Request, channel guildhall.ChannelID, list []guildhall.Attachment) []guildhall.Attachment {
	linked := make([]guildhall.Attachment, len(list))
	for i, f := range list {
		path := attachmentPath(channel, &f)
		f.URL = a.publicURL(h) + path + "?" + a.links.sign(path, a.now())
		f.ProxyURL = f.URL
		linked[i] = f
	}
	return linked
}

// publicURL is where clients reach this server.
func (a *API) publicURL(h *http.Request) string {
	if a.cfg.PublicURL != "" {
		return a.cfg.PublicURL
	}
	return "http://" + h.Host
}

// linkMessage is the message with links that are good from now on, in what it quotes too. The message itself is not changed.
func (a *API) linkMessage(h *http.Request, m *guildhall.Message) *guildhall.Message {
	m = a.reproxied(h, m)
	if len(m.Attachments) == 0 && m.ReferencedMessage.Or(nil) == nil && len(m.MessageSnapshots) == 0 {
		return m
	}
	linked := *m
	linked.Attachments = a.link(h, m.ChannelID, m.Attachments)
	linked.MessageSnapshots = slices.Clone(m.MessageSnapshots)
	for i := range linked.MessageSnapshots {
		forwarded := &linked.MessageSnapshots[i].Message
		forwarded.Attachments = a.link(h, m.ChannelID, forwarded.Attachments)
	}
	linked = *linked.Linked()
	if referenced := m.ReferencedMessage.Or(nil); referenced != nil {
		linked.ReferencedMessage = guildhall.Some(a.linkMessage(h, referenced))
	}
	return &linked
}
