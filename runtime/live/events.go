package live

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// handle takes changes from the log into the rooms that they concern.
func (h *Hub) handle(ctx context.Context, t schema.TenantID, cs []store.Change) error {
	h.mu.Lock()
	var rooms []*room
	for k, r := range h.rooms {
		if k.tenant == t {
			rooms = append(rooms, r)
		}
	}
	h.mu.Unlock()
	for _, r := range rooms {
		var mine []store.Change
		for i := range cs {
			if r.concerns(&cs[i]) {
				mine = append(mine, cs[i])
			}
		}
		if len(mine) > 0 {
			r.tell(mine)
		}
	}
	return h.tellSchema(ctx, t, cs)
}

// send renders changes once for each class of members and queues the frames.
func (h *Hub) send(r *room, members []*member, cs []store.Change) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.Life()), 10*time.Second)
	defer cancel()
	if len(cs) > burst {
		f := resetFrame(r.key.name, cs[len(cs)-1].Seq)
		for _, m := range members {
			m.client.Send(f)
		}
		return
	}
	frames, personal := map[string]*Frame{}, map[string]bool{}
	for _, m := range members {
		class, known := h.class(ctx, r, m, cs, personal)
		f, done := frames[class]
		if !done || !known {
			var err error
			if f, err = h.render(ctx, r, m.client.Actor(), after(cs, m.from)); err != nil {
				h.log.ErrorContext(ctx, "live event not rendered", "tenant", int64(r.key.tenant), "error", err)
				f = resetFrame(r.key.name, cs[len(cs)-1].Seq)
			}
			frames[class] = f
		}
		if f != nil {
			m.client.Send(f)
		}
	}
}

// class names the members who get the same frame. Members who have seen a part
// already are on their own, and so are, class by class, those for whom it
// depends on who they are which linked records they see: personal keeps that.
//

func (h *Hub) class(ctx context.Context, r *room, m *member, cs []store.Change, personal map[string]bool) (string, bool) {
	a := m.client.Actor()
	snap, rights, err := h.rights(ctx, a, r.entity)
	if err != nil {
		return "", false
	}
	name := rights.Class()
	own, known := personal[name]
	if !known {
		own = h.linksPersonal(a, snap, rights)
		personal[name] = own
	}
	if own {
		name += "@" + schema.FormatID(schema.PrefixUser, a.User)
	}
	if cs[0].Seq > m.from {
		return name, true
	}
	return name + "@" + m.client.id, true
}

// linksPersonal says whether actors with the same rights on an entity may see
// different ones of the records that its records link to.
func (h *Hub) linksPersonal(a access.Actor, snap *catalog.Snapshot, rights *access.Rights) bool {
	for _, f := range rights.Entity().Live() {
		if f.Type != "link" || !rights.Readable(f.ID) {
			continue
		}
		if other, err := h.o.Policy.Rights(a, snap, f.Options.Entity); err == nil && other.Personal() {
			return true
		}
	}
	return false
}

func after(cs []store.Change, from schema.Seq) []store.Change {
	for i := range cs {
		if cs[i].Seq > from {
			return cs[i:]
		}
	}
	return nil
}

func (h *Hub) rights(ctx context.Context, a access.Actor, e schema.EntityID) (*catalog.Snapshot, *access.Rights, error) {
	snap, err := h.o.Catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, nil, err
	}
	rights, err := h.o.Policy.Rights(a, snap, e)
	return snap, rights, err
}

// what is told of one record: the last of its changes, and whether it came into being among them.
type told struct {
	id      schema.RecordID
	changes []*store.Change
}

func (t *told) last() *store.Change { return t.changes[len(t.changes)-1] }

func byRecord(cs []store.Change) []*told {
	var out []*told
	at := map[schema.RecordID]*told{}
	for i := range cs {
		c := &cs[i]
		if c.Op == store.OpDoc {
			continue
		}
		t := at[c.Record]
		if t == nil {
			t = &told{id: c.Record}
			at[c.Record] = t
			out = append(out, t)
		}
		t.changes = append(t.changes, c)
	}
	return out
}

