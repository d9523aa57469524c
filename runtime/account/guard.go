package account

import (
	"sync"
	"time"

	"tongban/schema/fail"
)

// How many wrong passwords are free, and how long the wait may become.
const (
	freePerPair    = 5   // one account from one address
	freePerAccount = 30  // one account from anywhere
	freePerAddress = 100 // anything from one address
	longestWait    = 15 * time.Minute
	forgetAfter    = time.Hour
	mostTracked    = 50_000
	knownFor       = 30 * 24 * time.Hour
)

type tries struct {
	n    int
	last time.Time
}

// guard slows down who guesses passwords. An attempt counts from its start,
// so that many at the same moment gain nothing. An address from which a person
// has signed in is known: there the wait that strangers elsewhere bring upon
// the account does not hold, or they could keep its owner out.
type guard struct {
	now   func() time.Time
	mu    sync.Mutex // guards what follows
	of    map[string]*tries
	known map[string]time.Time // account and address → the last time the password was right
}

func newGuard(now func() time.Time) *guard {
	return &guard{now: now, of: map[string]*tries{}, known: map[string]time.Time{}}
}

type limit struct {
	key  string
	free int
	max  time.Duration
}

func limits(account, address string) []limit {
	return []limit{
		{"p " + account + " " + address, freePerPair, longestWait},
		{"a " + account, freePerAccount, time.Minute},
		{"i " + address, freePerAddress, longestWait},
	}
}

// begin counts an attempt or refuses it with the seconds to wait.
func (g *guard) begin(account, address string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	all := limits(account, address)
	known := now.Sub(g.known[all[0].key]) < knownFor
	for i, l := range all {
		t := g.of[l.key]
		if t == nil || t.n < l.free || i == 1 && known {
			continue
		}
		if wait := waitAfter(t.n-l.free, l.max) - now.Sub(t.last); wait > 0 && now.Sub(t.last) < forgetAfter {
			secs := int(wait/time.Second) + 1
			return &fail.Error{Kind: fail.TooMany, Code: "auth.slowDown", RetryAfter: secs, Params: map[string]any{"seconds": secs}}
		}
	}
	if len(g.of) > mostTracked {
		g.sweep(now)
	}
	for _, l := range all {
		t := g.of[l.key]
		if t == nil || now.Sub(t.last) > forgetAfter {
			t = &tries{}
			g.of[l.key] = t
		}
		t.n++
		t.last = now
	}
	return nil
}

// good takes back what begin counted: the password was right.
func (g *guard) good(account, address string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := limits(account, address)
	if len(g.known) >= mostTracked {
		g.forget()
	}
	g.known[all[0].key] = g.now()
	for i, l := range all {
		t := g.of[l.key]
		switch {
		case t == nil:
		case i == 0:
			delete(g.of, l.key)
		case t.n > 0:
			t.n--
		}
	}
}

func (g *guard) sweep(now time.Time) {
	for k, t := range g.of {
		if now.Sub(t.last) > forgetAfter {
			delete(g.of, k)
		}
	}
	for k := range g.of { // still full: somebody floods; forget some at random
		if len(g.of) <= mostTracked/2 {
			return
		}
		delete(g.of, k)
	}
}

// forget drops known addresses: the old ones, and some at random if those are few.
func (g *guard) forget() {
	for k, at := range g.known {
		if g.now().Sub(at) > knownFor {
			delete(g.known, k)
		}
	}
	for k := range g.known {
		if len(g.known) <= mostTracked/2 {
			return
		}
		delete(g.known, k)
	}
}

func waitAfter(over int, most time.Duration) time.Duration {
	if over > 10 {
		return most
	}
	return min(most, time.Second<<over)
}
