package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"guildhall"
	"guildhall/blob"
)

const (
	// headBytes is how much of a file is looked at for what it is and how large a picture. Headers of pictures are shorter;
	// one with more before its size has none told.
	headBytes = 64 << 10
	// fileNameMax bounds the names of files, in bytes.
	fileNameMax = 150
	// fileIndexMax bounds the n of files[n], which clients count from 0.
	fileIndexMax = 1 << 16
)

// errParts is for bodies with more parts than any message needs.
var errParts = guildhall.BadField("BASE_TYPE_MAX_LENGTH", fmt.Sprintf("Must be %d or fewer in length.", filesMax), "files")

var errFileTooLarge = &guildhall.Error{Status: http.StatusRequestEntityTooLarge, Code: 40005, Message: "Request entity too large"}

// upload is a file that has come with a request and lies in the blobs, before it is any message's.
type upload struct {
	index int
	guildhall.Attachment
}

// uploads takes a request's files as they come. What it keeps is dropped again unless the request succeeds.
type uploads struct {
	blobs  blob.Store
	limits *guildhall.Limits
	now    int64 // in Unix milliseconds
	last   guildhall.Snowflake
	files  []upload
}

// fileIndex reads the n of files[n]. Older clients send file, file0, file1, ….
// discord: reference#uploading-files
func fileIndex(name string) (n int, ok bool) {
	digits, found := strings.CutPrefix(name, "files[")
	if found {
		digits, found = strings.CutSuffix(digits, "]")
	} else if digits, found = strings.CutPrefix(name, "file"); digits == "" {
		digits = "0"
	}
	n, err := strconv.Atoi(digits)
	return n, found && err == nil && n >= 0 && n < fileIndexMax
}

// take keeps one part's file.
func (u *uploads) take(ctx context.Context, part *multipart.Part) error {
	index, ok := fileIndex(part.FormName())
	if !ok {
		_, err := io.Copy(io.Discard, part) // to the end, so that the client can hear the answer
		return err
	}
	if err := u.limits.Room(guildhall.LimitAttachments, len(u.files)); err != nil {
		return err
	}
	if slices.ContainsFunc(u.files, func(f upload) bool { return f.index == index }) {
		return guildhall.BadField("FILES_INDEX_TAKEN", "Two files have the same index.", "files")
	}
	id, err := u.nextID(ctx)
	if err != nil {
		return err
	}
	f := upload{index: index, Attachment: guildhall.Attachment{ID: id}}
	f.Filename = fileName(part.FileName())
	if title := strings.ToValidUTF8(part.FileName(), ""); title != f.Filename {
		f.Title = fileTitle(title)
	}
	file := &countingReader{r: part, most: int64(u.limits.Of(guildhall.LimitAttachmentBytes))}
	if err := u.blobs.Put(ctx, guildhall.AttachmentKey(id), file); err != nil {
		if file.err != nil {
			return file.err
		}
		return keepError(fmt.Errorf("keep attachment: %w", err))
	}
	f.Size = file.n
	f.describe(file.head, part.Header.Get("Content-Type"))
	u.files = append(u.files, f)
	return nil
}

// keepError is the answer when a file could not be kept, which is never the fault of who sent it.
func keepError(err error) error {
	if errors.Is(err, blob.ErrFull) {
		return guildhall.ErrFull.Because(err)
	}
	return guildhall.ErrInternal.Because(err)
}

// nextID makes an id that no blob has. Attachments are found by links, never by the slot in their id, so the bits below the
// time are chosen by chance.
func (u *uploads) nextID(ctx context.Context) (guildhall.Snowflake, error) {
	for {
		var b [4]byte
		_, _ = rand.Read(b[:]) // never fails
		id := guildhall.Snowflake(u.now-guildhall.Epoch)<<22 | guildhall.Snowflake(binary.BigEndian.Uint32(b[:])>>10)
		if id <= u.last {
			u.now++ // ids rise in the order of the files
			continue
		}
		open, err := u.blobs.Get(ctx, guildhall.AttachmentKey(id))
		if errors.Is(err, blob.ErrNotFound) {
			u.last = id
			return id, nil
		}
		if err != nil {
			return 0, keepError(fmt.Errorf("choose an attachment's id: %w", err))
		}
		if err := open.Close(); err != nil {
			return 0, keepError(fmt.Errorf("choose an attachment's id: %w", err))
		}
	}
}

// drop removes what was kept. A blob that can't be removed now is of no message, and costs room only.
func (u *uploads) drop(ctx context.Context) error {
	var problems []error
	for _, f := range u.files {
		problems = append(problems, u.blobs.Delete(ctx, guildhall.AttachmentKey(f.ID)))
	}
	u.files = nil
	return errors.Join(problems...)
}

// describe finds out what a file is by its first bytes; what the client says is told where they don't tell.
func (f *upload) describe(head []byte, declared string) {
	f.ContentType = servedType(head)
	if f.ContentType == "" {
		f.ContentType = "application/octet-stream"
		if kind, params, err := mime.ParseMediaType(declared); err == nil {
			f.ContentType = mime.FormatMediaType(kind, params)
		}
		return
	}
	if p, err := inspect(head); err == nil {
		f.Width, f.Height = p.width, p.height
	}
}

// fileName is a client's name for a file in letters that mean nothing to any path, header or address.
func fileName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			return r
		}
		return '_'
	}, strings.ToValidUTF8(name, "_"))
	clean = strings.TrimLeft(clean, ".")
	if len(clean) > fileNameMax {
		clean = clean[len(clean)-fileNameMax:] // the end says what kind it is
		clean = strings.TrimLeft(clean, ".")
	}
	if clean == "" {
		return "unknown"
	}
	return clean
}

// fileTitle is the name as it was, for people to read.
func fileTitle(name string) *string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if name = shortened(name); name == "" {
		return nil
	}
	return &name
}

// countingReader bounds a file and keeps its beginning.
type countingReader struct {
	r    io.Reader
	most int64 // bytes
	n    int64
	head []byte
	err  error
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if room := headBytes - len(c.head); room > 0 {
		c.head = append(c.head, p[:min(n, room)]...)
	}
	switch {
	case c.n > c.most:
		c.err = errFileTooLarge
		return n, c.err
	case err != nil && err != io.EOF:
		c.err = bodyError(err)
	}
	return n, err
}

// servedType is the type of a picture, sound or film that browsers may show in place; "" for all else. RFC 9110 §8.3, and
// what a client says of its file is not asked.
func servedType(head []byte) string {
	kind := http.DetectContentType(head[:min(len(head), 512)])
	kind, _, _ = strings.Cut(kind, ";")
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/wave", "audio/aiff", "audio/basic",
		"application/ogg", "video/mp4", "video/webm", "video/avi":
		if kind == "application/ogg" {
			return "audio/ogg"
		}
		return kind
	}
	if bytes.HasPrefix(head, []byte("fLaC")) {
		return "audio/flac"
	}
	return ""
}