// render makes the frame that tells an actor of changes: nil where the actor
// may know of none of them. Records are shown as they are now.
func (h *Hub) render(ctx context.Context, r *room, a access.Actor, cs []store.Change) (*Frame, error) {
	if len(cs) == 0 {
		return nil, nil //nolint:nilnil // no frame is a fair answer
	}
	snap, rights, err := h.rights(ctx, a, r.entity)
	if fail.KindOf(err) == fail.NotFound {
		return nil, nil //nolint:nilnil // nothing of this entity is for this actor
	}
	if err != nil {
		return nil, err
	}
	all := byRecord(cs)
	live, trashed, err := h.images(ctx, snap.Shape(r.entity), a.Tenant, all)
	if err != nil {
		return nil, err
	}
	rows, err := h.rows(ctx, a, r.entity, live)
	if err != nil {
		return nil, err
	}
	was := make([]*schema.Record, len(all))
	for i, t := range all {
		if rows[i] == nil {
			was[i] = before(t, live[i], trashed[i])
		}
	}
	known, err := h.readable(ctx, a, rights, was)
	if err != nil {
		return nil, err
	}
	w := &frameWriter{snap: snap}
	for i, t := range all {
		w.event(t, rows[i], known[i])
	}
	for i := range cs {
		if cs[i].Op != store.OpDoc {
			continue
		}
		if _, err := h.o.Records.Get(ctx, a, r.entity, r.record); fail.KindOf(err) == fail.NotFound {
			break // it has left their sight
		}
		w.comment(&cs[i])
	}
	return w.frame(r.key.name, cs[len(cs)-1].Seq), nil
}

// rows shows records to an actor; nil for a hole and for what they may not read.
func (h *Hub) rows(ctx context.Context, a access.Actor, e schema.EntityID, recs []*schema.Record) ([]*record.Row, error) {
	out := make([]*record.Row, len(recs))
	var there []*schema.Record
	var at []int
	for i, rec := range recs {
		if rec != nil {
			there, at = append(there, rec), append(at, i)
		}
	}
	if len(there) == 0 {
		return out, nil
	}
	rows, err := h.o.Records.Present(ctx, a, e, there)
	if err != nil {
		return nil, fmt.Errorf("present: %w", err)
	}
	for i, row := range rows {
		if row.Visible() {
			out[at[i]] = row
		}
	}
	return out, nil
}

// readable says which of the records the actor may read; holes are not.
func (h *Hub) readable(ctx context.Context, a access.Actor, r *access.Rights, recs []*schema.Record) ([]bool, error) {
	out := make([]bool, len(recs))
	if r.NeedsLookup() {
		rows, err := h.rows(ctx, a, r.Entity().ID, recs)
		for i, row := range rows {
			out[i] = row != nil
		}
		return out, err
	}
	for i, rec := range recs {
		out[i] = rec != nil && r.Of(rec, nil).May(access.Read)
	}
	return out, nil
}

// images reads the records as they are now: among the live ones, else in the trash. Holes are nil.
func (h *Hub) images(ctx context.Context, s *store.Shape, t schema.TenantID, all []*told) (live, trashed []*schema.Record, err error) {
	ids := make([]schema.RecordID, len(all))
	for i := range all {
		ids[i] = all[i].id
	}
	trashed = make([]*schema.Record, len(ids))
	if len(ids) == 0 {
		return nil, trashed, nil
	}
	err = h.o.Engine.View(ctx, t, func(rd store.Reader) error {
		if live, err = rd.Get(ctx, s, ids, nil); err != nil {
			return err
		}
		for _, rec := range live {
			if rec == nil {
				trashed, err = rd.Trashed(ctx, s, ids)
				return err
			}
		}
		return nil
	})
	return live, trashed, err
}

