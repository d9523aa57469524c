package node

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tongban/runtime/store"
)

// Options are what a node stands on; Dial may be nil, which means no lines.
type Options struct {
	Engine store.Engine
	Now    func() time.Time
	Log    *slog.Logger
	// Dial opens a connection to the line of the node at an address.
	Dial func(ctx context.Context, addr string) (Conn, error)
	// Moved is told when the node has had to take another number.
	Moved func(number int)

	every time.Duration // tests beat faster
}

// Node is this process among those on the store.
type Node struct {
	o   Options
	run string

	mu       sync.Mutex // guards what follows
	seat     *seat
	addr     string
	others   []Peer
	watch    watch
	skew     time.Duration
	warned   bool
	secret   []byte
	lines    map[string]*line // by run
	dialing  map[string]bool
	handlers map[string]func(from string, body []byte)
	left     bool
	open     sync.WaitGroup
}

// Peer is another node.
type Peer struct {
	Number int
	Run    string
	Addr   string
	Linked bool
}

// clocked is an engine whose server tells the time.
type clocked interface {
	ServerTime(ctx context.Context) (time.Time, error)
}

// Join takes a number. On a store of one process it is 0 and nothing more happens.
func Join(ctx context.Context, o Options) (*Node, error) {
	if o.every == 0 {
		o.every = beatEvery
	}
	run, err := newRun()
	if err != nil {
		return nil, err
	}
	n := &Node{o: o, run: run, watch: watch{}, lines: map[string]*line{}, dialing: map[string]bool{}, handlers: map[string]func(string, []byte){}}
	if !n.Shared() {
		return n, nil
	}
	if n.seat, err = claim(ctx, o.Engine, o.Now, run, o.every); err != nil {
		return nil, err
	}
	n.look(ctx)
	return n, nil
}

// Shared says whether there may be other nodes at all.
func (n *Node) Shared() bool { return n.o.Engine.Info().Distributed }

// Number is the node's number: below Most, and nobody else's.
func (n *Node) Number() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.seat == nil {
		return 0
	}
	return n.seat.number
}

// Name names this process.
func (n *Node) Name() string { return n.run }

// At says where the other nodes find this one's line.
func (n *Node) At(addr string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.addr = addr
}

// Peers lists the other nodes that live.
func (n *Node) Peers() []Peer {
	n.mu.Lock()
	defer n.mu.Unlock()
	out := slices.Clone(n.others)
	for i := range out {
		out[i].Linked = n.lines[out[i].Run] != nil
	}
	return out
}

// Lives says whether a node with this name is known to live: this one, or
// another that gives signs.
func (n *Node) Lives(run string) bool {
	return run == n.run || slices.ContainsFunc(n.Peers(), func(p Peer) bool { return p.Run == run })
}

// Skew is how far this machine's clock is ahead of the store's server.
func (n *Node) Skew() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.skew
}

// Keep gives signs of life and keeps the lines until ctx ends.
func (n *Node) Keep(ctx context.Context) {
	if !n.Shared() {
		return
	}
	for {
		n.beat(ctx)
		n.look(ctx)
		n.link(ctx)
		if wait(ctx, n.o.every) != nil {
			break
		}
	}
	n.hangUp()
	n.open.Wait()
}

// Leave gives the number back.
func (n *Node) Leave(ctx context.Context) {
	if n.seat == nil {
		return
	}
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := drop(ctx, n.o.Engine, n.seat.number, n.seat.version); err != nil {
		n.o.Log.WarnContext(ctx, "node number runs out by itself", "error", err.Error())
	}
}

// beat gives a sign. A node that was taken to have ended, for it was cut off
// or stood still, takes a new number: another may make ids with the old one.
func (n *Node) beat(ctx context.Context) {
	n.mu.Lock()
	s := *n.seat
	s.sign.Addr = n.addr
	n.mu.Unlock()
	err := s.beat(ctx, n.o.Engine, n.o.Now())
	if errors.Is(err, store.ErrConflict) && n.reread(ctx, &s) {
		err = s.beat(ctx, n.o.Engine, n.o.Now())
	}
	if errors.Is(err, store.ErrConflict) {
		n.o.Log.ErrorContext(ctx, "node number lost", "number", s.number)
		var next *seat
		if next, err = claim(ctx, n.o.Engine, n.o.Now, n.run, n.o.every); err == nil {
			s = *next
			if n.o.Moved != nil {
				n.o.Moved(s.number)
			}
		}
	}
	if err != nil {
		if ctx.Err() == nil {
			n.o.Log.WarnContext(ctx, "no sign of life given", "error", err.Error())
		}
		return
	}
	n.mu.Lock()
	n.seat = &s
	n.mu.Unlock()
}

// reread finds our own sign in the store: one whose outcome was not known has
// been written after all.
func (n *Node) reread(ctx context.Context, s *seat) bool {
	all, err := signs(ctx, n.o.Engine)
	i := slices.IndexFunc(all, func(o seen) bool { return o.number == s.number && o.sign.Run == n.run })
	if err != nil || i < 0 {
		return false
	}
	s.version, s.sign.Beat = all[i].version, all[i].sign.Beat
	return true
}

// look reads the signs of the others, gives the numbers of those free that have
// ended, and compares clocks.
func (n *Node) look(ctx context.Context) {
	all, err := signs(ctx, n.o.Engine)
	if err != nil {
		if ctx.Err() == nil {
			n.o.Log.WarnContext(ctx, "other nodes not seen", "error", err.Error())
		}
		return
	}
	n.mu.Lock()
	n.watch.look(all)
	n.others = n.others[:0:0]
	var ended []seen
	for _, s := range all {
		switch {
		case s.sign.Run == n.run || s.sign.Run == "":
		case n.watch.dead(s.sign.Run):
			ended = append(ended, s)
		default:
			n.others = append(n.others, Peer{Number: s.number, Run: s.sign.Run, Addr: s.sign.Addr})
		}
	}
	n.mu.Unlock()
	for _, s := range ended {
		if err := drop(ctx, n.o.Engine, s.number, s.version); err == nil {
			n.o.Log.WarnContext(ctx, "another node has ended", "number", s.number)
		}
	}
	n.compare(ctx)
}

// MostSkew is how far a clock may be off before the node is not ready to serve.
const MostSkew = 30 * time.Second

// compare notices a clock that is wrong.
func (n *Node) compare(ctx context.Context) {
	const noticed = 2 * time.Second
	c, ok := n.o.Engine.(clocked)
	if !ok {
		return
	}
	before := n.o.Now()
	server, err := c.ServerTime(ctx)
	if err != nil {
		return // the look has told what is wrong
	}
	now := n.o.Now()
	skew := now.Add(-now.Sub(before) / 2).Sub(server)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.skew = skew
	off := skew.Abs() > noticed
	if off && !n.warned {
		n.o.Log.WarnContext(ctx, "the clock differs from that of the store's server: set both by NTP", "ahead", skew.Round(time.Millisecond).String())
	}
	n.warned = off
}
