package crash_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"guildhall"
	"guildhall/history"
)

const (
	// keptMost bounds the files of a run, and with them the size of the disk.
	keptMost = 2000
	// fileSizeMost is so large that a file has many sectors.
	fileSizeMost = 20 << 10
)

// keeper remembers the files whose messages were acknowledged: they must be there as they were sent.
type keeper struct {
	mu    sync.Mutex
	files []keptFile // guarded by mu
}

// keptFile is an attachment.
type keptFile struct {
	link string // path and query: the server's address changes with each start
	sum  [sha256.Size]byte
}

func (k *keeper) add(f keptFile) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.files = append(k.files, f)
}

func (k *keeper) all() []keptFile {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Clone(k.files)
}

// sendFile sends a message with a file.
// discord: reference#uploading-files
func (w *writer) sendFile(ctx context.Context) error {
	w.serial++
	nonce := fmt.Sprintf("%s-%d", w.name, w.serial)
	content := "file " + nonce
	file := make([]byte, 1+w.rng.IntN(fileSizeMost))
	for i := range file {
		file[i] = byte(w.rng.Uint32())
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	payload, err := json.Marshal(map[string]any{"content": content, "nonce": nonce, "enforce_nonce": true})
	if err == nil {
		err = form.WriteField("payload_json", string(payload))
	}
	part, createErr := form.CreateFormFile("files[0]", nonce+".bin")
	if err = errors.Join(err, createErr); err != nil {
		return err
	}
	if _, err := part.Write(file); err != nil {
		return err
	}
	if err := form.Close(); err != nil {
		return err
	}
	var made struct {
		ID          guildhall.MessageID `json:"id"`
		Attachments []struct {
			URL  string `json:"url"`
			Size int    `json:"size"`
		} `json:"attachments"`
	}
	invoke := w.invoke(history.Send, 0, content)
	invoke.Nonce, invoke.Enforced = nonce, true
	err = w.attempt(ctx, invoke, func(base string) (guildhall.Snowflake, error) {
		err := w.client.send(ctx, base, http.MethodPost, messagesPath(w.channel), form.FormDataContentType(), bytes.NewReader(body.Bytes()), &made)
		return guildhall.Snowflake(made.ID), err
	})
	if err != nil {
		return err
	}
	if len(made.Attachments) != 1 || made.Attachments[0].Size != len(file) {
		return fmt.Errorf("attachments of message %s: %+v", made.ID, made.Attachments)
	}
	at, err := url.Parse(made.Attachments[0].URL)
	if err != nil {
		return err
	}
	w.keeper.add(keptFile{at.RequestURI(), sha256.Sum256(file)})
	return nil
}

// check reads some of the files by chance, or all, and returns how many; the first that is not as it was is an error.
func (k *keeper) check(ctx context.Context, base string, most int) (checked int, err error) {
	files := k.all()
	if len(files) > most {
		rand.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
		files = files[:most]
	}
	for _, f := range files {
		content, err := download(ctx, base+f.link)
		if err != nil {
			return checked, err
		}
		if sha256.Sum256(content) != f.sum {
			return checked, fmt.Errorf("%s has another content than was acknowledged: %d bytes", f.link, len(content))
		}
		checked++
	}
	return checked, nil
}

func download(ctx context.Context, link string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, answerMax))
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("GET %s: %d %s", link, response.StatusCode, content)
	}
	return content, err
}