// before is the record as it was ahead of the changes: nil where it was not.
func before(t *told, live, trashed *schema.Record) *schema.Record {
	now := live
	if now == nil {
		now = trashed
	}
	first := t.changes[0].Op
	if now == nil || first == store.OpCreate || first == store.OpRestore {
		return nil
	}
	was := *now
	was.Values = schema.Values{}
	maps.Copy(was.Values, now.Values)
	for _, c := range slices.Backward(t.changes) {
		maps.Copy(was.Values, c.Before)
	}
	return &was
}

// frameWriter builds an events frame.
type frameWriter struct {
	snap   *catalog.Snapshot
	events []byte
}

// event adds what an actor is told of one record: that it is there (row), that
// it is gone from their sight (known: they could read it before), or nothing.
func (w *frameWriter) event(t *told, row *record.Row, known bool) {
	last := t.last()
	switch {
	case row != nil && (t.changes[0].Op == store.OpCreate || t.changes[0].Op == store.OpRestore):
		w.open("created")
		w.events = row.AppendJSON(w.events, record.ByKey)
	case row != nil:
		w.open("updated")
		w.events = row.AppendJSON(w.events, record.ByKey)
	case known:
		kind := "gone"
		if last.Op == store.OpTrash || last.Op == store.OpPurge {
			kind = "deleted"
		}
		w.open(kind)
		w.bare(last)
	default:
		return
	}
	w.close(last)
}

func (w *frameWriter) open(kind string) {
	if len(w.events) > 0 {
		w.events = append(w.events, ',')
	}
	w.events = append(w.events, `{"kind":"`...)
	w.events = append(w.events, kind...)
	w.events = append(w.events, `","record":`...)
}

func (w *frameWriter) bare(c *store.Change) {
	w.events = append(w.events, `{"id":"`...)
	w.events = append(w.events, schema.FormatID(schema.PrefixRecord, c.Record)...)
	w.events = append(w.events, `","version":`...)
	w.events = strconv.AppendInt(w.events, int64(c.Version), 10)
	w.events = append(w.events, '}')
}

func (w *frameWriter) close(c *store.Change) {
	w.events = append(w.events, `,"by":`...)
	w.events = append(w.events, w.person(c.Origin.Actor)...)
	w.events = append(w.events, `,"at":"`...)
	w.events = time.UnixMilli(c.Origin.At).UTC().AppendFormat(w.events, "2006-01-02T15:04:05.000Z")
	w.events = append(w.events, `","via":`...)
	w.events = append(w.events, quote(c.Origin.Via)...)
	w.events = append(w.events, '}')
}

// comment tells that a record's comments have changed; the page reads them over the API.
func (w *frameWriter) comment(c *store.Change) {
	if len(w.events) > 0 {
		w.events = append(w.events, ',')
	}
	w.events = append(w.events, `{"kind":"comments","key":`...)
	w.events = append(w.events, quote(c.DocKey)...)
	w.close(c)
}

func (w *frameWriter) person(id schema.UserID) []byte {
	name := ""
	if m := w.snap.Member(id); m != nil {
		name = m.Name
	}
	b := append([]byte(`{"id":"`), schema.FormatID(schema.PrefixUser, id)...)
	b = append(b, `","name":`...)
	b = append(b, quote(name)...)
	return append(b, '}')
}

func (w *frameWriter) frame(room string, seq schema.Seq) *Frame {
	if len(w.events) == 0 {
		return nil
	}
	b := make([]byte, 0, len(w.events)+len(room)+64)
	b = append(b, `{"t":"events","room":"`...)
	b = append(b, room...)
	b = append(b, `","seq":`...)
	b = strconv.AppendInt(b, int64(seq), 10)
	b = append(b, `,"events":[`...)
	b = append(b, w.events...)
	return &Frame{Data: append(b, "]}"...), Seq: seq, room: room}
}
