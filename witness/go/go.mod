module guildhall/witness/go

go 1.26.0

require github.com/bwmarrin/discordgo v0.29.0
