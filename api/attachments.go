package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"guildhall"
	"guildhall/blob"
)

// newAttachments are the files that came with the request, as the form describes them: an element of attachments whose id is
// the n of files[n] gives it a description.
// discord: reference#uploading-files
func (a *API) newAttachments(r *request, f *form) []guildhall.Attachment {
	described := f.attachmentFields()
	var list []guildhall.Attachment
	for i := range r.files {
		file := r.files[i].Attachment
		if d, ok := described[guildhall.Snowflake(r.files[i].index)]; ok {
			file.Description = d.Pointer()
			delete(described, guildhall.Snowflake(r.files[i].index))
		}
		list = append(list, file)
	}
	return a.link(r.http, r.channel(), list)
}

// createdAttachments is newAttachments for a message that is only being made: there is nothing else to describe.
func (a *API) createdAttachments(r *request, f *form) []guildhall.Attachment {
	for id := range f.attachmentFields() {
		if !r.hasFile(id) {
			f.fail("ATTACHMENT_NOT_FOUND", "No file has come for this attachment.", "attachments")
		}
	}
	return a.newAttachments(r, f)
}

// keptAttachments are those of a message's own attachments that an edit names; all where it names none.
// discord: resources/message#edit-message
func (f *form) keptAttachments(r *request) guildhall.Optional[[]guildhall.KeepAttachment] {
	if _, set := f.fields["attachments"]; !set {
		return guildhall.Optional[[]guildhall.KeepAttachment]{}
	}
	kept := []guildhall.KeepAttachment{}
	for id, description := range f.attachmentFields() {
		if !r.hasFile(id) {
			kept = append(kept, guildhall.KeepAttachment{ID: id, Description: description})
		}
	}
	return guildhall.Some(kept)
}

func (r *request) hasFile(id guildhall.Snowflake) bool {
	for _, f := range r.files {
		if guildhall.Snowflake(f.index) == id {
			return true
		}
	}
	return false
}

// attachmentFields reads the form's attachments by id. Clients send what else they know of one, which is not theirs to say.
func (f *form) attachmentFields() map[guildhall.Snowflake]guildhall.Optional[string] {
	found := map[guildhall.Snowflake]guildhall.Optional[string]{}
	forms, _ := f.objects("attachments", 2*filesMax)
	for _, inner := range forms {
		raw, _, ok := inner.get("id")
		if !ok {
			inner.required("id")
			continue
		}
		id, err := strconv.ParseUint(unquoted(raw), 10, 64)
		if err != nil {
			wrong := notSnowflake(unquoted(raw), "id")
			inner.fail(wrong.Code, wrong.Message, wrong.Path...)
			continue
		}
		found[guildhall.Snowflake(id)] = inner.text("description", 0, guildhall.AttachmentDescriptionMax)
	}
	return found
}

// dropFiles removes a request's files when it is certain that no message has them: not after an error that leaves open what
// was done.
func (a *API) dropFiles(x *exchange, u *uploads, err error) {
	if u == nil || len(u.files) == 0 || err == nil {
		return
	}
	var refused *guildhall.Error
	if !errors.As(err, &refused) || refused.Status >= http.StatusInternalServerError {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.http.Context()), dropTime)
	defer cancel()
	if err := u.drop(ctx); err != nil {
		a.log.Warn("files of a refused request stay behind", "route", x.name(), "error", err)
	}
}

// dropTime bounds the removal of a refused request's files.
const dropTime = 5 * time.Second

// cdnAttachment serves a file to who has a link that is good. Nothing in it is ever run, whatever it holds.
// discord: reference#signed-attachment-cdn-urls
func (a *API) cdnAttachment(ctx context.Context, r *request) (any, error) {
	file := guildhall.Attachment{ID: r.ids["attachment_id"], Filename: r.params["file"]}
	left, ok := a.links.check(attachmentPath(r.channel(), &file), r.http.URL.Query(), a.now())
	if !ok {
		return nil, guildhall.ErrNotFound
	}
	open, err := a.deps.Blobs.Get(ctx, guildhall.AttachmentKey(file.ID))
	if errors.Is(err, blob.ErrNotFound) {
		return nil, guildhall.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open attachment: %w", err)
	}
	head := make([]byte, min(open.Size(), 512))
	if _, err := io.ReadFull(open, head); err != nil {
		return nil, errors.Join(fmt.Errorf("read attachment: %w", err), open.Close())
	}
	kind, disposition := servedType(head), "inline"
	if kind == "" {
		kind, disposition = "application/octet-stream", "attachment"
	}
	return reply{write: func(w http.ResponseWriter, h *http.Request) {
		defer func() { _ = open.Close() }() // it was only read
		// An attachment never changes, and a link to it is good for a while only.
		maxAge := int(min(left, linkLife).Seconds())
		header := w.Header()
		header.Set("Content-Type", kind)
		header.Set("Content-Disposition", disposition+`; filename="`+fileName(file.Filename)+`"`)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
		header.Set("Cross-Origin-Resource-Policy", "cross-origin")
		header.Set("ETag", `"`+file.ID.String()+`"`)
		header.Set("Cache-Control", fmt.Sprintf("private, max-age=%d, immutable", maxAge))
		http.ServeContent(w, h, "", time.Time{}, open)
	}}, nil
}
