package live

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/event"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// Options are the parts that a Hub stands on; all are required.
type Options struct {
	Engine  store.Engine
	Catalog *catalog.Catalog
	Policy  *access.Policy
	Records *record.Service
	Events  *event.Log
	Now     func() time.Time
	NewID   func() int64
	Log     *slog.Logger
	// Actor looks a session up anew, when roles have changed: an error of kind
	// Unauthorized ends its clients.
	Actor func(ctx context.Context, session string) (access.Actor, error)
}

// Hub is the meeting place of all open pages of this process.
type Hub struct {
	o   Options
	now func() time.Time
	log *slog.Logger
	// peers are the other nodes; nil: there are none.
	peers    Peers
	goodbyes sync.WaitGroup
	slow     atomic.Int64 // clients ended as too slow

	ctx context.Context //nolint:containedctx // the life of the program, given to New, for work that timers start

	mu      sync.Mutex // guards what follows
	rooms   map[roomKey]*room
	clients map[*Client]struct{}
	tenants map[schema.TenantID]int // clients of a tenant
}

type roomKey struct {
	tenant schema.TenantID
	name   string
}

// New returns a hub and subscribes it to the change logs. ctx is the life of the program.
func New(ctx context.Context, o Options) *Hub {
	h := &Hub{ctx: ctx, o: o, now: o.Now, log: o.Log, rooms: map[roomKey]*room{}, clients: map[*Client]struct{}{}, tenants: map[schema.TenantID]int{}}
	o.Events.Subscribe("live", h.handle)
	return h
}

// Run ends clients that are too slow or have left without a word, until ctx ends; then it ends all.
func (h *Hub) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			for _, c := range h.all() {
				c.end(Stopping)
			}
			h.goodbyes.Wait()
			return
		case <-tick.C:
			h.sweep(ctx)
		}
	}
}

func (h *Hub) sweep(ctx context.Context) {
	now := h.now()
	looked := 0
	for _, c := range h.all() {
		if c.slow(now) {
			h.slow.Add(1)
			c.end(TooSlow)
			continue
		}
		if looked < lookMost && c.due(now) {
			looked++
			h.check(ctx, c)
		}
	}
	for _, r := range h.allRooms() {
		r.expirePresence(now)
	}
}

// check ends a client whose session has ended.
func (h *Hub) check(ctx context.Context, c *Client) {
	c.mu.Lock()
	session := c.session
	c.mu.Unlock()
	if _, err := h.o.Actor(ctx, session); fail.KindOf(err) == fail.Unauthorized || fail.KindOf(err) == fail.Forbidden {
		c.end(SignedOut)
	}
}

// Recheck ends the clients of a user whose sessions have ended meanwhile. It
// is to be called when one may have; what other nodes do is found out within
// a minute.
func (h *Hub) Recheck(ctx context.Context, u schema.UserID) {
	for _, c := range h.all() {
		if c.Actor().User == u {
			h.check(ctx, c)
		}
	}
}

// Clients is how many pages are open.
func (h *Hub) Clients() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}

// Slow is how many clients have been ended because they took nothing.
func (h *Hub) Slow() int64 { return h.slow.Load() }

// Life is the context that ends with the program.
func (h *Hub) Life() context.Context { return h.ctx }

// Connect makes a client for a page. session names what Options.Actor looks up.
func (h *Hub) Connect(ctx context.Context, a access.Actor, session string, write Writer, onClose func(Reason)) (*Client, error) {
	if _, err := h.o.Events.Follow(ctx, a.Tenant); err != nil {
		return nil, err
	}
	c := &Client{
		id: schema.FormatID("con_", h.o.NewID()), hub: h, write: write, onClose: onClose,
		actor: a, session: session, checked: h.now(), rooms: map[string]*room{},
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clients[c] = struct{}{}
	h.tenants[a.Tenant]++
	return c, nil
}

// Disconnect takes a client out of all its rooms. It may be called again.
func (h *Hub) Disconnect(c *Client) { h.disconnect(c) }

// disconnect tells whether this call was the one that did it.
func (h *Hub) disconnect(c *Client) bool {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return false
	}
	c.closed = true
	t, rooms := c.actor.Tenant, c.rooms
	c.rooms, c.queue, c.bytes = nil, nil, 0
	c.mu.Unlock()
	for _, r := range rooms {
		h.leave(r, c)
	}
	h.mu.Lock()
	delete(h.clients, c)
	if h.tenants[t]--; h.tenants[t] == 0 {
		delete(h.tenants, t)
	}
	h.mu.Unlock()
	h.o.Events.Unfollow(t)
	return true
}

func (h *Hub) all() []*Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]*Client, 0, len(h.clients))
	for c := range h.clients {
		out = append(out, c)
	}
	return out
}

func (h *Hub) clientsOf(t schema.TenantID) []*Client {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tenants[t] == 0 {
		return nil
	}
	var out []*Client
	for c := range h.clients {
		if c.tenant() == t {
			out = append(out, c)
		}
	}
	return out
}

func (h *Hub) allRooms() []*room {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]*room, 0, len(h.rooms))
	for _, r := range h.rooms {
		out = append(out, r)
	}
	return out
}

func (h *Hub) position(t schema.TenantID) schema.Seq {
	pos, _ := h.o.Events.Position(t)
	return pos
}

// enter finds or makes a room and puts the client into it.
func (h *Hub) enter(k roomKey, p place, m *member) *room {
	h.mu.Lock()
	r := h.rooms[k]
	fresh := r == nil
	if fresh {
		r = &room{hub: h, key: k, place: p, members: map[*Client]*member{}, presence: map[*Client]*presence{}}
		h.rooms[k] = r
	}
	r.mu.Lock()
	r.members[m.client] = m
	r.mu.Unlock()
	h.mu.Unlock()
	if fresh && h.peers != nil && p.user == 0 {
		h.peers.Ask(k.tenant, k.name)
	}
	return r
}

func (h *Hub) leave(r *room, c *Client) {
	h.mu.Lock()
	r.mu.Lock()
	delete(r.members, c)
	_, here := r.presence[c]
	delete(r.presence, c)
	empty := len(r.members) == 0
	r.mu.Unlock()
	if empty {
		delete(h.rooms, r.key)
	}
	h.mu.Unlock()
	switch {
	case here && empty:
		r.share(h.now())
	case here:
		r.movedHere()
	}
}

func unknownRoom() error { return fail.New(fail.NotFound, "room.unknown") }
