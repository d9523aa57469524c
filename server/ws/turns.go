package ws

import (
	"context"
	"sync"
	"time"

	"tongban/schema/fail"
)

// After a restart all pages come back at once. They are let in one after the
// other, so that requests of others are answered meanwhile.
const (
	defaultRate = 1000            // sockets and streams a second
	atOnce      = 8               // a small crowd waits for nothing: so many come in at once, for each rate of 64
	longestTurn = 4 * time.Second // whoever would wait longer is told to come back; pages wait 10 s for a socket
)

// turns gives out the times at which comers are let in.
type turns struct {
	now  func() time.Time
	gap  time.Duration
	lead time.Duration // how far the next turn may lie in the past: what comes in at once

	mu   sync.Mutex // guards next
	next time.Time
}

func newTurns(now func() time.Time, rate int) *turns {
	if rate <= 0 {
		rate = defaultRate
	}
	gap := time.Second / time.Duration(rate)
	return &turns{now: now, gap: gap, lead: gap * time.Duration(max(1, rate*atOnce/64))}
}

// take returns how long a comer waits; false: too long.
func (t *turns) take() (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	if first := now.Add(-t.lead); t.next.Before(first) || t.next.Sub(now) > longestTurn+t.gap { // nobody came for a while, or the clock was set back
		t.next = first
	}
	wait := max(0, t.next.Sub(now))
	if wait > longestTurn {
		return wait, false
	}
	t.next = t.next.Add(t.gap)
	return wait, true
}

// wait lets a comer in when it is its turn. An error refuses it.
func (t *turns) wait(ctx context.Context) error {
	wait, ok := t.take()
	if !ok {
		e := fail.New(fail.Busy, "socket.crowd")
		e.RetryAfter = int(wait.Seconds())
		return e
	}
	if wait == 0 {
		return nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
