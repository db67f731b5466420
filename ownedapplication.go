package guildhall

import "cmp"

// Commands and queries about applications as people own them.
const (
	CommandApplicationReserve = "application.reserve" // of the owner-to-be; – → OwnedApplication
	CommandApplicationOwned   = "application.owned"   // follow-up; OwnedApplication → –
	CommandApplicationGone    = "application.gone"    // follow-up; OwnedApplication → –
	CommandApplicationSecret  = "application.secret"  // system only; ApplicationSecret → –
	CommandTokenReset         = "token.reset"         // system only; Token → –; all others end
	QueryOwnedApplications    = "get.applications"    // – → []OwnedApplication
)

// OwnedApplication is an entry of a person's list of applications: an index, whose truth is each application's owner_id.
type OwnedApplication struct {
	ID        ApplicationID `json:"id"`
	CreatedAt Timestamp     `json:"created_at"`
}

// ApplicationSecret is the client secret's SHA-256 in hex.
type ApplicationSecret struct {
	Hash string `json:"hash"`
}

// The kinds of row that stand below stateOAuth2: the second byte of their sort key.
const (
	oauth2Owned   = 'a'
	oauth2Granted = 'g'
	oauth2Coded   = 'c'
)

func oauth2Row(id UserID, kind byte, key string, v any) Row {
	return stateRow(UserObject(id), stateOAuth2, string(kind)+key, v)
}

// OwnedApplicationRow is an entry of a person's list of applications.
func OwnedApplicationRow(id UserID, a *OwnedApplication) Row {
	return oauth2Row(id, oauth2Owned, a.ID.Key(), a)
}

// applyOAuth2 folds one of these rows in.
func (s *UserState) applyOAuth2(id string, row *Row, phase Phase) error {
	if id == "" {
		return nil
	}
	switch key := id[1:]; id[0] {
	case oauth2Owned:
		return apply(&s.owned, IDFromKey[applicationKind](key), row, phase)
	case oauth2Granted:
		return apply(&s.grants, IDFromKey[applicationKind](key), row, phase)
	case oauth2Coded:
		return apply(&s.codes, key, row, phase)
	}
	return nil
}

// Owned gives an entry of the list of applications, or nil.
func (v UserView) Owned(id ApplicationID) *OwnedApplication {
	a, _ := v.s.owned.Get(id, v.staged)
	return a
}

// OwnedApplications gives the list of applications, oldest first.
func (v UserView) OwnedApplications() []*OwnedApplication {
	return sorted(v.s.owned.All(v.staged), func(a, b *OwnedApplication) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
}

// oauth2Rows gives the committed rows of this kind.
func (v UserView) oauth2Rows(id UserID) []Row {
	var rows []Row
	for _, a := range v.OwnedApplications() {
		rows = append(rows, OwnedApplicationRow(id, a))
	}
	for _, g := range v.Grants() {
		rows = append(rows, OAuth2GrantRow(id, g))
	}
	for _, c := range v.Codes() {
		rows = append(rows, OAuth2CodeRow(id, c))
	}
	return rows
}
