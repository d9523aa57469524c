package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// Feed is a part of the tenant's change log. Seq is where the next call goes on.
type Feed struct {
	Changes []FeedChange
	Seq     schema.Seq
}

// FeedChange is one change as one actor may see it. Row, the record as it is
// now, stands on the last change of each record in the part. Kind is created,
// updated, restored, deleted, or gone for a record that has left the actor's
// scope; for a changed document it is schema.
type FeedChange struct {
	Seq     schema.Seq
	Kind    string
	Entity  schema.EntityID
	Record  schema.RecordID
	Version schema.Version
	Changed []string // keys of readable fields
	Row     *Row
	By      schema.UserID
	At      int64
	Via     string
	names   *names
}

// Feed returns the changes after a position that concern records which the
// actor may read, or could read before the change.
func (s *Service) Feed(ctx context.Context, a access.Actor, after schema.Seq, limit int) (*Feed, error) {
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > maxLimit {
		limit = maxLimit
	}
	out := &Feed{Changes: []FeedChange{}, Seq: after}
	err = s.view(ctx, snap, a, func(rd *reading) error {
		list, err := rd.r.Changes(ctx, after, limit)
		if err != nil {
			return fmt.Errorf("read changes: %w", err)
		}
		if len(list) > 0 {
			out.Seq = list[len(list)-1].Seq
		}
		f := &feeder{rd: rd, last: map[recordRef]int{}, rows: map[recordRef]*Row{}, gone: map[recordRef]*schema.Record{}}
		if err := f.load(list); err != nil {
			return err
		}
		for i := range list {
			if c, ok := f.change(i, &list[i]); ok {
				out.Changes = append(out.Changes, c)
			}
		}
		return nil
	})
	if err != nil {
		return nil, feedError(err)
	}
	return out, nil
}

