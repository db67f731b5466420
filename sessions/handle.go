package sessions

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"guildhall"
	"guildhall/gateway"
)

// sessionIDBytes makes ids that can't be guessed.
const sessionIDBytes = 16

// handle works on one payload and gives the close code for what was wrong with it, or 0.
func (k *socket) handle(payload []byte) gateway.CloseCode {
	k.mu.Lock()
	r, err := k.protocol.receive(time.Now(), payload)
	key := k.key
	k.mu.Unlock()
	if err != nil {
		return codeOf(err)
	}
	switch r := r.(type) {
	case gateway.Heartbeat:
		k.send(gateway.HeartbeatACK)
	case *gateway.Identify:
		return k.identify(r)
	case *gateway.Resume:
		return k.resume(r)
	case *gateway.PresenceUpdate:
		k.server.step(func(c *Core) { c.SetPresence(time.Now(), key, r) })
	case *gateway.RequestGuildMembers:
		k.askMembers(key, r)
	case *gateway.VoiceStateUpdate:
		k.connect(key, r)
	case *gateway.RequestSoundboardSounds:
		k.sounds(key, r)
	}
	return 0
}

// checkKind is check with the kind of token that the client says it is. A bot's token comes with or without "Bot " before
// it, depending on the library; a person's with it is not valid, as in REST.
func (k *socket) checkKind(token string, ofBot bool) (guildhall.Identity, error) {
	id, err := k.check(token)
	if err == nil && ofBot && !id.Bot {
		err = gateway.CloseAuthenticationFailed
	}
	if errors.Is(err, gateway.CloseAuthenticationFailed) && k.server.config.Limits.Invalid(k.addr) {
		k.server.config.Log.Warn("an address has sent too many wrong tokens", "enforced", k.server.config.EnforceLimits)
	}
	return id, err
}

// check asks whose the token is. It waits for one of a bounded number of places.
func (k *socket) check(token string) (guildhall.Identity, error) {
	s := k.server
	ctx, leave, err := s.checkPlace()
	if err != nil {
		return guildhall.Identity{}, err
	}
	defer leave()
	id, err := s.auth.Authenticate(ctx, token)
	switch {
	case errors.Is(err, guildhall.ErrUnauthorized):
		return id, gateway.CloseAuthenticationFailed
	case err != nil:
		s.config.Log.Warn("authentication failed to tell", "error", err)
	}
	return id, err
}

// checkPlace waits for one of a bounded number of places. leave gives it back; ctx bounds the time in it.
func (s *Server) checkPlace() (ctx context.Context, leave func(), err error) {
	ctx, cancel := context.WithTimeout(s.ctx, callTimeout)
	select {
	case s.checks <- struct{}{}:
		return ctx, func() { <-s.checks; cancel() }, nil
	case <-ctx.Done():
		cancel()
		return nil, nil, guildhall.ErrOverloaded
	}
}

// account asks a person's owner for what only the person is told. Bots have nothing of the kind.
func (k *socket) account(id guildhall.Identity) (*guildhall.Account, error) {
	if id.Bot {
		return nil, nil
	}
	s := k.server
	ctx, leave, err := s.checkPlace()
	if err != nil {
		return nil, err
	}
	defer leave()
	cmd := numbered(guildhall.Command{Name: guildhall.QuerySelf, Object: guildhall.UserObject(id.User), Actor: id.User})
	var self guildhall.Self
	answer, err := s.query(ctx, cmd)
	if err == nil {
		err = json.Unmarshal(answer, &self)
	}
	if err != nil {
		s.config.Log.Warn("account not read", "error", err)
		return nil, err
	}
	return &guildhall.Account{Email: self.Email, Locale: self.Locale}, nil
}

