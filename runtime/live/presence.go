package live

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"tongban/runtime/access"
	"tongban/schema"
)

const (
	// A room's presence goes out at most this often; a crowd's less often, since
	// each time costs a write to each.
	presencePace      = 50 * time.Millisecond
	presencePerMember = 250 * time.Microsecond
	presenceLife      = 15 * time.Second
	// presenceShown is how many people at most are shown in a room: those who moved last.
	presenceShown = 64
	// presenceShare is how often other nodes are told again who is in a room.
	presenceShare = 5 * time.Second
)

// Cursor is where somebody is: a record, and the key of a field. Both may be empty.
type Cursor struct {
	Record schema.RecordID `json:"record,omitempty"`
	Field  string          `json:"field,omitempty"`
}

// presence is one page's sign of life in a room. It is never stored.
type presence struct {
	cursor Cursor
	at     time.Time // the last sign
	moved  time.Time // the last new cursor
}

// Present says where a client is in a room that it has joined. A page says it
// again at least every 10 s; after 15 s without a word it is taken to have left.
func (h *Hub) Present(c *Client, name string, cur Cursor) error {
	c.mu.Lock()
	r := c.rooms[name]
	c.mu.Unlock()
	if r == nil {
		return unknownRoom()
	}
	now := h.now()
	r.mu.Lock()
	p := r.presence[c]
	same := p != nil && p.cursor == cur
	if p == nil {
		p = &presence{}
		r.presence[c] = p
	}
	p.at = now
	if !same {
		p.cursor, p.moved = cur, now
	}
	r.mu.Unlock()
	if !same {
		r.movedHere()
	}
	return nil
}

// movedHere tells this node's members, and other nodes, who is where.
func (r *room) movedHere() {
	r.mu.Lock()
	r.unshared = true
	r.mu.Unlock()
	r.showPresence()
}

// showPresence tells the room who is where, in a moment.
func (r *room) showPresence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unshown = true
	if r.showing {
		return
	}
	r.showing = true
	time.AfterFunc(max(presencePace, time.Duration(len(r.members))*presencePerMember), r.sendPresence)
}

// expirePresence takes out who has been silent too long.
func (r *room) expirePresence(now time.Time) {
	r.mu.Lock()
	here, away := false, false
	for c, p := range r.presence {
		if now.Sub(p.at) > presenceLife {
			delete(r.presence, c)
			here = true
		}
	}
	for node, g := range r.guests {
		if now.Sub(g.at) > presenceLife {
			delete(r.guests, node)
			away = true
		}
	}
	stale := len(r.presence) > 0 && now.Sub(r.shared) >= presenceShare
	r.mu.Unlock()
	switch {
	case here:
		r.movedHere()
	case away:
		r.showPresence()
	}
	if stale {
		r.share(now)
	}
}

// someone is a presence on its way out.
type someone struct {
	client string
	user   schema.UserID
	cursor Cursor
	moved  time.Time
	name   string
	rec    *schema.Record // nil where the record is unknown
}

// sendPresence sends every member the others, without the cursors on what the
// member may not read.
func (r *room) sendPresence() {
	now := r.hub.now()
	r.mu.Lock()
	members := make([]*Client, 0, len(r.members))
	for c := range r.members {
		members = append(members, c)
	}
	who := r.everybody()
	unshared := r.unshared
	r.unshown = false
	r.mu.Unlock()
	if unshared {
		r.share(now)
	}
	more := 0
	if len(who) > presenceShown {
		more = len(who) - presenceShown
		slices.SortFunc(who, func(a, b someone) int { return b.moved.Compare(a.moved) })
		who = who[:presenceShown]
	}
	slices.SortFunc(who, func(a, b someone) int { return cmp.Compare(a.client, b.client) })
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.hub.Life()), 5*time.Second)
	defer cancel()
	r.hub.describe(ctx, r, who)
	b := &presenceBuilder{hub: r.hub, room: r, who: who, more: more, classes: map[string]*presenceClass{}}
	for _, c := range members {
		c.Send(b.frame(ctx, c))
	}
	r.mu.Lock()
	r.showing = false
	again := r.unshown || r.unshared
	r.mu.Unlock()
	if again { // somebody moved meanwhile
		r.showPresence()
	}
}

