package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"guildhall"
	"guildhall/api"
	"guildhall/store"
)

const (
	// factorKeyFile lies beside the store and not in it: who gets hold of the database alone has no authenticator app's secret.
	factorKeyFile = "factor-key"
	// claimFactorKey says that there has been a key. Its one name leads to no object.
	claimFactorKey     = "factor-key"
	claimFactorKeyMade = "made"
	factorKeyLength    = 32
)

// factorKeys reads the folder's keys, and makes the first. It does not make another in the place of one that is lost: what
// was sealed with it would be lost without a word.
func factorKeys(ctx context.Context, dir string, claims store.Claims) (*api.FactorKeys, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	path := filepath.Join(dir, factorKeyFile)
	made, err := claims.Claimed(ctx, claimFactorKey, claimFactorKeyMade)
	if err != nil {
		return nil, fmt.Errorf("look up the key for second factors: %w", err)
	}
	text, err := readFactorKeys(path)
	if errors.Is(err, fs.ErrNotExist) {
		if !made.IsZero() {
			return nil, fmt.Errorf("%s is missing, with which the secrets of people's authenticator apps are sealed"+
				"\nput it back from where its copies are; or, if there is none, make another with `guildhall admin factor-key --data %s`:"+
				"\npeople with a second factor then need a recovery code, or `guildhall admin user reset`", path, dir)
		}
		if text, err = addFactorKey(path); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	keys, err := api.ParseFactorKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if made.IsZero() {
		if _, err := claims.Claim(ctx, claimFactorKey, claimFactorKeyMade, guildhall.UserObject(1)); err != nil {
			return nil, fmt.Errorf("note the key for second factors: %w", err)
		}
	}
	return keys, nil
}

// readFactorKeys refuses keys that others on the machine can read.
func readFactorKeys(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", factorKeyFile, err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("%s can be read by others (mode %#o)\nrun chmod 600 on it, and replace the key with `guildhall admin factor-key`", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", factorKeyFile, err)
	}
	return string(text), nil
}

// addFactorKey puts a new key before those that the file has, and gives its text.
func addFactorKey(path string) (string, error) {
	text, err := readFactorKeys(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	text = strings.TrimSpace(randomHex(factorKeyLength)+"\n"+text) + "\n"
	if _, err := api.ParseFactorKeys(text); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if err := writeFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("write %s: %w", factorKeyFile, err)
	}
	return text, nil
}

// adminFactorKey replaces the key. It works on the file alone, so that it helps a server that does not start.
func adminFactorKey(_ context.Context, s streams, args []string) error {
	const summary = `Makes a new key for the secrets of authenticator apps, in DIR/factor-key. The server uses it from its next start
on, and the older ones for what they have sealed. A line of the file can go when nobody has signed in with it for long.`
	f := flagSet("admin factor-key")
	given := settingFlags(f, "data")
	rest, err := parse(f, s, summary, args)
	if err != nil {
		return helpOr(err)
	}
	if len(rest) > 0 {
		return usagef("admin factor-key: %q is not a flag", rest[0])
	}
	c, err := load(s, given)
	if err != nil {
		return err
	}
	path := filepath.Join(c.Data, factorKeyFile)
	text, err := addFactorKey(path)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%s now has %d key(s); restart the server to use the new one\n", path, strings.Count(text, "\n"))
	return err
}
