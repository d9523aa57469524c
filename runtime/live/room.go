package live

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	// The least time between two flushes of a room grows with its members, since
	// each flush costs a write to each: a crowd's events travel together, those
	// of a small room at once.
	pacePerMember = 15 * time.Microsecond
	slowestPace   = 25 * time.Millisecond
	// burst is how many changes of one flush are told one by one; more become a reset.
	burst = 200
	// replayMost is how far back a page may have been away and still be told what it missed.
	replayMost = 2000
)

// place is what a room is about.
type place struct {
	entity schema.EntityID // entity: and record: rooms
	record schema.RecordID // record: rooms
	user   schema.UserID   // user: rooms
}

// member is a client in a room.
type member struct {
	client *Client
	from   schema.Seq // events up to here are known to it
	// catching: what happens now is held back until what it missed has been sent.
	catching bool
	held     []store.Change
}

// room is one set of clients who are told the same things.
type room struct {
	hub *Hub
	key roomKey
	place

	mu        sync.Mutex // guards what follows; never held while a hub lock is taken
	members   map[*Client]*member
	pending   []store.Change
	scheduled bool // a flush is on its way, or under way: one at a time, or frames would overtake
	flushed   time.Time
	presence  map[*Client]*presence
	showing   bool               // who is where goes out in a moment
	unshown   bool               // somebody moved since it was last looked at
	guests    map[string]*guests // by node
	unshared  bool               // other nodes do not know yet who is here
	shared    time.Time          // when they were told
}

// Subscribe puts a client into a room: "entity:ent_…", "record:rec_…@ent_…" or
// "user:me". after, where it is above 0, is the last seq that the page has
// seen: it is sent what came since, or a reset. The answer is the seq up to
// which the page is then told. An unknown or forbidden room is NotFound.
func (h *Hub) Subscribe(ctx context.Context, c *Client, name string, after schema.Seq) (schema.Seq, error) {
	a := c.Actor()
	p, err := h.placeOf(ctx, a, name)
	if err != nil {
		return 0, err
	}
	m := &member{client: c, catching: true}
	r := h.enter(roomKey{a.Tenant, name}, p, m)
	if err := c.joined(name, r); err != nil {
		h.leave(r, c)
		return 0, err
	}
	last, err := h.catchUp(ctx, r, m, after)
	if err != nil {
		h.Unsubscribe(c, name)
		return 0, err
	}
	return last, nil
}

// Unsubscribe takes a client out of a room; not being in it is no error.
func (h *Hub) Unsubscribe(c *Client, name string) {
	c.mu.Lock()
	r := c.rooms[name]
	delete(c.rooms, name)
	c.mu.Unlock()
	if r != nil {
		h.leave(r, c)
	}
}

func (c *Client) joined(name string, r *room) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return unknownRoom()
	}
	if c.rooms[name] == nil && len(c.rooms) >= maxRooms {
		return fail.New(fail.TooMany, "room.tooMany").With("max", maxRooms)
	}
	c.rooms[name] = r
	return nil
}

// catchUp sends what a page has missed. The log is read after the member has
// entered: what is not in it yet will be handed to the room.
func (h *Hub) catchUp(ctx context.Context, r *room, m *member, after schema.Seq) (schema.Seq, error) {
	missed, last, err := h.missed(ctx, r, after)
	if err != nil {
		return 0, err
	}
	switch {
	case after > 0 && missed == nil:
		m.client.Send(resetFrame(r.key.name, last))
	case len(missed) > 0:
		if err := h.sendOne(ctx, r, m, missed); err != nil {
			return 0, err
		}
	}
	for {
		held := r.release(m, last)
		if held == nil {
			return last, nil
		}
		if err := h.sendOne(ctx, r, m, held); err != nil {
			return 0, err
		}
		last = held[len(held)-1].Seq // the room may have them before it still
	}
}

// release takes what was held back for a member; where there is nothing left
// the member takes part in the room's flushes from now on.
func (r *room) release(m *member, last schema.Seq) []store.Change {
	r.mu.Lock()
	defer r.mu.Unlock()
	held := slices.DeleteFunc(m.held, func(c store.Change) bool { return c.Seq <= last })
	m.held = nil
	if len(held) == 0 {
		m.from, m.catching = last, false
		if n := len(r.pending); n > 0 {
			m.from = max(last, r.pending[0].Seq-1)
		}
		return nil
	}
	return held
}

func (h *Hub) sendOne(ctx context.Context, r *room, m *member, cs []store.Change) error {
	f, err := h.render(ctx, r, m.client.Actor(), cs)
	if err != nil {
		return err
	}
	if f != nil {
		m.client.Send(f)
	}
	return nil
}

// missed reads the log after a position: nil where it is too much or trimmed.
func (h *Hub) missed(ctx context.Context, r *room, after schema.Seq) (out []store.Change, last schema.Seq, err error) {
	err = h.o.Engine.View(ctx, r.key.tenant, func(rd store.Reader) error {
		if last, err = rd.LastSeq(ctx); err != nil || after <= 0 {
			return err
		}
		if after > last || last-after > replayMost {
			return nil
		}
		out = []store.Change{}
		for pos := after; pos < last; {
			cs, err := rd.Changes(ctx, pos, 500)
			if errors.Is(err, store.ErrTrimmed) {
				out = nil
				return nil
			}
			if err != nil || len(cs) == 0 {
				return err
			}
			for _, ch := range cs {
				if r.concerns(&ch) && ch.Seq <= last {
					out = append(out, ch)
				}
			}
			pos = cs[len(cs)-1].Seq
		}
		return nil
	})
	if len(out) > burst {
		out = nil
	}
	return out, last, err
}

// concerns says whether a change is told in this room.
func (r *room) concerns(c *store.Change) bool {
	if c.Op == store.OpDoc {
		return r.record != 0 && c.DocKind == "comment" && strings.HasPrefix(c.DocKey, commentPrefix(r.entity, r.record))
	}
	return c.Entity == r.entity && (r.record == 0 || c.Record == r.record)
}

// tell takes changes into the room; they go out at once, or with the next flush.
func (r *room) tell(cs []store.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pending = append(r.pending, cs...)
	for _, m := range r.members {
		if m.catching {
			m.held = append(m.held, cs...)
		}
	}
	r.schedule()
}

// schedule makes one flush follow. The caller holds mu.
func (r *room) schedule() {
	if r.scheduled {
		return
	}
	r.scheduled = true
	pace := min(time.Duration(len(r.members))*pacePerMember, slowestPace)
	time.AfterFunc(min(max(pace-r.hub.now().Sub(r.flushed), 0), pace), r.flush)
}

// flush sends what is pending, once for each class of members.
func (r *room) flush() {
	r.mu.Lock()
	changes := r.pending
	r.pending, r.flushed = nil, r.hub.now()
	members := make([]*member, 0, len(r.members))
	for _, m := range r.members {
		if !m.catching {
			members = append(members, m)
		}
	}
	r.mu.Unlock()
	if len(changes) > 0 && len(members) > 0 {
		r.hub.send(r, members, changes)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.scheduled = false
	if len(r.pending) > 0 {
		r.schedule()
	}
}
