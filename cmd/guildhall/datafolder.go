package main

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"guildhall/config"
)

// Files in the data folder that the server writes for commands and scripts.
const (
	endpointsFile     = "endpoints.json"
	operatorTokenFile = "operator-token"
	linkSecretFile    = "attachment-secret"
	blobsFolder       = "blobs"
)

const (
	secretBytes = 32
	// secretMin is the least length of a secret that an operator may have written into a file.
	secretMin = 16
)

// endpoints are where a running server listens.
type endpoints struct {
	URL     string `json:"url"`
	Gateway string `json:"gateway"`
	Ops     string `json:"ops,omitempty"`
	PID     int    `json:"pid"`
}

func writeEndpoints(dir string, e endpoints) error {
	content, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", endpointsFile, err)
	}
	return writeFile(filepath.Join(dir, endpointsFile), append(content, '\n'), 0o644)
}

func readEndpoints(dir string) (endpoints, error) {
	var e endpoints
	content, err := os.ReadFile(filepath.Join(dir, endpointsFile))
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(content, &e); err != nil {
		return e, fmt.Errorf("read %s: %w", endpointsFile, err)
	}
	return e, nil
}

// linkSecret signs the links to attachments, so that they stay good when the server starts again.
func linkSecret(dir string) ([]byte, error) {
	secret, err := secretFile(dir, linkSecretFile)
	return []byte(secret), err
}

// operatorToken reads the folder's token or makes one.
func operatorToken(dir string) (string, error) { return secretFile(dir, operatorTokenFile) }

// secretFile reads a secret of the folder's or makes one. Only its owner may read the file.
func secretFile(dir, name string) (string, error) {
	path := filepath.Join(dir, name)
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	// An empty file is none: an empty secret is one that everybody knows.
	known := strings.TrimSpace(string(content))
	switch {
	case len(known) >= secretMin:
		return known, nil
	case known != "":
		return "", fmt.Errorf("%s holds too short a secret: remove it, and a new one is made", path)
	}
	token := randomHex(secretBytes)
	if err := writeFile(path, []byte(token+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("write %s: %w", name, err)
	}
	return token, nil
}

// exposed lists what of the data folder others on this machine can read: the folder, and secrets in it. S49
func exposed(dir string) []config.Warning {
	if runtime.GOOS == "windows" {
		return nil // who may read is not in the mode there
	}
	var list []config.Warning
	for _, name := range []string{"", operatorTokenFile, linkSecretFile} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue // what is missing is made so that only the server can read it
		}
		list = append(list, config.Warning{Key: "data", Text: fmt.Sprintf("others on this machine can get at %s (mode %#o): chmod go= %[1]s", path, info.Mode().Perm())})
	}
	return list
}

// writeFile replaces a file whole, so that nobody reads half of it, not even after the power was lost.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	part := path + ".part"
	if err := writeSynced(part, content, mode); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

func writeSynced(path string, content []byte, mode fs.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Chmod(mode), file.Sync(), file.Close())
}

// syncFolder makes the names in a folder safe from a power loss.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // folders can't be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// randomHex makes n random bytes in hex.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
