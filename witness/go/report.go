package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/bwmarrin/discordgo"
)

// report prints the outcome of each check as one JSON line.
type report struct {
	out    *json.Encoder
	failed int
}

type outcome struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Millis int64  `json:"ms"`
	Detail string `json:"detail,omitempty"`
}

// check runs one check; a panic in it is a failure of this check alone.
func (r *report) check(name string, run func() error) {
	start := time.Now()
	err := contained(run)
	o := outcome{Check: name, OK: err == nil, Millis: time.Since(start).Milliseconds()}
	if err != nil {
		o.Detail = err.Error()
		r.failed++
	}
	// The runner reads the other end; if it is gone there is nobody to tell.
	_ = r.out.Encode(o)
}

func contained(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return run()
}

// heard prints the dispatches that the library has decoded, as the last line.
func (r *report) heard(bots ...*bot) {
	kinds := map[string]bool{}
	for _, b := range bots {
		events, _, _ := b.events(0)
		for _, e := range events {
			if decoded(e) {
				kinds[e.Type] = true
			}
		}
	}
	_ = r.out.Encode(map[string][]string{"events": slices.Sorted(maps.Keys(kinds))})
}

// decoded says whether the library has a type for an event and can read it: of an error it only writes to its log.
func decoded(e *discordgo.Event) bool {
	if e.Struct == nil {
		return false
	}
	again := reflect.New(reflect.TypeOf(e.Struct).Elem()).Interface()
	return json.Unmarshal(e.RawData, again) == nil
}
