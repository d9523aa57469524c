package api

import (
	lru "container/list"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tongban/schema/fail"
)

// class is a kind of requests that have a limit of their own.
type class struct {
	name   string
	perSec rate.Limit
	burst  int
}

var (
	perAddress = class{"a", 300, 1500} // anything from one address, before it is known who asks
	perCaller  = class{"c", 60, 300}   // a session or token
	perProof   = class{"p", 0.5, 15}   // signing in and up, from one address
)

const mostLimiters = 20_000

// limiter keeps a bucket per class and key; the least recently used ones are
// forgotten.
type limiter struct {
	now   func() time.Time
	mu    sync.Mutex // guards what follows
	of    map[string]*lru.Element
	order *lru.List
}

type bucket struct {
	key string
	l   *rate.Limiter
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, of: map[string]*lru.Element{}, order: lru.New()}
}

// take uses one request of a key's allowance, or says how long to wait.
func (l *limiter) take(c class, key string) error {
	now := l.now()
	b := l.bucket(c, c.name+key)
	r := b.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait == 0 {
		return nil
	}
	r.CancelAt(now)
	secs := int(math.Ceil(wait.Seconds()))
	return &fail.Error{Kind: fail.TooMany, Code: "request.tooMany", RetryAfter: secs, Params: map[string]any{"seconds": secs}}
}

func (l *limiter) bucket(c class, key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if el, ok := l.of[key]; ok {
		l.order.MoveToFront(el)
		if b, ok := el.Value.(*bucket); ok {
			return b.l
		}
	}
	b := &bucket{key: key, l: rate.NewLimiter(c.perSec, c.burst)}
	l.of[key] = l.order.PushFront(b)
	for l.order.Len() > mostLimiters {
		last := l.order.Back()
		l.order.Remove(last)
		if b, ok := last.Value.(*bucket); ok {
			delete(l.of, b.key)
		}
	}
	return b.l
}
