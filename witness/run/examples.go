package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

const (
	// exampleStart is how long the four examples may take to log in: node and
	// two Pythons start at once.
	exampleStart = 40 * time.Second
	// exampleAnswer is how long a running one may take to answer.
	exampleAnswer = 5 * time.Second
	// exampleQuiet is how long nothing must be said before the one question
	// whose answers are counted.
	exampleQuiet = time.Second
	// exampleEnd is how long one may take to end when it is told to.
	exampleEnd = 5 * time.Second
)

// examples runs the files that the README quotes, all four in one guild: a
// person says !ping, and each must answer exactly once.
func (r *runner) examples(ctx context.Context) error {
	const name = "examples"
	s, err := r.startServer(ctx, name)
	if err != nil {
		return err
	}
	defer r.stop(name, s)
	folder := filepath.Join(r.root, "witness", "examples")
	binary, err := r.buildGo(ctx, "witness/examples", "discordgo.go", "example-go", s.world.URL)
	if err != nil {
		return err
	}
	commands := []struct {
		library string
		args    []string
	}{
		{nameGo, []string{binary}},
		{nameJS, []string{"node", filepath.Join(folder, "discordjs.js")}},
		{namePy, []string{r.python(), "-B", filepath.Join(folder, "discordpy.py")}},
		{nameHikari, []string{r.python(), "-B", filepath.Join(folder, "hikaribot.py")}},
	}
	bots := make(map[string]string) // library: the ID of its bot
	for i, c := range commands {
		bots[c.library] = s.world.Bots[i].ID
		p, err := r.startProgram("example-"+c.library, c.args,
			"SERVER="+s.world.URL, "TOKEN="+s.world.Bots[i].Token)
		if err != nil {
			return err
		}
		defer p.end()
	}
	start := time.Now()
	answered, err := s.world.pings(ctx, bots)
	for _, c := range commands {
		n, ok := answered[c.library]
		result := row{Witness: name, Check: c.library, OK: ok && n == 1, Millis: time.Since(start).Milliseconds()}
		if !result.OK {
			result.Detail = fmt.Sprintf("answered %d times; its log is %s", n, r.logOf("example-"+c.library))
		}
		r.table.add(result)
	}
	return err
}

// pings asks until every bot has answered, lets it grow quiet, asks once more
// and returns how often each bot answered that.
func (w world) pings(ctx context.Context, bots map[string]string) (map[string]int, error) {
	answered := make(map[string]int)
	first, err := w.say(ctx, "Who is here?")
	if err != nil {
		return nil, err
	}
	seen := first.ID // the newest message that has been counted
	last := time.Time{}
	err = until(ctx, exampleStart, "all examples answer", func() (bool, error) {
		if time.Since(last) > time.Second {
			last = time.Now()
			if _, err := w.say(ctx, "!ping"); err != nil {
				return false, err
			}
		}
		list, err := w.heard(ctx, seen)
		if err != nil || len(list) == 0 {
			return false, err
		}
		seen = list[0].ID
		for library, id := range bots {
			answered[library] += count(list, id, "pong")
		}
		return allAnswered(answered, bots), nil
	})
	if err != nil {
		return silentOnly(answered), err
	}
	size, since := -1, time.Now()
	if err := until(ctx, exampleAnswer, "quiet", func() (bool, error) {
		list, err := w.heard(ctx, seen)
		if len(list) != size {
			size, since = len(list), time.Now()
		}
		return time.Since(since) > exampleQuiet, err
	}); err != nil {
		return nil, err
	}
	question, err := w.say(ctx, "!ping")
	if err != nil {
		return nil, err
	}
	asked := time.Now()
	clear(answered)
	err = until(ctx, exampleAnswer, "each example answers once", func() (bool, error) {
		list, err := w.heard(ctx, question.ID)
		for library, id := range bots {
			answered[library] = count(list, id, "pong")
		}
		// A second answer would come right after the first.
		return allAnswered(answered, bots) && time.Since(asked) > exampleQuiet, err
	})
	return answered, err
}

func allAnswered(answered map[string]int, bots map[string]string) bool {
	for library := range bots {
		if answered[library] == 0 {
			return false
		}
	}
	return true
}

// silentOnly keeps those that never answered, with 0: the others were not
// counted properly.
func silentOnly(answered map[string]int) map[string]int {
	for library, n := range answered {
		if n > 0 {
			answered[library] = 1
		}
	}
	return answered
}

// program is a running example. What it prints is kept and logged.
type program struct {
	cmd   *exec.Cmd
	log   *os.File
	ended chan error

	mu  sync.Mutex
	out bytes.Buffer // guarded by mu
}

func (r *runner) logOf(name string) string { return filepath.Join(r.build, "logs", name+".log") }

func (r *runner) startProgram(name string, args []string, env ...string) (*program, error) {
	log, err := os.Create(r.logOf(name))
	if err != nil {
		return nil, err
	}
	p := &program{cmd: exec.Command(args[0], args[1:]...), log: log, ended: make(chan error, 1)}
	p.cmd.Env = append(append(cleanEnvironment(), "NODE_PATH="+r.nodePath()), env...)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	p.cmd.WaitDelay = 2 * time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(err, log.Close())
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, nil
}

// Write takes what the program prints.
func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out.Write(b)
	return p.log.Write(b)
}

func (p *program) printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// wait gives the exit of a program that ends by itself.
func (p *program) wait(limit time.Duration) error {
	defer p.log.Close() // nothing is written any more
	select {
	case err := <-p.ended:
		return err
	case <-time.After(limit):
		_ = p.cmd.Process.Kill() // it may have just ended
		<-p.ended
		return fmt.Errorf("still running after %v", limit)
	}
}

// end interrupts the program and waits for it.
func (p *program) end() error {
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		return errors.Join(err, p.log.Close())
	}
	return p.wait(exampleEnd)
}
