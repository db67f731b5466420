//go:build race

package api

// raceDetector says that the race detector is on, under which more values go to the heap.
const raceDetector = true
