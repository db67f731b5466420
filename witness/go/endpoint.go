package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/bwmarrin/discordgo"
)

// endpoint has another bot take its interactions over HTTP, with the library's check of signatures: the server's own check of
// the address passes only if both sign alike. discord: interactions/overview#setting-up-an-endpoint
func (w *witness) endpoint() error {
	bot := w.world.Bots[2]
	other, err := discordgo.New("Bot " + bot.Token)
	if err != nil {
		return err
	}
	application, err := other.Application("@me")
	if err != nil {
		return err
	}
	key, err := hex.DecodeString(application.VerifyKey)
	if err != nil || len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("the key is %q", application.VerifyKey)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	taken := make(chan discordgo.Interaction, 1)
	server := &http.Server{ReadHeaderTimeout: callTimeout, Handler: answering(key, taken)}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	defer func() {
		_ = server.Close()
		<-ended
	}()
	address := map[string]string{"interactions_endpoint_url": "http://" + listener.Addr().String()}
	if err := w.asPerson(0, http.MethodPatch, "/applications/"+bot.ApplicationID, address, nil); err != nil {
		return err
	}
	made, err := other.ApplicationCommandCreate(bot.ApplicationID, w.guild, &discordgo.ApplicationCommand{Name: "far", Description: "over HTTP"})
	if err != nil {
		return err
	}
	body := map[string]any{
		"type": 2, "application_id": bot.ApplicationID, "guild_id": w.guild, "channel_id": w.channel, "data": map[string]any{"id": made.ID, "type": 1},
	}
	if err := w.asPerson(0, http.MethodPost, "/interactions", body, nil); err != nil {
		return err
	}
	select {
	case i := <-taken:
		if i.ApplicationCommandData().Name != "far" || i.Member.User.ID != w.world.Users[0].ID {
			return fmt.Errorf("it took %+v", i)
		}
	case <-time.After(eventTimeout):
		return fmt.Errorf("nothing came within %v", eventTimeout)
	}
	_, err = expect(w.b, "MESSAGE_CREATE", func(m *discordgo.MessageCreate) bool { return m.Content == "by way of HTTP" && m.Author.ID == bot.ID })
	return err
}

// answering refuses what is not signed, answers a PING, and any other interaction with a message.
func answering(key ed25519.PublicKey, taken chan<- discordgo.Interaction) http.HandlerFunc {
	return func(out http.ResponseWriter, r *http.Request) {
		var i discordgo.Interaction
		if !discordgo.VerifyInteraction(r, key) {
			out.WriteHeader(http.StatusUnauthorized)
			return
		}
		if err := json.NewDecoder(r.Body).Decode(&i); err != nil {
			out.WriteHeader(http.StatusBadRequest)
			return
		}
		response := discordgo.InteractionResponse{Type: discordgo.InteractionResponsePong}
		if i.Type != discordgo.InteractionPing {
			response = discordgo.InteractionResponse{
				Type: discordgo.InteractionResponseChannelMessageWithSource, Data: &discordgo.InteractionResponseData{Content: "by way of HTTP"},
			}
			taken <- i
		}
		out.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(out).Encode(response) // the message that must come of it says the same
	}
}
