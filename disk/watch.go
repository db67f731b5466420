package disk

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	// every is how often the room is looked at: a disk that takes 500 MB a second loses no more than the reserve's default
	// meanwhile, and asking costs microseconds.
	every = 250 * time.Millisecond
	// uploadReserves is how many reserves have to be free for files to be taken: the last but one is for chat alone.
	uploadReserves = 2
	// margin is the part of the reserve by which there must be more room again before less is refused, so that a disk
	// at the edge does not change its mind all the time.
	margin = 8
)

// The parts of a disk in use at which operators are told. failures F60
const (
	warnedAt  = 0.80
	alertedAt = 0.90
)

// ErrLow means that what is asked for is refused to keep the reserve.
var ErrLow = errors.New("too little room on the disk")

// Level says how full the fullest disk is. Each includes those before it.
type Level int

// The levels.
const (
	Roomy    Level = iota
	Warned         // 80 % are used
	Alerted        // 90 % are used
	NoFiles        // less than two reserves are free: files are refused
	ReadOnly       // less than the reserve is free: what is written is refused
)

func (l Level) String() string {
	switch l {
	case Roomy:
		return "there is room"
	case Warned:
		return "80 % are used"
	case Alerted:
		return "90 % are used"
	case NoFiles:
		return "files are refused"
	case ReadOnly:
		return "files and messages are refused, reading goes on"
	}
	return fmt.Sprintf("level %d", int(l))
}

// Room is the size of a file system and what of it is free to this process.
type Room struct{ Total, Free int64 }

func (r Room) used() float64 {
	if r.Total == 0 {
		return 0
	}
	return 1 - float64(r.Free)/float64(r.Total)
}

// Config says what is watched.
type Config struct {
	// Folders lie on the disks that are watched; two of one disk do no harm.
	Folders []string
	// Reserve is how many bytes are kept free; 0 is none, and then nothing is ever refused.
	Reserve int64
	// Log gets a line at each change of level.
	Log *slog.Logger
	// Metrics gets the figures; nil for none.
	Metrics prometheus.Registerer
	// Look asks a file system; nil is statfs(2).
	Look func(folder string) (Room, error)
}

// Watch knows how full the disks are. It is safe for several goroutines.
type Watch struct {
	Config  // fixed after New
	figures *figures

	mu    sync.Mutex
	level Level   // guarded by mu
	each  []Level // those of the folders; guarded by mu
}

// New looks at the disks for the first time.
func New(cfg Config) (*Watch, error) {
	if cfg.Look == nil {
		cfg.Look = look
	}
	w := &Watch{Config: cfg, figures: newFigures(cfg.Metrics), each: make([]Level, len(cfg.Folders))}
	for _, folder := range cfg.Folders {
		if _, err := cfg.Look(folder); err != nil {
			return nil, fmt.Errorf("look for room in %s: %w", folder, err)
		}
	}
	w.Refresh()
	return w, nil
}

// Run looks again and again until done is closed.
func (w *Watch) Run(done <-chan struct{}) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.Refresh()
		case <-done:
			return
		}
	}
}

// Level is how full the fullest disk was when it was last looked at.
func (w *Watch) Level() Level {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.level
}

// Refresh looks at the disks now. What can't be looked at counts as it was.
func (w *Watch) Refresh() Level {
	var rooms []Room
	found := make([]*Room, len(w.Folders))
	for i, folder := range w.Folders {
		if room, err := w.Look(folder); err == nil {
			found[i], rooms = &room, append(rooms, room)
			w.figures.see(folder, room)
		}
	}
	w.mu.Lock()
	before, after := w.level, Roomy
	for i, room := range found {
		if room != nil {
			w.each[i] = w.judge(*room, w.each[i])
		}
		after = max(after, w.each[i])
	}
	w.level = after
	w.mu.Unlock()
	w.figures.level.Set(float64(after))
	if after != before {
		w.tell(before, after, rooms)
	}
	return after
}

// judge gives the level of one disk.
func (w *Watch) judge(r Room, before Level) Level {
	below := func(level Level, bytes int64) bool {
		if before >= level {
			bytes += w.Reserve / margin
		}
		return r.Free < bytes
	}
	switch {
	case below(ReadOnly, w.Reserve):
		return ReadOnly
	case below(NoFiles, uploadReserves*w.Reserve):
		return NoFiles
	case r.used() >= alertedAt:
		return Alerted
	case r.used() >= warnedAt:
		return Warned
	}
	return Roomy
}

// tell says a change in the log.
func (w *Watch) tell(before, after Level, rooms []Room) {
	level := slog.LevelInfo
	switch {
	case after >= Alerted && after > before:
		level = slog.LevelError
	case after > before:
		level = slog.LevelWarn
	}
	least := rooms[0]
	for _, room := range rooms[1:] {
		if room.used() > least.used() {
			least = room
		}
	}
	attributes := []any{"free_bytes", least.Free, "total_bytes", least.Total, "reserve_bytes", w.Reserve}
	if after >= NoFiles {
		attributes = append(attributes, "to_do", "make room, or set disk_reserve lower")
	}
	w.Log.Log(context.Background(), level, "disk: "+after.String(), attributes...)
}

// RefuseFiles is why no file may be taken now; nil when one may. It looks at the disks itself: files are large.
func (w *Watch) RefuseFiles() error { return w.refuse(w.Refresh(), NoFiles, "file") }

// RefuseWrites is why nothing may be written now; nil when it may.
func (w *Watch) RefuseWrites() error { return w.refuse(w.Level(), ReadOnly, "write") }

func (w *Watch) refuse(now, from Level, what string) error {
	if now < from {
		return nil
	}
	w.figures.refused.WithLabelValues(what).Inc()
	return fmt.Errorf("%w: %s", ErrLow, now)
}
