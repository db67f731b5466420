package main

import (
	"encoding/json"
	"fmt"
	"time"
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
