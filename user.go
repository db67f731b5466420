package guildhall

// User is what anyone may see of a person or a bot.
// discord: resources/user#user-object
type User struct {
	ID            UserID  `json:"id"`
	Username      string  `json:"username"`
	Discriminator string  `json:"discriminator"`
	GlobalName    *string `json:"global_name"`
	Avatar        *string `json:"avatar"`
	Bot           bool    `json:"bot,omitempty"`
	System        bool    `json:"system,omitempty"`
	Banner        *string `json:"banner"`
	AccentColor   *int    `json:"accent_color"`
	PublicFlags   int     `json:"public_flags"`
	// Flags are the public ones here; Discord's document asks for both.
	Flags int `json:"flags"`
	// Decoration and collectibles are Discord's shop; always null here.
	AvatarDecorationData *struct{} `json:"avatar_decoration_data"`
	Collectibles         *struct{} `json:"collectibles"`
	PrimaryGuild         *struct{} `json:"primary_guild"`
	Clan                 *struct{} `json:"clan"`
}

// Account is what only the user itself and the operator may know. It is a row of the user's object.
type Account struct {
	Email        *string `json:"email,omitempty"`
	PasswordHash string  `json:"password_hash,omitempty"`
	Locale       string  `json:"locale,omitempty"`
	Operator     bool    `json:"operator,omitempty"`
	Disabled     bool    `json:"disabled,omitempty"`
	// Deleted accounts are disabled for ever.
	Deleted bool `json:"deleted,omitempty"`
	MFA     *MFA `json:"mfa,omitempty"`
	// ClientSecret is the hash of an application's; empty where none was asked for.
	ClientSecret string `json:"client_secret,omitempty"`
}

// Self is a user as it sees itself.
type Self struct {
	User
	Verified    bool    `json:"verified"`
	Email       *string `json:"email"`
	MFAEnabled  bool    `json:"mfa_enabled"`
	Locale      string  `json:"locale"`
	PremiumType int     `json:"premium_type"`
	Flags       int     `json:"flags"`
	Bio         string  `json:"bio"`
}

// NewSelf joins what is public and what is private of a user. Nobody here has shown that an address is theirs: an
// application that takes people in by a verified one must not be told that it is. Bots count as verified, as on Discord.
func NewSelf(u *User, a *Account) Self {
	s := Self{User: *u, Verified: u.Bot, Locale: "en-US", Flags: u.PublicFlags}
	if a != nil {
		s.Email, s.MFAEnabled = a.Email, a.MFA != nil
		if a.Locale != "" {
			s.Locale = a.Locale
		}
	}
	return s
}

// Token is one credential of a user, known by its SHA-256 only.
type Token struct {
	Hash      string    `json:"hash"`
	CreatedAt Timestamp `json:"created_at"`
	// Kind is "bot" or "login".
	Kind string `json:"kind"`
	// Client is what the program that signed in called itself.
	Client string `json:"client,omitempty"`
}

// GuildRef is an entry of a user's guild list: an index of the guilds' member tables, which are the truth.
type GuildRef struct {
	ID       GuildID   `json:"id"`
	JoinedAt Timestamp `json:"joined_at"`
}

// Application flags that say which privileged intents an application may use.
// discord: resources/application#application-object-application-flags
const (
	ApplicationPresence              = 1 << 12
	ApplicationPresenceLimited       = 1 << 13
	ApplicationGuildMembers          = 1 << 14
	ApplicationGuildMembersLimited   = 1 << 15
	ApplicationMessageContent        = 1 << 18
	ApplicationMessageContentLimited = 1 << 19
)

// Application is what a bot belongs to; it is a row of the bot user's object and shares its id.
// discord: resources/application#application-object
type Application struct {
	ID          ApplicationID `json:"id"`
	Name        string        `json:"name"`
	Icon        *string       `json:"icon"`
	Description string        `json:"description"`
	OwnerID     UserID        `json:"owner_id"`
	BotPublic   bool          `json:"bot_public"`
	CodeGrant   bool          `json:"bot_require_code_grant"`
	VerifyKey   string        `json:"verify_key"`
	Flags       int           `json:"flags"`
	Tags        []string      `json:"tags,omitempty"`
	// RedirectURIs are where people may be sent back to by /oauth2/authorize.
	RedirectURIs []string `json:"redirect_uris,omitempty"`
	// InteractionsEndpointURL is where interactions go in place of the gateway.
	InteractionsEndpointURL *string `json:"interactions_endpoint_url,omitempty"`
}

// AllowedIntents are the privileged intents that the application's flags grant.
func (a *Application) AllowedIntents() Intents {
	var in Intents
	if a.Flags&(ApplicationPresence|ApplicationPresenceLimited) != 0 {
		in |= IntentGuildPresences
	}
	if a.Flags&(ApplicationGuildMembers|ApplicationGuildMembersLimited) != 0 {
		in |= IntentGuildMembers
	}
	if a.Flags&(ApplicationMessageContent|ApplicationMessageContentLimited) != 0 {
		in |= IntentMessageContent
	}
	return in
}
