package guildhall

// Commands and queries about a guild's integrations, which are its bots: each bears its application's id.
const (
	CommandIntegrationDelete = "integration.delete" // IntegrationRef → –; removes the bot
	QueryIntegrations        = "get.integrations"   // – → []Integration
)

// IntegrationRef names an integration.
type IntegrationRef struct {
	ID ApplicationID `json:"id"`
}

// Integration is a bot as something that a guild has.
// discord: resources/guild#integration-object
type Integration struct {
	ID          ApplicationID          `json:"id"`
	Name        string                 `json:"name"`
	Type        string                 `json:"type"`
	Enabled     bool                   `json:"enabled"`
	Account     IntegrationAccount     `json:"account"`
	Application IntegrationApplication `json:"application"`
	Scopes      []string               `json:"scopes"`
}

// IntegrationAccount is discord: resources/guild#integration-account-object
type IntegrationAccount struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// IntegrationApplication is discord: resources/guild#integration-application-object
type IntegrationApplication struct {
	ID          ApplicationID `json:"id"`
	Name        string        `json:"name"`
	Icon        *string       `json:"icon"`
	Description string        `json:"description"`
	// Summary is empty and no longer documented; discord.py ends its session without it.
	Summary string `json:"summary"`
	Type    *int   `json:"type"`
	Bot     *User  `json:"bot,omitempty"`
}

// NewIntegration is the integration of a bot.
func NewIntegration(bot User) Integration {
	id := ApplicationID(bot.ID)
	return Integration{
		ID: id, Name: bot.Username, Type: "discord", Enabled: true, Scopes: []string{"applications.commands", "bot"},
		Account:     IntegrationAccount{ID: id.String(), Name: bot.Username},
		Application: IntegrationApplication{ID: id, Name: bot.Username, Bot: &bot},
	}
}
