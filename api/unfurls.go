package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"guildhall"
	"guildhall/outbound"
	"guildhall/unfurl"
)

const (
	// linksMax is how many links of a message are looked at.
	linksMax = 5
	// unfurlsWaiting bounds the messages whose links wait to be fetched, each with its content; more are not unfurled.
	unfurlsWaiting = 256
	// unfurlsAtOnce bounds those under way. They mostly wait for others' servers.
	unfurlsAtOnce = 16
	// unfurlsPerAuthor bounds those of one author, waiting or under way: who links to slow servers keeps nobody else's
	// links waiting. As many as may be sent at once into one channel.
	unfurlsPerAuthor = 5
	// unfurlTime bounds what all links of a message may take, and unfurlTellTime telling the owner.
	unfurlTime     = 20 * time.Second
	unfurlTellTime = 5 * time.Second
	// pagesAtOnce bounds the pages that are fetched, pagesPerHost those from one host.
	pagesAtOnce  = 32
	pagesPerHost = 4
	// measuredAtOnce bounds the pictures that are fetched to be measured, so that there is room for those that somebody looks at.
	measuredAtOnce = 6
)

// unfurls shows what messages link to. It works through messages after they have been answered, and as well as it can: what
// waits when the process ends, or finds no place, is not unfurled. docs/decisions/013-unfurled-links.md
type unfurls struct {
	// fixed after newUnfurls
	unfurler *unfurl.Unfurler
	pages    *outbound.Client
	owners   Owners
	metrics  *metrics
	jobs     chan unfurlJob
	ctx      context.Context // ends with the API
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mu      sync.Mutex
	authors map[guildhall.UserID]int // messages waiting or under way, guarded by mu
}

// unfurlJob is a message with links.
type unfurlJob struct {
	message sentMessage
	links   []string
	// proxy gives the addresses at which pictures are shown.
	proxy func(string) string
}

// sentMessage is what of a message matters for its links.
type sentMessage struct {
	ID        guildhall.MessageID `json:"id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	Content   string              `json:"content"`
	Flags     int                 `json:"flags"`
	Author    struct {
		ID guildhall.UserID `json:"id"`
	} `json:"author"`
}

// newUnfurls starts to work.
func newUnfurls(strangers *outbound.Guard, e *externals, owners Owners, m *metrics, now func() time.Time) *unfurls {
	u := &unfurls{
		pages: outbound.NewClient(outbound.Config{
			Guard: strangers, Agent: fetchAgent, AtOnce: pagesAtOnce, PerHost: pagesPerHost, Waiting: unfurlsAtOnce * linksMax,
			Told: m.toldOf("links"),
		}),
		owners: owners, metrics: m, jobs: make(chan unfurlJob, unfurlsWaiting), authors: map[guildhall.UserID]int{},
	}
	places := make(chan struct{}, measuredAtOnce)
	measure := func(ctx context.Context, address string) (unfurl.Picture, error) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			return e.measure(ctx, address)
		case <-ctx.Done():
			return unfurl.Picture{}, context.Cause(ctx)
		}
	}
	u.unfurler = unfurl.New(unfurl.Config{Client: u.pages, Measure: measure, Now: now})
	u.ctx, u.cancel = context.WithCancel(context.Background())
	for range unfurlsAtOnce {
		u.running.Go(u.work)
	}
	return u
}

// close ends what is under way and drops what waits.
func (u *unfurls) close() {
	u.cancel()
	u.running.Wait()
	u.pages.Close()
}

// unfurl has the links in a message shown some time later. body is the owner's answer: the message, or something else that
// is not looked at. It never waits.
func (a *API) unfurl(h *http.Request, body any) {
	encoded, ok := body.(json.RawMessage)
	if a.unfurls == nil || !ok || !bytes.Contains(encoded, []byte("://")) {
		return
	}
	var m sentMessage
	const hidden = guildhall.MessageSuppressEmbeds | guildhall.MessageEphemeral
	if json.Unmarshal(encoded, &m) != nil || m.ID == 0 || m.Flags&hidden != 0 {
		return
	}
	if links := unfurl.Links(m.Content, linksMax); len(links) > 0 {
		a.unfurls.add(unfurlJob{m, links, a.proxied(h)})
	}
}

// unfurlPost is unfurl for the message that a thread begins with.
func (a *API) unfurlPost(h *http.Request, thread any) {
	var made struct {
		Message json.RawMessage `json:"message"`
	}
	if encoded, ok := thread.(json.RawMessage); ok && a.unfurls != nil && json.Unmarshal(encoded, &made) == nil {
		a.unfurl(h, made.Message)
	}
}

// add queues a message, or counts it as one too many.
func (u *unfurls) add(job unfurlJob) {
	author := job.message.Author.ID
	u.mu.Lock()
	full := u.authors[author] >= unfurlsPerAuthor
	if !full {
		u.authors[author]++
	}
	u.mu.Unlock()
	if full {
		u.metrics.unfurls.WithLabelValues("author_dropped").Inc()
		return
	}
	select {
	case u.jobs <- job:
	default:
		u.done(author)
		u.metrics.unfurls.WithLabelValues("dropped").Inc()
	}
}

func (u *unfurls) done(author guildhall.UserID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.authors[author]--; u.authors[author] == 0 {
		delete(u.authors, author)
	}
}

func (u *unfurls) work() {
	for {
		select {
		case <-u.ctx.Done():
			return
		case job := <-u.jobs:
			outcome := u.show(&job)
			u.done(job.message.Author.ID)
			u.metrics.unfurls.WithLabelValues(outcome).Inc()
		}
	}
}

// show makes the embeds of a message and has its owner add them.
func (u *unfurls) show(job *unfurlJob) (outcome string) {
	embeds := u.embeds(job)
	if len(embeds) == 0 {
		return "nothing"
	}
	ctx, cancel := context.WithTimeout(u.ctx, unfurlTellTime)
	defer cancel()
	cmd := newCommand(guildhall.CommandMessageUnfurl, guildhall.UnfurlMessage{
		ID: job.message.ID, Content: job.message.Content, Embeds: embeds,
	})
	cmd.Channel = job.message.ChannelID
	_, err := settled(u.owners.Command(ctx, cmd))
	var refused *guildhall.Error
	switch {
	case err == nil:
		return "shown"
	case errors.As(err, &refused) && refused.Status < http.StatusInternalServerError:
		return "refused" // the message is gone
	}
	return "failed"
}

// embeds are those of a message's links, in their order. They are fetched at the same time.
func (u *unfurls) embeds(job *unfurlJob) []json.RawMessage {
	ctx, cancel := context.WithTimeout(u.ctx, unfurlTime)
	defer cancel()
	found := make([]*unfurl.Embed, len(job.links))
	var all sync.WaitGroup
	for i, link := range job.links {
		all.Go(func() {
			e, err := u.unfurler.Embed(ctx, link)
			if err == nil && e != nil {
				found[i] = e.Proxied(job.proxy)
			}
		})
	}
	all.Wait()
	var embeds []json.RawMessage
	for _, e := range found {
		if e != nil {
			embeds = append(embeds, mustJSON(e))
		}
	}
	return embeds
}
