package ws

import (
	"context"
	"sync"
	"time"

	"tongban/runtime/live"
)

// ping stands in a socket's queue for the question whether somebody is there.
// It is written like all frames, so an idle socket needs no goroutine for it.
var ping = &live.Frame{}

// pinger asks all sockets in turn: each once in pingEvery, some in every second.
type pinger struct {
	mu    sync.Mutex // guards what follows
	slots [int(pingEvery / time.Second)]map[*socket]struct{}
	at    map[*socket]int
	next  int // where the next socket goes
}

func newPinger() *pinger {
	p := &pinger{at: map[*socket]int{}}
	for i := range p.slots {
		p.slots[i] = map[*socket]struct{}{}
	}
	return p
}

func (p *pinger) add(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = (p.next + 1) % len(p.slots)
	p.slots[p.next][s] = struct{}{}
	p.at[s] = p.next
}

func (p *pinger) remove(s *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if i, ok := p.at[s]; ok {
		delete(p.slots[i], s)
		delete(p.at, s)
	}
}

// count is how many sockets are open.
func (p *pinger) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.at)
}

func (p *pinger) turn(i int) []*socket {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]*socket, 0, len(p.slots[i]))
	for s := range p.slots[i] {
		out = append(out, s)
	}
	return out
}

// Run asks for signs of life until ctx ends.
func (d *Door) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for i := 0; ; i = (i + 1) % len(d.pings.slots) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			for _, s := range d.pings.turn(i) {
				s.client.Send(ping)
			}
		}
	}
}

// Sockets is how many sockets are open.
func (d *Door) Sockets() int { return d.pings.count() }
