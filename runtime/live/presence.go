package live

import (
	"context"
	"time"

	"tongban/runtime/access"
	"tongban/schema"
)

const (
	presencePace = 50 * time.Millisecond
	presenceLife = 15 * time.Second
)

// Cursor is where somebody is: a record, and the key of a field. Both may be empty.
type Cursor struct {
	Record schema.RecordID
	Field  string
}

// presence is one page's sign of life in a room. It is never stored.
type presence struct {
	cursor Cursor
	at     time.Time
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
	r.mu.Lock()
	old := r.presence[c]
	r.presence[c] = &presence{cursor: cur, at: h.now()}
	same := old != nil && old.cursor == cur
	r.mu.Unlock()
	if !same {
		r.showPresence()
	}
	return nil
}

// showPresence tells the room who is where, at most every 50 ms.
func (r *room) showPresence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.showing {
		return
	}
	r.showing = true
	time.AfterFunc(presencePace, r.sendPresence)
}

func (r *room) expirePresence(now time.Time) {
	r.mu.Lock()
	gone := false
	for c, p := range r.presence {
		if now.Sub(p.at) > presenceLife {
			delete(r.presence, c)
			gone = true
		}
	}
	r.mu.Unlock()
	if gone {
		r.showPresence()
	}
}

// someone is a presence on its way out.
type someone struct {
	client *Client
	name   string
	cursor Cursor
	rec    *schema.Record // nil where the record is unknown
}

// sendPresence sends every member the others, without the cursors on what the member may not read.
func (r *room) sendPresence() {
	r.mu.Lock()
	r.showing = false
	members := make([]*Client, 0, len(r.members))
	for c := range r.members {
		members = append(members, c)
	}
	var who []someone
	for c, p := range r.presence {
		who = append(who, someone{client: c, cursor: p.cursor})
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.hub.Life()), 5*time.Second)
	defer cancel()
	r.hub.describe(ctx, r, who)
	for _, c := range members {
		c.Send(r.hub.presenceFrame(ctx, r, c, who))
	}
}

// describe adds names and the records under the cursors.
func (h *Hub) describe(ctx context.Context, r *room, who []someone) {
	snap, err := h.o.Catalog.Tenant(ctx, r.key.tenant)
	if err != nil {
		return
	}
	var all []*told
	for i := range who {
		if m := snap.Member(who[i].client.Actor().User); m != nil {
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

func (h *Hub) presenceFrame(ctx context.Context, r *room, to *Client, who []someone) *Frame {
	var rights *access.Rights
	if r.entity != 0 {
		if _, got, err := h.rights(ctx, to.Actor(), r.entity); err == nil {
			rights = got
		}
	}
	b := append([]byte(`{"t":"presence","room":"`), r.key.name...)
	b = append(b, `","members":[`...)
	first := true
	for i := range who {
		w := &who[i]
		if w.client == to {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, `{"client":"`...)
		b = append(b, w.client.id...)
		b = append(b, `","user":{"id":"`...)
		b = append(b, schema.FormatID(schema.PrefixUser, w.client.Actor().User)...)
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
		b = append(b, '}')
	}
	return &Frame{Data: append(b, "]}"...), room: r.key.name, ephemeral: true}
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
