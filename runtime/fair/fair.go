// Package fair shares out the room for heavy work between tenants: whoever asks
// for much waits for itself, not before others. It knows nothing of what the
// work is.
package fair

import (
	"context"
	"errors"
	"sync"
	"time"

	"tongban/schema"
)

// ErrBusy says that a tenant has too much waiting, or that its turn did not
// come in time.
var ErrBusy = errors.New("fair: too much work is waiting")

// Options set the room. All numbers must be positive.
type Options struct {
	Room    int           // works that may run at once
	Each    int           // of one tenant
	Waiting int           // works of one tenant that may wait; more are refused at once
	Wait    time.Duration // that a work waits at most
	Now     func() time.Time
	// Observe is told how each work fared in the queue; it may be nil.
	Observe func(waited time.Duration, refused bool)
}

// Queue lets works in. Between tenants it goes round, within a tenant first
// come is first served. It is safe for concurrent use.
type Queue struct {
	opt Options

	mu      sync.Mutex
	running int
	lines   map[schema.TenantID]*line
	round   []*line // those with somebody waiting, in the order of their turns
	waiting int
}

// line is one tenant's.
type line struct {
	tenant  schema.TenantID
	running int
	waiting []*ticket
}

type ticket struct {
	turn chan struct{} // closed when it may run
	ran  bool
}

// New returns an empty queue.
func New(o Options) *Queue {
	return &Queue{opt: o, lines: map[schema.TenantID]*line{}}
}

// Enter waits for room for one work of a tenant. leave must be called once,
// when the work is done. Errors are ErrBusy and that of ctx.
func (q *Queue) Enter(ctx context.Context, t schema.TenantID) (leave func(), err error) {
	began := q.opt.Now()
	k, l, err := q.line(t)
	if err == nil && k != nil {
		err = q.wait(ctx, l, k)
	}
	if q.opt.Observe != nil {
		q.opt.Observe(q.opt.Now().Sub(began), errors.Is(err, ErrBusy))
	}
	if err != nil {
		return nil, err
	}
	var once sync.Once
	return func() { once.Do(func() { q.leave(l) }) }, nil
}

// line takes room, with a nil ticket, or a place in the tenant's line.
func (q *Queue) line(t schema.TenantID) (*ticket, *line, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	l := q.lines[t]
	if l == nil {
		l = &line{tenant: t}
		q.lines[t] = l
	}
	if len(l.waiting) == 0 && l.running < q.opt.Each && q.running < q.opt.Room {
		q.running++
		l.running++
		return nil, l, nil
	}
	if len(l.waiting) >= q.opt.Waiting {
		return nil, nil, ErrBusy
	}
	k := &ticket{turn: make(chan struct{})}
	if len(l.waiting) == 0 {
		q.round = append(q.round, l)
	}
	l.waiting = append(l.waiting, k)
	q.waiting++
	return k, l, nil
}

func (q *Queue) wait(ctx context.Context, l *line, k *ticket) error {
	timer := time.NewTimer(q.opt.Wait)
	defer timer.Stop()
	err := ErrBusy
	select {
	case <-k.turn:
		return nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timer.C:
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if k.ran { // its turn came at the same moment
		q.done(l)
		return err
	}
	for i := range l.waiting {
		if l.waiting[i] == k {
			l.waiting = append(l.waiting[:i:i], l.waiting[i+1:]...)
			q.waiting--
			break
		}
	}
	if len(l.waiting) == 0 {
		q.unround(l)
		q.forget(l)
	}
	return err
}

func (q *Queue) leave(l *line) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.done(l)
}

// done gives room back and lets in whose turn it is.
func (q *Queue) done(l *line) {
	q.running--
	l.running--
	for q.running < q.opt.Room && q.next() {
	}
	q.forget(l)
}

// next lets in the first work of the tenant whose turn it is, and puts that
// tenant to the end of the round.
func (q *Queue) next() bool {
	for i, l := range q.round {
		if l.running >= q.opt.Each {
			continue
		}
		k := l.waiting[0]
		l.waiting = l.waiting[1:]
		q.waiting--
		q.round = append(q.round[:i:i], q.round[i+1:]...)
		if len(l.waiting) > 0 {
			q.round = append(q.round, l)
		}
		q.running++
		l.running++
		k.ran = true
		close(k.turn)
		return true
	}
	return false
}

func (q *Queue) unround(l *line) {
	for i := range q.round {
		if q.round[i] == l {
			q.round = append(q.round[:i:i], q.round[i+1:]...)
			return
		}
	}
}

// forget drops a tenant of whom nothing is left.
func (q *Queue) forget(l *line) {
	if l.running == 0 && len(l.waiting) == 0 && q.lines[l.tenant] == l {
		delete(q.lines, l.tenant)
	}
}

// State is how full a queue is.
type State struct{ Running, Waiting, Tenants int }

// State returns how full the queue is now.
func (q *Queue) State() State {
	q.mu.Lock()
	defer q.mu.Unlock()
	return State{Running: q.running, Waiting: q.waiting, Tenants: len(q.lines)}
}