// everybody lists who is here and on other nodes. The caller holds mu.
func (r *room) everybody() []someone {
	who := make([]someone, 0, len(r.presence))
	for c, p := range r.presence {
		who = append(who, someone{client: c.id, user: c.Actor().User, cursor: p.cursor, moved: p.moved})
	}
	for _, g := range r.guests {
		for _, one := range g.who {
			who = append(who, someone{client: one.Client, user: one.User, cursor: one.Cursor, moved: g.at})
		}
	}
	return who
}

// describe adds names and the records under the cursors.
func (h *Hub) describe(ctx context.Context, r *room, who []someone) {
	snap, err := h.o.Catalog.Tenant(ctx, r.key.tenant)
	if err != nil {
		return
	}
	var all []*told
	for i := range who {
		if m := snap.Member(who[i].user); m != nil {
			who[i].name = m.Name
		}
		if who[i].cursor.Record != 0 {
			all = append(all, &told{id: who[i].cursor.Record})
		}
	}
	if r.entity == 0 || len(all) == 0 {
		return
	}
	live, _, err := h.images(ctx, snap.Shape(r.entity), r.key.tenant, all)
	if err != nil {
		return
	}
	n := 0
	for i := range who {
		if who[i].cursor.Record != 0 {
			who[i].rec = live[n]
			n++
		}
	}
}

// presenceBuilder makes the frames of one moment: one for each class of
// members, and one each for those who are shown themselves.
type presenceBuilder struct {
	hub     *Hub
	room    *room
	who     []someone
	more    int
	classes map[string]*presenceClass
}

// presenceClass is what members with the same rights see: each person as JSON,
// and all of them as a frame.
type presenceClass struct {
	parts [][]byte
	all   *Frame
}

func (b *presenceBuilder) frame(ctx context.Context, to *Client) *Frame {
	var rights *access.Rights
	name := ""
	if b.room.entity != 0 {
		if _, got, err := b.hub.rights(ctx, to.Actor(), b.room.entity); err == nil {
			rights, name = got, got.Class()
		}
	}
	c := b.classes[name]
	if c == nil {
		c = &presenceClass{parts: make([][]byte, len(b.who))}
		for i := range b.who {
			c.parts[i] = b.who[i].json(rights)
		}
		b.classes[name] = c
	}
	me := slices.IndexFunc(b.who, func(w someone) bool { return w.client == to.id })
	if me >= 0 {
		return b.join(c.parts, me)
	}
	if c.all == nil {
		c.all = b.join(c.parts, -1)
	}
	return c.all
}

// join makes a frame of all parts but one.
func (b *presenceBuilder) join(parts [][]byte, but int) *Frame {
	out := append([]byte(`{"t":"presence","room":"`), b.room.key.name...)
	out = append(out, `","members":[`...)
	first := true
	for i, p := range parts {
		if i == but {
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(out, p...)
	}
	out = append(out, ']')
	if b.more > 0 {
		out = append(out, `,"more":`...)
		out = strconv.AppendInt(out, int64(b.more), 10)
	}
	return &Frame{Data: append(out, '}'), room: b.room.key.name, ephemeral: true}
}

// json is the person as a viewer with these rights is shown them.
func (w *someone) json(rights *access.Rights) []byte {
	b := append([]byte(`{"client":`), quote(w.client)...)
	b = append(b, `,"user":{"id":"`...)
	b = append(b, schema.FormatID(schema.PrefixUser, w.user)...)
	b = append(b, `","name":`...)
	b = append(b, quote(w.name)...)
	b = append(b, '}')
	if mayPoint(rights, w) {
		b = append(b, `,"cursor":{"record":"`...)
		b = append(b, schema.FormatID(schema.PrefixRecord, w.cursor.Record)...)
		b = append(b, `","field":`...)
		b = append(b, quote(w.cursor.Field)...)
		b = append(b, '}')
	}
	return append(b, '}')
}

// mayPoint says whether a viewer may be shown a cursor: the record and the field under it are theirs to read.
func mayPoint(rights *access.Rights, w *someone) bool {
	if rights == nil || w.rec == nil || rights.NeedsLookup() {
		return false
	}
	a := rights.Of(w.rec, nil)
	if !a.May(access.Read) {
		return false
	}
	if w.cursor.Field == "" {
		return true
	}
	f := rights.Entity().FieldNamed(w.cursor.Field)
	return f != nil && a.Read.Has(f.ID)
}
