package bus_test

import (
	"bytes"
	"encoding/binary"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"guildhall/bus"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEachSendersOrderIsKept(t *testing.T) {
	t.Parallel()
	const senders, each = 4, 1000
	var l bus.Local
	last := make(map[byte]uint32)
	seen, all := 0, make(chan struct{})
	stop := l.Subscribe("n", func(m []byte) {
		n := binary.BigEndian.Uint32(m[1:])
		if n != last[m[0]]+1 {
			t.Errorf("sender %d: %d after %d", m[0], n, last[m[0]])
		}
		last[m[0]] = n
		if seen++; seen == senders*each {
			close(all)
		}
	})
	var sending sync.WaitGroup
	for s := range byte(senders) {
		sending.Go(func() {
			buffer := make([]byte, 5) // used again: publishes are copied
			buffer[0] = s
			for n := range uint32(each) {
				binary.BigEndian.PutUint32(buffer[1:], n+1)
				l.Publish("n", buffer)
			}
		})
	}
	sending.Wait()
	<-all
	stop()
	if l.Dropped() != 0 {
		t.Errorf("%d dropped", l.Dropped())
	}
}

// held is a subscription whose receiver is at its first message until release is closed.
func held(l *bus.Local, received *int) (release chan struct{}, stop func()) {
	release = make(chan struct{})
	at := make(chan struct{})
	stop = l.Subscribe("n", func([]byte) {
		if *received++; *received == 1 {
			close(at)
			<-release
		}
	})
	l.Publish("n", []byte("first"))
	<-at
	return release, stop
}

func TestWhatANodeCantTakeIsDroppedAndCounted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		size     int
		messages int
		keeps    int
	}{
		{"too many", 1, 20_000, 16 << 10},
		{"too long", 1 << 20, 100, 64},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var l bus.Local
			received := 0
			release, stop := held(&l, &received)
			message := bytes.Repeat([]byte{'x'}, test.size)
			for range test.messages {
				l.Publish("n", message) // must not block
			}
			if dropped := int(l.Dropped()); dropped != test.messages-test.keeps {
				t.Errorf("%d dropped of %d, with room for %d", dropped, test.messages, test.keeps)
			}
			close(release)
			stop()
		})
	}
}

func TestRoomComesBack(t *testing.T) {
	t.Parallel()
	var l bus.Local
	got := make(chan int)
	stop := l.Subscribe("n", func(m []byte) { got <- len(m) })
	for range 10 { // 20 times what the queue holds
		l.Publish("n", make([]byte, 40<<20))
		<-got
		l.Publish("n", make([]byte, 40<<20))
		<-got
	}
	stop()
	if l.Dropped() != 0 {
		t.Errorf("%d dropped", l.Dropped())
	}
}

func TestStopWaitsForTheLastCall(t *testing.T) {
	t.Parallel()
	var l bus.Local
	received := 0
	release, stop := held(&l, &received)
	stopped := make(chan struct{})
	go func() {
		stop()
		close(stopped)
	}()
	select {
	case <-stopped:
		t.Error("stop returned while receive was at work")
	default:
	}
	close(release)
	<-stopped
	stop() // again is harmless
	before := received
	l.Publish("n", []byte("late"))
	if received != before || l.Dropped() == 0 {
		t.Errorf("%d received after stop, %d dropped", received-before, l.Dropped())
	}
}

func TestALaterSubscriptionReplacesTheFirst(t *testing.T) {
	t.Parallel()
	var l bus.Local
	first, second := make(chan []byte, 1), make(chan []byte, 1)
	stopFirst := l.Subscribe("n", func(m []byte) { first <- m })
	stopSecond := l.Subscribe("n", func(m []byte) { second <- m })
	stopFirst() // must not end the second
	l.Publish("n", []byte("x"))
	if m := <-second; string(m) != "x" || len(first) != 0 {
		t.Errorf("second got %q, first %d", m, len(first))
	}
	l.Publish("elsewhere", []byte("x"))
	if l.Dropped() != 1 {
		t.Errorf("%d dropped for a node that is not there", l.Dropped())
	}
	stopSecond()
}
