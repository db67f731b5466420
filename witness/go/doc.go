// Command go drives a Guildhall server with unmodified discordgo: two bots and
// a person go through REST and the gateway, and each call is answered by the
// event the second bot must see. It prints one JSON line per check.
//
// discordgo has no setting for the server's address. Its endpoints all derive
// from one string variable, so the linker sets it:
//
//	go build -ldflags "-X github.com/bwmarrin/discordgo.EndpointDiscord=URL/ -X github.com/bwmarrin/discordgo.EndpointCDN=URL/cdn/"
package main