// FeedEnd is the position of the newest change: who has loaded everything after
// asking for it goes on from there.
func (s *Service) FeedEnd(ctx context.Context, a access.Actor) (seq schema.Seq, err error) {
	err = s.engine.View(ctx, a.Tenant, func(r store.Reader) error {
		seq, err = r.LastSeq(ctx)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("end of the log: %w", err)
	}
	return seq, nil
}

// feeder turns log lines into what one actor may know of them.
type feeder struct {
	rd   *reading
	last map[recordRef]int            // the index of each record's last change
	rows map[recordRef]*Row           // live records as they are now
	gone map[recordRef]*schema.Record // trashed ones
}

func (f *feeder) load(list []store.Change) error {
	ids := map[schema.EntityID][]schema.RecordID{}
	for i := range list {
		c := &list[i]
		if c.Op == store.OpDoc {
			continue
		}
		ref := recordRef{c.Entity, c.Record}
		if _, seen := f.last[ref]; !seen {
			ids[c.Entity] = append(ids[c.Entity], c.Record)
		}
		f.last[ref] = i
	}
	for ent, list := range ids {
		r, shape := f.rd.rights(ent), f.rd.snap.Shape(ent)
		if r == nil || shape == nil {
			continue
		}
		if err := f.loadEntity(r, shape, ent, list); err != nil {
			return err
		}
	}
	return nil
}

func (f *feeder) loadEntity(r *access.Rights, shape *store.Shape, ent schema.EntityID, ids []schema.RecordID) error {
	recs, err := f.rd.r.Get(f.rd.ctx, shape, ids, nil)
	if err != nil {
		return fmt.Errorf("load changed records: %w", err)
	}
	var live []*schema.Record
	var missing []schema.RecordID
	for i, rec := range recs {
		if rec == nil {
			missing = append(missing, ids[i])
			continue
		}
		live = append(live, rec)
	}
	rows, err := f.rd.present(r, f.rd.svc.columns(r, nil), live)
	if err != nil {
		return err
	}
	for _, row := range rows {
		f.rows[recordRef{ent, row.Record.ID}] = row
	}
	if len(missing) == 0 {
		return nil
	}
	trashed, err := f.rd.r.Trashed(f.rd.ctx, shape, missing)
	if err != nil {
		return fmt.Errorf("load trashed records: %w", err)
	}
	for i, rec := range trashed {
		if rec != nil {
			f.gone[recordRef{ent, missing[i]}] = rec
		}
	}
	return nil
}

func (f *feeder) change(i int, c *store.Change) (FeedChange, bool) {
	out := FeedChange{
		Seq: c.Seq, Entity: c.Entity, Record: c.Record, Version: c.Version,
		By: c.Origin.Actor, At: c.Origin.At, Via: c.Origin.Via, names: &names{snap: f.rd.snap},
	}
	if c.Op == store.OpDoc {
		out.Kind = "schema"
		return out, c.DocKind == "entity" || c.DocKind == "app" || c.DocKind == "view" || c.DocKind == catalog.KindRecalc
	}
	r := f.rd.rights(c.Entity)
	if r == nil {
		return out, false
	}
	ref := recordRef{c.Entity, c.Record}
	row := f.rows[ref]
	if row == nil { // trashed or purged: told to those who could read it
		out.Kind = "deleted"
		rec := f.gone[ref]
		known := rec != nil && f.rd.of(r, rec).May(access.Read)
		unscoped := r.RowFilter() == nil
		return out, (known || unscoped) && (c.Op == store.OpTrash || c.Op == store.OpPurge)
	}
	if !row.Visible() {
		out.Kind = "gone"
		return out, f.hadAccess(r, row.Record, c)
	}
	out.Kind = map[store.OpKind]string{
		store.OpCreate: "created", store.OpUpdate: "updated", store.OpRestore: "restored", store.OpTrash: "deleted", store.OpPurge: "deleted",
	}[c.Op]
	for j := range row.page.cols {
		fld := row.page.cols[j].f
		_, was := c.Before[fld.ID]
		_, is := c.After[fld.ID]
		if (was || is) && row.Access.Read.Has(fld.ID) {
			out.Changed = append(out.Changed, fld.Key)
		}
	}
	if f.last[ref] == i {
		out.Row = row
	}
	if len(out.Changed) == 0 && c.Op == store.OpUpdate && !f.entered(r, row.Record, c) {
		return out, false // nothing that the actor may know of has changed
	}
	return out, true
}

// hadAccess says whether the record could be read before the change.
func (f *feeder) hadAccess(r *access.Rights, now *schema.Record, c *store.Change) bool {
	if c.Op != store.OpUpdate {
		return false
	}
	was := *now
	was.Values = maps.Clone(now.Values)
	for id := range c.After {
		was.Values[id] = c.Before[id]
	}
	maps.Copy(was.Values, c.Before)
	maps.DeleteFunc(was.Values, func(_ schema.FieldID, v schema.Value) bool { return v == nil })
	return f.rd.of(r, &was).May(access.Read)
}

// entered says whether the change brought the record into the actor's scope.
func (f *feeder) entered(r *access.Rights, now *schema.Record, c *store.Change) bool {
	scoped := slices.ContainsFunc(r.ScopeFields(), func(id schema.FieldID) bool {
		_, was := c.Before[id]
		_, is := c.After[id]
		return was || is
	})
	return scoped && !f.hadAccess(r, now, c)
}

// AppendJSON appends {"changes":[…],"seq":n}.
func (f *Feed) AppendJSON(dst []byte, by KeyMode) []byte {
	dst = append(dst, `{"changes":[`...)
	for i := range f.Changes {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.Changes[i].appendJSON(dst, by)
	}
	dst = append(dst, `],"seq":`...)
	return append(strconv.AppendInt(dst, int64(f.Seq), 10), '}')
}

func (c *FeedChange) appendJSON(dst []byte, by KeyMode) []byte {
	dst = append(dst, `{"seq":`...)
	dst = strconv.AppendInt(dst, int64(c.Seq), 10)
	dst = append(dst, `,"kind":`...)
	dst = appendText(dst, c.Kind)
	if c.Kind != "schema" {
		dst = append(dst, `,"entity":"`...)
		dst = appendID(dst, schema.PrefixEntity, int64(c.Entity))
		dst = append(dst, `","id":"`...)
		dst = appendID(dst, schema.PrefixRecord, int64(c.Record))
		dst = append(dst, `","version":`...)
		dst = strconv.AppendInt(dst, int64(c.Version), 10)
	}
	dst = append(dst, `,"at":`...)
	dst = appendTime(dst, c.At)
	if c.Kind == "gone" {
		return append(dst, '}') // who took it away, and how, is not the actor's to know
	}
	dst = append(dst, `,"by":`...)
	dst = c.names.appendUser(dst, c.By)
	dst = append(dst, `,"via":`...)
	dst = appendText(dst, c.Via)
	if len(c.Changed) > 0 {
		dst = append(dst, `,"changed":[`...)
		for i, k := range c.Changed {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendText(dst, k)
		}
		dst = append(dst, ']')
	}
	if c.Row != nil {
		dst = append(dst, `,"record":`...)
		dst = c.Row.AppendJSON(dst, by)
	}
	return append(dst, '}')
}

// feedError tells a follower that is too far behind to start anew.
func feedError(err error) error {
	if errors.Is(err, store.ErrTrimmed) {
		return fail.New(fail.Invalid, "feed.trimmed").On("after").Because(err)
	}
	return err
}
