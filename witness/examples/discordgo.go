package main

import "os"
import "github.com/bwmarrin/discordgo"

func main() {
	bot, _ := discordgo.New("Bot " + os.Getenv("TOKEN"))
	bot.AddHandler(func(s *discordgo.Session, m *discordgo.MessageCreate) {
		if m.Content == "!ping" {
			s.ChannelMessageSend(m.ChannelID, "pong")
		}
	})
	if err := bot.Open(); err != nil {
		panic(err)
	}
	select {}
}
