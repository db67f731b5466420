package crash_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"guildhall"
)

const (
	// requestTimeout is longer than a server lets a request wait.
	requestTimeout = 20 * time.Second
	// answerMax bounds an answer.
	answerMax = 16 << 20
)

// refusal is an answer that says no.
// discord: reference#error-messages
type refusal struct {
	Status  int
	Code    int    `json:"code"`
	Message string `json:"message"`
	Body    string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.Status, r.Body) }

// The refusals that the tests ask for.
// discord: topics/opcodes-and-status-codes#json-json-error-codes
const (
	unknownMessage     = 10008
	missingAccess      = 50001
	missingPermissions = 50013
)

// refused gives the refusal in an error; nil for other errors.
func refused(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return nil
}

// certain tells whether a request that failed certainly had no effect: it was refused as what it is.
func certain(err error) bool {
	r := refused(err)
	return r != nil && r.Status < http.StatusInternalServerError
}

// client is one identity's way to the REST API.
type client struct {
	http  *http.Client
	token string // with "Bot " where it is a bot's
}

// newClient makes a client with connections of its own.
func newClient(token string) *client {
	return &client{http: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{}}, token: token}
}

// do sends a request to the server at base and reads the answer into into, if that is not nil. An answer that is not
// 2xx is a *refusal.
func (c *client) do(ctx context.Context, base, method, path string, body, into any) error {
	if body == nil {
		return c.send(ctx, base, method, path, "", nil, into)
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.send(ctx, base, method, path, "application/json", bytes.NewReader(text), into)
}

// send is do with a body of any type.
func (c *client) send(ctx context.Context, base, method, path, contentType string, content io.Reader, into any) error {
	request, err := http.NewRequestWithContext(ctx, method, base+"/api/v10"+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", c.token)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, answerMax))
	if err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	if response.StatusCode/100 != 2 {
		r := &refusal{Status: response.StatusCode, Body: string(text)}
		_ = json.Unmarshal(text, r) // a body that is no JSON is shown as it is
		return fmt.Errorf("%s %s: %w", method, path, r)
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s %s: answer: %w: %s", method, path, err, text)
	}
	return nil
}

// message is what the tests look at of a message.
// discord: resources/message#message-object
type message struct {
	ID        guildhall.MessageID `json:"id"`
	ChannelID guildhall.ChannelID `json:"channel_id"`
	Content   string              `json:"content"`
	Author    struct {
		ID guildhall.UserID `json:"id"`
	} `json:"author"`
	Nonce string `json:"nonce"`
}

// messagesMax is the most messages that a page can hold.
// discord: resources/message#get-channel-messages
const messagesMax = 100

func messagesPath(channel guildhall.ChannelID) string {
	return "/channels/" + channel.String() + "/messages"
}

func messagePath(channel guildhall.ChannelID, id guildhall.MessageID) string {
	return messagesPath(channel) + "/" + id.String()
}

func reactionPath(channel guildhall.ChannelID, id guildhall.MessageID, emoji string) string {
	return messagePath(channel, id) + "/reactions/" + url.PathEscape(emoji) + "/@me"
}

// gatewayURL asks for the gateway's address.
func (c *client) gatewayURL(ctx context.Context, base string) (string, error) {
	var answer struct {
		URL string `json:"url"`
	}
	if err := c.do(ctx, base, http.MethodGet, "/gateway", nil, &answer); err != nil {
		return "", err
	}
	return answer.URL, nil
}
