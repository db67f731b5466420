package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"guildhall"
	"guildhall/api"
	"guildhall/config"
	"guildhall/store/sqlite"
)

// operatorTimeout bounds one call of a command; a fixture of a hundred thousand users takes a minute or so.
const operatorTimeout = 30 * time.Minute

// where says which server or data folder a command is for.
type where struct {
	settings   map[string]string
	url, token *string
	// filling: nobody uses a new folder before the command has ended well.
	filling bool
}

func whereFlags(f *flag.FlagSet) where {
	return where{
		settings: settingFlags(f, "data"),
		url:      f.String("url", "", "`URL` of the server's ops listener; default from DIR/endpoints.json, or GUILDHALL_URL"),
		token:    f.String("token", "", "the operator's `TOKEN`; default from DIR/operator-token, or GUILDHALL_TOKEN"),
	}
}

// caller carries out operations, on a running server or in a data folder.
type caller struct {
	url, token string
	// local is set where no server runs.
	local *localOperations
}

type localOperations struct {
	node       *node
	operations *operations
	made       atomic.Int64
}

// open finds the server, or opens the data folder if none uses it.
func (w where) open(ctx context.Context, s streams) (*caller, error) {
	url, token := *w.url, *w.token
	for _, v := range s.environ {
		if value, ok := strings.CutPrefix(v, "GUILDHALL_URL="); ok && url == "" && w.settings["data"] == "" {
			url = value
		}
		if value, ok := strings.CutPrefix(v, "GUILDHALL_TOKEN="); ok && token == "" {
			token = value
		}
	}
	if url != "" {
		if token == "" {
			return nil, usagef("the operator's token is needed: --token or GUILDHALL_TOKEN; the server keeps it in DIR/%s", operatorTokenFile)
		}
		return &caller{url: strings.TrimSuffix(url, "/"), token: token}, nil
	}
	c, err := load(s, w.settings)
	if err != nil {
		return nil, err
	}
	local, err := openLocal(ctx, s, c, w.filling)
	if errors.Is(err, sqlite.ErrInUse) {
		return running(c, token)
	}
	if err != nil {
		return nil, err
	}
	return &caller{local: local}, nil
}

// running finds the server that uses the folder.
func running(c config.Config, token string) (*caller, error) {
	e, err := readEndpoints(c.Data)
	if err != nil {
		return nil, fmt.Errorf("a server uses %s, but does not say where it listens: %w", c.Data, err)
	}
	if e.Ops == "" {
		return nil, fmt.Errorf("the server that uses %s has its ops listener off: start it with --ops-listen, or stop it first", c.Data)
	}
	if token == "" {
		content, err := os.ReadFile(filepath.Join(c.Data, operatorTokenFile))
		if errors.Is(err, fs.ErrPermission) {
			return nil, fmt.Errorf("only the server's own user may read the operator's token: %w", err)
		}
		if err != nil {
			return nil, fmt.Errorf("read the operator's token: %w", err)
		}
		token = strings.TrimSpace(string(content))
	}
	return &caller{url: e.Ops, token: token}, nil
}

func openLocal(ctx context.Context, s streams, c config.Config, filling bool) (*localOperations, error) {
	metrics := prometheus.NewRegistry()
	db, err := openStore(ctx, c, metrics, sqlite.Config{Filling: filling}) // the operator may use the reserve
	if err != nil {
		return nil, err
	}
	n, err := startNode(ctx, db, c.Limits, metrics, nil, newLogger(s.err, c))
	if err != nil {
		return nil, err
	}
	operator := api.NewOperator(n.router, db, randomSlot, time.Now)
	return &localOperations{
		node:       n,
		operations: &operations{operator: operator, setup: newSetup(operator, time.Now), waiting: n.owner.Waiting},
	}, nil
}

// call carries out an operation; in is what is sent, out gets the answer.
func (c *caller) call(ctx context.Context, name string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, operatorTimeout)
	defer cancel()
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	if c.local == nil {
		return c.post(ctx, name, body, out)
	}
	var answer any
	if name == "fixture" {
		answer, err = c.local.operations.fixture(ctx, in.(fixtureSize), &c.local.made)
	} else {
		answer, err = c.local.operations.all()[name](ctx, body)
	}
	if err != nil {
		return explain(guildhall.AsError(err))
	}
	encoded, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("encode answer of %s: %w", name, err)
	}
	return json.Unmarshal(encoded, out)
}

func (c *caller) post(ctx context.Context, name string, body []byte, out any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/operator/v1/"+name, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call the server: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("call the server: %w\nis it running, and is this its ops listener?", err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("call the server: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		refused := new(guildhall.Error)
		if json.Unmarshal(content, refused) != nil || refused.Message == "" {
			return fmt.Errorf("%s answered %s: is it the address of the ops listener?", c.url, response.Status)
		}
		if response.StatusCode == http.StatusUnauthorized {
			return errors.New("the server does not know this operator's token; it keeps its own in DIR/operator-token")
		}
		return explain(refused)
	}
	return json.Unmarshal(content, out)
}

// progress shows how far local work is, until stop is called.
func (c *caller) progress(s streams, what string, steps int64) (stop func()) {
	if c.local == nil || steps < 1000 {
		return func() {}
	}
	return showProgress(s.err, what, steps, c.local.made.Load)
}

func (c *caller) close() {
	_ = c.finish() // all that was asked for is committed
}

// finish is close for a folder that was filled: it is whole only if that succeeds.
func (c *caller) finish() error {
	if c.local == nil {
		return nil
	}
	local := c.local
	c.local = nil
	return local.node.close()
}
