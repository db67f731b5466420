package guildhall

import "cmp"

// UserState is a user folded from the rows of its object.
type UserState struct {
	user        Layered[struct{}, *User]
	account     Layered[struct{}, *Account]
	application Layered[struct{}, *Application]
	tokens      Layered[string, *Token]
	guilds      Layered[GuildID, *GuildRef]
	privates    Layered[ChannelID, *PrivateRef]
	emojis      Layered[EmojiID, *CustomEmoji]
	commands    Layered[string, *ApplicationCommand]

	relationships Layered[UserID, *Relationship]
	notes         Layered[UserID, *Note]
	owned         Layered[ApplicationID, *OwnedApplication]
	grants        Layered[ApplicationID, *OAuth2Grant]
	codes         Layered[string, *OAuth2Code]
}

// Apply folds one row in; rows of other tables are passed over.
func (s *UserState) Apply(row *Row, phase Phase) error {
	if row.Table != TableState || row.Sort == "" {
		return nil
	}
	id := row.Sort[1:]
	switch row.Sort[0] {
	case stateUser:
		return apply(&s.user, struct{}{}, row, phase)
	case stateAccount:
		return apply(&s.account, struct{}{}, row, phase)
	case stateApplication:
		return apply(&s.application, struct{}{}, row, phase)
	case stateToken:
		return apply(&s.tokens, id, row, phase)
	case stateAppCommand:
		return apply(&s.commands, id, row, phase)
	case stateEmoji:
		return apply(&s.emojis, IDFromKey[emojiKind](id), row, phase)
	case statePrivate:
		return apply(&s.privates, IDFromKey[channelKind](id), row, phase)
	case stateRelationship:
		return apply(&s.relationships, IDFromKey[userKind](id), row, phase)
	case stateNote:
		return apply(&s.notes, IDFromKey[userKind](id), row, phase)
	case stateOAuth2:
		return s.applyOAuth2(id, row, phase)
	case stateGuildRef:
		return apply(&s.guilds, IDFromKey[guildKind](id), row, phase)
	}
	return nil
}

// Committed is the user without what is only proposed.
func (s *UserState) Committed() UserView { return UserView{s, false} }

// Proposed is the user with every change that is on its way.
func (s *UserState) Proposed() UserView { return UserView{s, true} }

// UserView reads one layer of a user's state.
type UserView struct {
	s      *UserState
	staged bool
}

// User gives what is public, or nil where there is no such user.
func (v UserView) User() *User {
	u, _ := v.s.user.Get(struct{}{}, v.staged)
	return u
}

// Account gives what is private, or nil.
func (v UserView) Account() *Account {
	a, _ := v.s.account.Get(struct{}{}, v.staged)
	return a
}

// Application gives a bot's application, or nil.
func (v UserView) Application() *Application {
	a, _ := v.s.application.Get(struct{}{}, v.staged)
	return a
}

// Token gives the token with that hash, or nil.
func (v UserView) Token(hash string) *Token {
	t, _ := v.s.tokens.Get(hash, v.staged)
	return t
}

// Tokens gives all tokens, oldest first, and by hash where they are equally old.
func (v UserView) Tokens() []*Token {
	return sorted(v.s.tokens.All(v.staged), func(a, b *Token) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.Hash, b.Hash))
	})
}

// GuildRef gives the entry of the guild list, or nil.
func (v UserView) GuildRef(id GuildID) *GuildRef {
	g, _ := v.s.guilds.Get(id, v.staged)
	return g
}

// Guilds gives the guild list by id.
func (v UserView) Guilds() []*GuildRef {
	return sorted(v.s.guilds.All(v.staged), func(a, b *GuildRef) int { return cmp.Compare(a.ID, b.ID) })
}

// Rows gives the committed state that a sessions node needs, as rows: never tokens or what is private.
func (s *UserState) Rows() []Row {
	v := s.Committed()
	u := v.User()
	if u == nil {
		return nil
	}
	rows := []Row{UserRow(u)}
	if a := v.Application(); a != nil {
		rows = append(rows, ApplicationRow(a))
	}
	for _, g := range v.Guilds() {
		rows = append(rows, GuildRefRow(u.ID, g))
	}
	for _, p := range v.Privates() {
		rows = append(rows, PrivateRefRow(u.ID, p))
	}
	for _, r := range v.Relationships() {
		rows = append(rows, RelationshipRow(u.ID, r))
	}
	return rows
}

// AllRows gives the whole committed state as rows, private parts included.
func (s *UserState) AllRows() []Row {
	rows := s.Rows()
	v := s.Committed()
	u := v.User()
	if u == nil {
		return rows
	}
	if a := v.Account(); a != nil {
		rows = append(rows, AccountRow(u.ID, a))
	}
	for _, t := range v.Tokens() {
		rows = append(rows, TokenRow(u.ID, t))
	}
	for _, c := range v.AppCommands() {
		rows = append(rows, UserAppCommandRow(c))
	}
	for _, p := range v.AllPrivates() {
		if !p.Open(u.ID) {
			rows = append(rows, PrivateRefRow(u.ID, p))
		}
	}
	rows = append(rows, v.oauth2Rows(u.ID)...)
	for _, n := range v.Notes() {
		rows = append(rows, NoteRow(u.ID, n))
	}
	for _, e := range v.Emojis() {
		rows = append(rows, EmojiRow(UserObject(u.ID), e))
	}
	return rows
}
