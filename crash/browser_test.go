package crash_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// browserTimeout bounds all that a browser does in a test.
const browserTimeout = time.Minute

// browser is a headless Chromium with one page, driven by its DevTools protocol.
// https://chromedevtools.github.io/devtools-protocol/
type browser struct {
	conn    *websocket.Conn
	session string
	calls   int
}

// newBrowser starts one; where there is none the test is skipped.
func newBrowser(ctx context.Context, t *testing.T) *browser {
	t.Helper()
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium on this machine")
	}
	cmd := exec.CommandContext(ctx, program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--user-data-dir="+t.TempDir(), "--remote-debugging-port=0", "about:blank")
	cmd.WaitDelay = 5 * time.Second
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip("Chromium does not start: ", err)
	}
	ended := make(chan struct{})
	address := make(chan string, 1)
	go func() {
		defer close(ended)
		lines := bufio.NewReader(stderr)
		for {
			line, err := lines.ReadString('\n')
			if at, ok := strings.CutPrefix(strings.TrimSpace(line), "DevTools listening on "); ok {
				address <- at
			}
			if err != nil {
				break
			}
		}
		_, _ = io.Copy(io.Discard, stderr)
		_ = cmd.Wait() // it was killed
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-ended
	})
	select {
	case at := <-address:
		return attach(ctx, t, at)
	case <-ended:
		t.Skip("Chromium does not run here")
	case <-ctx.Done():
		t.Fatal("Chromium does not say where it listens")
	}
	return nil
}

// attach opens a page, in which what a policy stops and what is run is noted.
func attach(ctx context.Context, t *testing.T, address string) *browser {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(frameMax)
	b := &browser{conn: conn}
	var target struct {
		ID string `json:"targetId"`
	}
	b.must(ctx, t, "Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct {
		ID string `json:"sessionId"`
	}
	b.must(ctx, t, "Target.attachToTarget", map[string]any{"targetId": target.ID, "flatten": true}, &attached)
	b.session = attached.ID
	b.must(ctx, t, "Page.enable", nil, nil)
	b.must(ctx, t, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": `
		window.stopped = []; window.ran = [];
		addEventListener('securitypolicyviolation', (e) => stopped.push(e.violatedDirective + ' ' + e.blockedURI));
		addEventListener('error', (e) => ran.push('error: ' + e.message));
		for (const name of ['alert', 'confirm', 'prompt']) window[name] = (text) => ran.push(name + ' ' + text);`}, nil)
	return b
}

// must calls a method and reads its result.
func (b *browser) must(ctx context.Context, t *testing.T, method string, params map[string]any, into any) {
	t.Helper()
	if err := b.call(ctx, method, params, into); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
}

func (b *browser) call(ctx context.Context, method string, params map[string]any, into any) error {
	b.calls++
	request := map[string]any{"id": b.calls, "method": method, "params": params}
	if params == nil {
		request["params"] = map[string]any{}
	}
	if b.session != "" {
		request["sessionId"] = b.session
	}
	text, err := json.Marshal(request)
	if err != nil {
		return err
	}
	if err := b.conn.Write(ctx, websocket.MessageText, text); err != nil {
		return err
	}
	for {
		_, text, err := b.conn.Read(ctx)
		if err != nil {
			return err
		}
		var answer struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(text, &answer); err != nil {
			return err
		}
		if answer.ID != b.calls {
			continue // an event
		}
		if answer.Error != nil {
			return errors.New(answer.Error.Message)
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(answer.Result, into)
	}
}

// run evaluates an expression in the page, waits for it if it is a promise, and reads its value.
func (b *browser) run(ctx context.Context, t *testing.T, expression string, into any) {
	t.Helper()
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string `json:"text"`
			Exception struct{ Description string }
		} `json:"exceptionDetails"`
	}
	b.must(ctx, t, "Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &answer)
	if answer.Exception != nil {
		t.Fatalf("%s: %s %s", expression, answer.Exception.Text, answer.Exception.Exception.Description)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer.Result.Value, into); err != nil {
		t.Fatalf("%s: %v in %s", expression, err, answer.Result.Value)
	}
}

// open goes to an address and waits until the condition holds there.
func (b *browser) open(ctx context.Context, t *testing.T, url, condition string) {
	t.Helper()
	b.must(ctx, t, "Page.navigate", map[string]any{"url": "about:blank"}, nil)
	b.must(ctx, t, "Page.navigate", map[string]any{"url": url}, nil)
	// What was evaluated while the page was not there yet goes with the one before it, so it is asked again.
	for {
		var there bool
		var answer struct {
			Result struct{ Value bool } `json:"result"`
		}
		expression := fmt.Sprintf(`location.href !== 'about:blank' && document.readyState === 'complete' && Boolean(%s)`, condition)
		if err := b.call(ctx, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &answer); err == nil {
			there = answer.Result.Value
		} else if ctx.Err() != nil {
			t.Fatalf("%s: never %s: %v", url, condition, err)
		}
		if there {
			return
		}
	}
}
