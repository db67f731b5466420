package routes

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

const (
	// usual is a request's time: a planned move of its slot, a takeover's retries and the work itself fit in.
	usual = 10 * time.Second

	// jsonBytes is far above any JSON body without images.
	jsonBytes = 1 << 20
	// imageBytes is a body with an image of 10 MiB as base64, and a little.
	imageBytes = 15 << 20
	// filesBytes is a body with ten files of 10 MiB, and a little.
	// discord: reference#uploading-files
	filesBytes = 102 << 20
)

// Table is every route that is served.
func Table() []Route {
	return slices.Concat(
		userRoutes(),
		privateRoutes(),
		applicationRoutes(),
		gatewayRoutes(),
		guildRoutes(),
		roleRoutes(),
		memberRoutes(),
		moderationRoutes(),
		inviteRoutes(),
		voiceRoutes(),
		eventRoutes(),
		channelRoutes(),
		threadRoutes(),
		messageRoutes(),
		pinRoutes(),
		pollRoutes(),
		interactionRoutes(),
		reactionRoutes(),
		webhookRoutes(), emojiRoutes(), stickerRoutes(),
		authRoutes(),
		accountRoutes(),
		relationshipRoutes(),
		ownApplicationRoutes(),
		oauth2Routes(),
		cdnRoutes(),
	)
}

// Adjusted is the table with other values for the limits of some buckets, as an operator has set them.
func Adjusted(table []Route, limits map[string]Limit) ([]Route, error) {
	table = slices.Clone(table)
	known := map[string]bool{}
	for i, r := range table {
		l, ok := limits[r.Limit.Bucket]
		if r.Limit.IsZero() || !ok {
			continue
		}
		known[r.Limit.Bucket] = true
		table[i].Limit.Requests, table[i].Limit.Per = l.Requests, l.Per
	}
	for bucket := range limits {
		if !known[bucket] {
			return nil, fmt.Errorf("no route has the rate-limit bucket %q", bucket)
		}
	}
	return table, nil
}

// get is the common form of a route that reads from one owner.
func get(name, path string) Route {
	return Route{Name: name, Method: http.MethodGet, Path: path, Criticality: Reading, Auth: Anyone, Timeout: usual}
}

// change is the common form of a route that commits one change and has no body.
func change(name, method, path string) Route {
	return Route{
		Name: name, Method: method, Path: path, Cost: Moderate, Criticality: Changing, Auth: Anyone, Timeout: usual,
	}
}

// The functions below set one thing of a route, so that the tables stay flat.

func (r Route) json() Route  { return r.body(JSON, jsonBytes) }
func (r Route) maybe() Route { return r.body(OptionalJSON, jsonBytes) }
func (r Route) image() Route { return r.body(JSON, imageBytes) }
func (r Route) from(s Source) Route {
	r.Source = s
	return r
}

func (r Route) body(kind Body, bytesMax int64) Route {
	r.Body, r.BodyBytesMax = kind, bytesMax
	return r
}

func (r Route) auth(a Auth) Route {
	r.Auth = a
	return r
}

func (r Route) cost(c Cost) Route {
	r.Cost = c
	return r
}

func (r Route) rank(c Criticality) Route {
	r.Criticality = c
	return r
}

func (r Route) limit(bucket string, requests int, per time.Duration) Route {
	r.Limit = Limit{bucket, requests, per}
	return r
}

// each counts the limit for each channel or guild.
func (r Route) each(resource string) Route {
	r.Resource = resource
	return r
}

// scope also admits the tokens that users have given to applications for it.
func (r Route) scope(s string) Route {
	r.Scope = s
	return r
}

// static is for answers that never change while the node runs and are the same for all.
func (r Route) static() Route {
	r.Down = Static
	return r
}