// identify starts a session. discord: events/gateway#identifying
func (k *socket) identify(r *gateway.Identify) gateway.CloseCode {
	s := k.server
	if s.isDraining() {
		k.send(gateway.ReconnectPayload)
		return 0
	}
	id, err := k.checkKind(r.Token, r.BotToken)
	if err == nil {
		err = CheckIntents(id, r.Intents)
	}
	if err != nil {
		s.metrics.identifies.WithLabelValues("refused").Inc()
		return codeOf(err)
	}
	account, err := k.account(id)
	if err != nil {
		s.metrics.identifies.WithLabelValues("refused").Inc()
		return codeOf(err)
	}
	if !s.starts.use(time.Now(), id.User) {
		s.metrics.dropped.WithLabelValues("start_limit").Inc()
		if s.config.EnforceLimits {
			k.send(gateway.InvalidSessionPayload)
			return 0
		}
	}
	var raw [sessionIDBytes]byte
	_, _ = rand.Read(raw[:]) // never fails: crypto/rand ends the process instead
	begun := false
	s.step(func(c *Core) {
		key, ok := c.Identify(time.Now(), NewSession{
			ID: hex.EncodeToString(raw[:]), Identity: id, Identify: r, Version: k.params.Version, URL: k.resumeAt, Account: account,
		})
		if begun = ok; ok {
			k.take(key, r.Token)
		}
	})
	if !begun {
		s.metrics.identifies.WithLabelValues("full").Inc()
		k.send(gateway.InvalidSessionPayload)
		return 0
	}
	s.metrics.identifies.WithLabelValues("done").Inc()
	return 0
}

// take makes the socket the session's. It must be called within step.
func (k *socket) take(key Socket, token string) {
	k.server.sockets[key.Attach] = k
	k.mu.Lock()
	k.key, k.token = key, token
	k.protocol.Authenticated = true
	k.mu.Unlock()
}

// reauthenticate looks at the token once more.
func (k *socket) reauthenticate() {
	k.mu.Lock()
	token, key := k.token, k.key
	k.mu.Unlock()
	_, err := k.check(token)
	if err != nil && !errors.Is(err, gateway.CloseAuthenticationFailed) {
		k.close(codeOf(err)) // it can't be told now: the client comes again
		return
	}
	k.server.step(func(c *Core) { c.Reauthenticated(time.Now(), key, err == nil) })
}

// resume goes on with a session. discord: events/gateway#resuming
func (k *socket) resume(r *gateway.Resume) gateway.CloseCode {
	s := k.server
	if s.isDraining() {
		k.send(gateway.ReconnectPayload)
		return 0
	}
	id, err := k.checkKind(r.Token, r.BotToken)
	if err != nil {
		s.metrics.resumes.WithLabelValues("refused").Inc()
		return codeOf(err)
	}
	var outcome ResumeOutcome
	s.step(func(c *Core) {
		var key Socket
		if key, outcome = c.Resume(time.Now(), r.SessionID, id, *r.Sequence); outcome == Resumed {
			k.take(key, r.Token)
		}
	})
	switch outcome {
	case ResumeSequence:
		s.metrics.resumes.WithLabelValues("sequence").Inc()
		return gateway.CloseInvalidSequence
	case ResumeInvalid:
		s.metrics.resumes.WithLabelValues("invalid").Inc()
		k.send(gateway.InvalidSessionPayload)
	case Resumed:
		s.metrics.resumes.WithLabelValues("done").Inc()
	}
	return 0
}

// query asks an owner, and gives the body of its answer or why there is none.
func (s *Server) query(ctx context.Context, q *guildhall.Command) ([]byte, error) {
	answer, err := s.owners.Query(ctx, q)
	switch {
	case err != nil:
		return nil, err
	case answer.Status == guildhall.Refused && answer.Err != nil:
		return nil, answer.Err
	case answer.Status != guildhall.Done:
		return nil, guildhall.ErrUnavailable
	}
	return answer.Body, nil
}

// sounds answers that a guild has none, which is so for all.
// discord: events/gateway-events#soundboard-sounds
func (k *socket) sounds(key Socket, r *gateway.RequestSoundboardSounds) {
	for _, guild := range r.Guilds() {
		data := gateway.Encode(struct {
			GuildID guildhall.GuildID `json:"guild_id"`
			Sounds  []struct{}        `json:"soundboard_sounds"`
		}{guild, []struct{}{}})
		k.server.step(func(c *Core) { c.Dispatch(time.Now(), key, guild, gateway.EventSoundboardSounds, data) })
	}
}

// numbered is a command or query with a request id of its own.
func numbered(cmd guildhall.Command) *guildhall.Command {
	_, _ = rand.Read(cmd.RequestID[:]) // never fails: crypto/rand ends the process instead
	return &cmd
}
