package live

import (
	"context"
	"encoding/json"
	"maps"
	"strings"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

// The forms of room names.
const (
	entityRoom = "entity:"
	recordRoom = "record:"
	ownRoom    = "user:me"
)

// placeOf reads a room's name and checks that the actor may be there. The room
// of a record is named "record:rec_…@ent_…".
func (h *Hub) placeOf(ctx context.Context, a access.Actor, name string) (place, error) {
	if name == ownRoom {
		return place{user: a.User}, nil
	}
	if s, ok := strings.CutPrefix(name, entityRoom); ok {
		id, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, s)
		if !ok || h.mayRead(ctx, a, id) != nil {
			return place{}, unknownRoom()
		}
		return place{entity: id}, nil
	}
	s, ok := strings.CutPrefix(name, recordRoom)
	if !ok {
		return place{}, unknownRoom()
	}
	rec, ent, _ := strings.Cut(s, "@")
	e, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, ent)
	r, ok2 := schema.ParseID[schema.RecordID](schema.PrefixRecord, rec)
	if !ok || !ok2 {
		return place{}, unknownRoom()
	}
	if _, err := h.o.Records.Get(ctx, a, e, r); err != nil {
		return place{}, unknownRoom()
	}
	return place{entity: e, record: r}, nil
}

func (h *Hub) mayRead(ctx context.Context, a access.Actor, e schema.EntityID) error {
	_, rights, err := h.rights(ctx, a, e)
	if err != nil {
		return err
	}
	if !rights.May(access.Read) {
		return unknownRoom()
	}
	return nil
}

// commentPrefix is how the keys of a record's comments begin.
func commentPrefix(e schema.EntityID, r schema.RecordID) string {
	return schema.FormatID("", e) + "/" + schema.FormatID("", r) + "/"
}

// tellSchema tells the pages of a tenant that metadata has changed, and looks
// everybody's rights up anew where roles, members or departments have.
func (h *Hub) tellSchema(ctx context.Context, t schema.TenantID, cs []store.Change) error {
	seen := map[string]bool{}
	people := false
	var frames []*Frame
	for i := range cs {
		c := &cs[i]
		if c.Op != store.OpDoc || seen[c.DocKind] {
			continue
		}
		switch c.DocKind {
		case "app", "entity", "view", "tenant", catalog.KindRecalc, catalog.KindConvert, catalog.KindDuplicate: // the last three tell of values that were filled in
		case "role", "member", "department":
			people = true
		default:
			continue
		}
		seen[c.DocKind] = true
		frames = append(frames, &Frame{Data: []byte(`{"t":"schema","kind":"` + c.DocKind + `"}`)})
	}
	if len(frames) == 0 {
		return nil
	}
	h.o.Catalog.Invalidate(t)
	for _, c := range h.clientsOf(t) {
		if people && !h.refresh(ctx, c) {
			continue
		}
		for _, f := range frames {
			c.Send(f)
		}
	}
	return nil
}

// refresh looks a client's actor up anew. A client whose session has ended is
// ended; one whose rights have changed leaves what it may no longer see and
// reads the rest again.
func (h *Hub) refresh(ctx context.Context, c *Client) bool {
	c.mu.Lock()
	session := c.session
	c.mu.Unlock()
	a, err := h.o.Actor(ctx, session)
	if err != nil {
		c.end(SignedOut)
		return false
	}
	c.mu.Lock()
	c.actor = a
	rooms := make(map[string]*room, len(c.rooms))
	maps.Copy(rooms, c.rooms)
	c.mu.Unlock()
	for name, r := range rooms {
		if _, err := h.placeOf(ctx, a, name); err != nil {
			h.Unsubscribe(c, name)
		}
		c.Send(resetFrame(name, h.position(r.key.tenant)))
	}
	return true
}

// quote writes a JSON string.
func quote(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return []byte(`""`)
	}
	return b
}
