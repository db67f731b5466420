package guildhall

// Commands of accounts, all of the system's: the API has checked who asks for them.
const (
	CommandMFAEnable  = "mfa.enable"  // MFA → Self; the API has seen a code of Step
	CommandMFAUse     = "mfa.use"     // MFACode → Self; the code is used up
	CommandMFACodes   = "mfa.codes"   // MFACode with new recovery codes → Self
	CommandMFADisable = "mfa.disable" // MFACode → Self
	CommandUserDelete = "user.delete" // DeleteUser → –; also a follow-up to a deleted person's applications

	// ClaimDeleted is the kind of claim that tells of a user who may have been deleted: id → the user. Its owner decides.
	ClaimDeleted = "deleted"
)

// MFA is an account's second factor.
type MFA struct {
	// Sealed is the secret that is shared with the authenticator app, encrypted. Only the API has the key: codes are looked
	// at there, and owners are told of which step they were.
	Sealed string `json:"sealed,omitempty"`
	// Secret is the same as earlier servers kept it; the next use seals it.
	Secret []byte `json:"secret,omitempty"`
	// Step is the newest time step of which a code has been used; that and older ones are refused.
	Step int64 `json:"step"`
	// Codes are the recovery codes that are left, each as its SHA-256 in hex.
	Codes []string `json:"codes,omitempty"`
}

// MFACode brings a code of the app, which the API has found right, or a recovery code. Either is good once.
type MFACode struct {
	// Step is that of the app's code, Sealed the secret that it belongs to: another may have been set since.
	Step   int64  `json:"step,omitempty"`
	Sealed string `json:"sealed,omitempty"`
	// Recovery is the SHA-256 of what may be a recovery code.
	Recovery string `json:"recovery,omitempty"`
	// Resealed replaces Sealed where that was made with an older key.
	Resealed string `json:"resealed,omitempty"`
	// Codes are the hashes of new recovery codes.
	Codes []string `json:"codes,omitempty"`
	// Force is the operator's: no code is needed.
	Force bool `json:"force,omitempty"`
}

// DeletedName is what is shown in the place of a deleted user's name.
const DeletedName = "Deleted User"
