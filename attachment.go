package guildhall

// Limits of files that come with messages, and of what else a message's owner counts. Discord's values for those who pay
// for nothing.
// discord: reference#uploading-files
const (
	// AttachmentDescriptionMax is in characters.
	AttachmentDescriptionMax = 1024
)

// Attachment is a file that came with a message. What is stored of URL is where it could be had when the message was sent;
// links expire, so readers are given new ones.
// discord: resources/message#attachment-object
type Attachment struct {
	ID          Snowflake `json:"id"`
	Filename    string    `json:"filename"`
	Title       *string   `json:"title,omitempty"`
	Description *string   `json:"description,omitempty"`
	ContentType string    `json:"content_type,omitempty"`
	Size        int64     `json:"size"`
	URL         string    `json:"url"`
	ProxyURL    string    `json:"proxy_url"`
	Width       int       `json:"width,omitempty"`
	Height      int       `json:"height,omitempty"`
	Ephemeral   bool      `json:"ephemeral,omitempty"`
	Flags       int       `json:"flags,omitempty"`
}

// AttachmentKey is the name of the blob that holds an attachment. What a client calls its file is no part of it.
func AttachmentKey(id Snowflake) string { return "attachments/" + id.String() }

// KeepAttachment names an attachment that an edited message keeps.
type KeepAttachment struct {
	ID          Snowflake        `json:"id"`
	Description Optional[string] `json:"description,omitzero"`
}
