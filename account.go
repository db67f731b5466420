package guildhall

// Commands of accounts, all of the system's: the API has checked who asks for them.
const (
	CommandMFAEnable  = "mfa.enable"  // MFAEnable → Self
	CommandMFAUse     = "mfa.use"     // MFACode → –; the code is used up
	CommandMFACodes   = "mfa.codes"   // MFACode with new recovery codes → –
	CommandMFADisable = "mfa.disable" // MFACode → Self; without a code for the operator
	CommandUserDelete = "user.delete" // DeleteUser → –; also a follow-up to a deleted person's applications

	// ClaimDeleted is the kind of claim that tells of a user who may have been deleted: id → the user. Its owner decides.
	ClaimDeleted = "deleted"
)

// MFA is an account's second factor.
type MFA struct {
	// Secret is shared with the authenticator app.
	Secret []byte `json:"secret"`
	// Step is the newest time step of which a code has been used; that and older ones are refused.
	Step int64 `json:"step"`
	// Codes are the recovery codes that are left, each as its SHA-256 in hex.
	Codes []string `json:"codes,omitempty"`
}

// MFAEnable turns the second factor on. Code shows that the app has the secret.
type MFAEnable struct {
	MFA
	Code string `json:"code"`
}

// MFACode brings a code of the app, or a recovery code. Codes are the hashes of new recovery codes.
type MFACode struct {
	Code  string   `json:"code"`
	Codes []string `json:"codes,omitempty"`
}

// DeletedName is what is shown in the place of a deleted user's name.
const DeletedName = "Deleted User"
