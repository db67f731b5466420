package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// installTimeout bounds one installation, downloads included.
const installTimeout = 5 * time.Minute

// install brings the pinned libraries that the parts need under build/witness.
// Each is done again only when its lock file has changed.
func (r *runner) install(ctx context.Context, parts []part) error {
	needs := func(names ...string) bool {
		return slices.ContainsFunc(parts, func(p part) bool { return slices.Contains(names, p.name) })
	}
	if err := os.MkdirAll(filepath.Join(r.build, "logs"), 0o755); err != nil {
		return err
	}
	for module, names := range map[string][]string{"go": discordgoParts(), nameDisgo: {nameDisgo}} {
		if !needs(names...) {
			continue
		}
		// `go mod verify` says that what the module cache holds is what go.sum names.
		err := r.installOnce(ctx, module, "witness/"+module+"/go.sum", func(ctx context.Context, _ string) error {
			return r.command(ctx, filepath.Join(r.root, "witness", module), "go", "mod", "verify")
		})
		if err != nil {
			return err
		}
	}
	if needs(nameJS, nameEris, "examples") {
		if err := r.installOnce(ctx, "js", "witness/js/package-lock.json", r.installJS); err != nil {
			return err
		}
	}
	if needs(nameJDA) {
		if err := r.installOnce(ctx, "java", "witness/java/pom.xml", r.installJava); err != nil {
			return err
		}
	}
	if needs(namePy, namePyZstd, nameHikari, "examples") {
		return r.installOnce(ctx, "python", "witness/python/requirements.txt", r.installPython)
	}
	return nil
}

// installOnce runs do with the folder build/witness/NAME unless the lock file
// is the one it was last done for.
func (r *runner) installOnce(ctx context.Context, name, lock string, do func(context.Context, string) error) error {
	text, err := os.ReadFile(filepath.Join(r.root, lock))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	want := hex.EncodeToString(sum[:])
	stamp := filepath.Join(r.build, name+".installed")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == want {
		return nil
	}
	dir := filepath.Join(r.build, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	if err := do(ctx, dir); err != nil {
		return fmt.Errorf("install %s: %w", name, err)
	}
	return os.WriteFile(stamp, []byte(want), 0o644)
}

func (r *runner) installJS(ctx context.Context, dir string) error {
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join(r.root, "witness", "js", name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	return r.command(ctx, dir, "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts")
}

func (r *runner) installPython(ctx context.Context, dir string) error {
	if err := r.command(ctx, r.root, "python3.11", "-m", "venv", "--clear", dir); err != nil {
		return err
	}
	lock := filepath.Join(r.root, "witness", "python", "requirements.txt")
	return r.command(ctx, r.root, r.python(), "-m", "pip", "install", "--quiet", "--no-deps", "-r", lock)
}

func (r *runner) python() string { return filepath.Join(r.build, "python", "bin", "python") }

func (r *runner) nodePath() string { return filepath.Join(r.build, "js", "node_modules") }

// buildGo builds a main package of the module in dir; discordgo is linked against url.
func (r *runner) buildGo(ctx context.Context, dir, pkg, name, url string) (string, error) {
	binary := filepath.Join(r.build, "bin", name)
	link := "-X github.com/bwmarrin/discordgo.EndpointDiscord=" + url + "/" +
		" -X github.com/bwmarrin/discordgo.EndpointCDN=" + url + "/cdn/"
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	return binary, r.command(ctx, filepath.Join(r.root, dir), "go", "build", "-o", binary, "-ldflags", link, pkg)
}

// command runs a tool to its end; its output is part of the error.
func (r *runner) command(ctx context.Context, dir, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	cmd.WaitDelay = 2 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v in %s: %w\n%s", name, args, dir, err, out)
	}
	return nil
}
