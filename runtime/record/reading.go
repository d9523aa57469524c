package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// maxDerived is how many records a derived link shows.
const maxDerived = 100

// reading is one actor's read of one store snapshot.
type reading struct {
	ctx   context.Context //nolint:containedctx // lives for one read
	svc   *Service
	snap  *catalog.Snapshot
	actor access.Actor
	r     store.Reader
	sides map[schema.EntityID]*access.Rights // nil for entities that the actor may not know
	cache map[schema.EntityID]map[schema.RecordID]*schema.Record
	err   error // of a lookup, which cannot return one
}

// view runs fn over one store snapshot.
func (s *Service) view(ctx context.Context, snap *catalog.Snapshot, a access.Actor, fn func(*reading) error) error {
	err := s.engine.View(ctx, a.Tenant, func(r store.Reader) error {
		rd := s.reading(ctx, snap, a, r)
		if err := fn(rd); err != nil {
			return err
		}
		return rd.err
	})
	return storeError(err)
}

func (s *Service) reading(ctx context.Context, snap *catalog.Snapshot, a access.Actor, r store.Reader) *reading {
	return &reading{ctx: ctx, svc: s, snap: snap, actor: a, r: r, sides: map[schema.EntityID]*access.Rights{}}
}

// storeError gives the engine's errors of reading a kind.
func storeError(err error) error {
	switch {
	case err == nil || fail.Of(err) != nil:
		return err
	case errors.Is(err, store.ErrTooSlow):
		return fail.New(fail.Busy, "query.tooSlow").Because(err)
	case errors.Is(err, store.ErrBadQuery):
		return fail.New(fail.Invalid, "query.invalid").Because(err)
	case errors.Is(err, store.ErrBusy):
		e := fail.New(fail.Busy, "store.busy").Because(err)
		e.RetryAfter = 1
		return e
	}
	return err
}

// rights of the actor on an entity; nil where it may not know of it.
func (rd *reading) rights(e schema.EntityID) *access.Rights {
	if r, ok := rd.sides[e]; ok {
		return r
	}
	r, err := rd.svc.policy.Rights(rd.actor, rd.snap, e)
	if err != nil {
		r = nil
		if fail.KindOf(err) != fail.NotFound && rd.err == nil {
			rd.err = err
		}
	}
	rd.sides[e] = r
	return r
}

// lookup serves scopes that look at linked records.
func (rd *reading) lookup(e schema.EntityID) query.Lookup { return lookup{rd: rd, entity: e} }

// of judges one record.
func (rd *reading) of(r *access.Rights, rec *schema.Record) access.Access {
	if r == nil || rec == nil {
		return access.Access{}
	}
	return r.Of(rec, rd.lookup(r.Entity().ID))
}

// records loads live records through the cache of this read.
func (rd *reading) records(e schema.EntityID, ids []schema.RecordID) []*schema.Record {
	if rd.cache == nil {
		rd.cache = map[schema.EntityID]map[schema.RecordID]*schema.Record{}
	}
	have := rd.cache[e]
	if have == nil {
		have = map[schema.RecordID]*schema.Record{}
		rd.cache[e] = have
	}
	var missing []schema.RecordID
	for _, id := range ids {
		if _, ok := have[id]; !ok && !slices.Contains(missing, id) {
			missing = append(missing, id)
		}
	}
	shape := rd.snap.Shape(e)
	for part := range slices.Chunk(missing, MaxBatch) {
		if shape == nil || rd.r == nil {
			break
		}
		recs, err := rd.r.Get(rd.ctx, shape, part, nil)
		if err != nil {
			rd.fault(fmt.Errorf("load linked records: %w", err))
			break
		}
		for i, rec := range recs {
			have[part[i]] = rec
		}
	}
	out := make([]*schema.Record, 0, len(ids))
	for _, id := range ids {
		if rec := have[id]; rec != nil {
			out = append(out, rec)
		}
	}
	return out
}

func (rd *reading) fault(err error) {
	if rd.err == nil {
		rd.err = err
	}
}

// lookup is the reading as query.Match asks it.
type lookup struct {
	rd     *reading
	entity schema.EntityID
}

var (
	_ query.Lookup = lookup{}
	_ query.Nested = lookup{}
)

func (l lookup) Of(e schema.EntityID) query.Lookup { return lookup{rd: l.rd, entity: e} }

func (l lookup) SortKey(f schema.FieldID, s string) string {
	shape := l.rd.snap.Shape(l.entity)
	if shape == nil {
		return s
	}
	fs := shape.Field(f)
	switch {
	case fs == nil:
		return s
	case fs.SortKey == store.SortPinyin:
		return textkey.Pinyin(s)
	case fs.SortKey == store.SortNatural:
		return textkey.Natural(s)
	}
	return s
}

func (l lookup) Searchable() []schema.FieldID {
	shape := l.rd.snap.Shape(l.entity)
	if shape == nil {
		return nil
	}
	var out []schema.FieldID
	for _, f := range shape.Fields {
		if f.Searchable {
			out = append(out, f.ID)
		}
	}
	return out
}

func (l lookup) Record(e schema.EntityID, id schema.RecordID) *schema.Record {
	recs := l.rd.records(e, []schema.RecordID{id})
	if len(recs) == 0 {
		return nil
	}
	return recs[0]
}

func (l lookup) LinkedFrom(e schema.EntityID, f schema.FieldID, id schema.RecordID) []*schema.Record {
	shape := l.rd.snap.Shape(e)
	if shape == nil || l.rd.r == nil {
		return nil
	}
	ids, err := l.rd.r.Linked(l.rd.ctx, shape, f, []schema.RecordID{id}, MaxBatch)
	if err != nil {
		l.rd.fault(fmt.Errorf("load linking records: %w", err))
		return nil
	}
	return l.rd.records(e, ids[id])
}

// present turns loaded records into rows: masks them and finds the names.
func (rd *reading) present(r *access.Rights, cols []*column, recs []*schema.Record) ([]*Row, error) {
	p := &page{entity: r.Entity(), cols: cols, names: &names{snap: rd.snap}}
	rows, block, in := make([]*Row, len(recs)), make([]Row, len(recs)), rd.lookup(r.Entity().ID)
	some := len(moving(p.entity)) > 0
	for i, rec := range recs {
		if some {
			ahead, err := rd.ahead(p.entity, rec)
			if err != nil {
				return nil, err
			}
			maps.Copy(rec.Values, ahead)
		}
		block[i] = Row{Record: rec, Access: r.Of(rec, in), page: p}
		rows[i] = &block[i]
	}
	if err := rd.computeShown(p, rows); err != nil {
		return nil, err
	}
	if err := rd.fill(p, rows); err != nil {
		return nil, err
	}
	return rows, rd.err
}

// fill loads derived links, titles of linked records and file names.
func (rd *reading) fill(p *page, rows []*Row) error {
	wanted := map[schema.EntityID][]schema.RecordID{}
	var files []schema.FileID
	for i := range p.cols {
		c := p.cols[i]
		switch {
		case c.link && c.f.Options.Derived:
			if err := rd.derive(c, rows, wanted); err != nil {
				return err
			}
		case c.link:
			for _, row := range rows {
				if row.Access.Read.Has(c.f.ID) {
					wanted[c.f.Options.Entity] = appendIDs(wanted[c.f.Options.Entity], setOf(row.Record.Values[c.f.ID]))
				}
			}
		case c.shows != 0:
			for _, row := range rows {
				if row.Access.Read.Has(c.f.ID) {
					wanted[c.shows] = appendIDs(wanted[c.shows], setOf(row.held(c)))
				}
			}
		case c.files:
			for _, row := range rows {
				if row.Access.Read.Has(c.f.ID) {
					files = append(files, field.Files(row.held(c))...)
				}
			}
		}
	}
	var err error
	if p.names.titles, err = rd.titles(wanted); err != nil {
		return err
	}
	p.names.files, err = rd.files(files)
	return err
}

func appendIDs(dst []schema.RecordID, set []int64) []schema.RecordID {
	for _, id := range set {
		dst = append(dst, schema.RecordID(id))
	}
	return dst
}

func (rd *reading) files(ids []schema.FileID) (map[schema.FileID]field.FileInfo, error) {
	if len(ids) == 0 || rd.svc.files == nil {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	slices.Sort(ids)
	m, err := rd.svc.files(rd.ctx, rd.actor.Tenant, slices.Compact(ids))
	if err != nil {
		return nil, fmt.Errorf("find files: %w", err)
	}
	return m, nil
}

// derive loads what links to the rows by a derived link column. Where the
// stored side is hidden from the actor, so is this one.
func (rd *reading) derive(c *column, rows []*Row, wanted map[schema.EntityID][]schema.RecordID) error {
	other, shape := rd.rights(c.f.Options.Entity), rd.snap.Shape(c.f.Options.Entity)
	if rd.r == nil || shape == nil || other == nil || !other.Readable(c.f.Options.Inverse) || shape.Field(c.f.Options.Inverse) == nil {
		return nil
	}
	ids := make([]schema.RecordID, 0, len(rows))
	for _, row := range rows {
		if row.Access.Read.Has(c.f.ID) {
			ids = append(ids, row.Record.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	linked, err := rd.linkedTo(other, shape, c.f.Options.Inverse, ids)
	if err != nil {
		return err
	}
	for _, row := range rows {
		from := linked[row.Record.ID]
		if len(from) == 0 {
			continue
		}
		set := make([]int64, len(from))
		for i, id := range from {
			set[i] = int64(id)
		}
		if row.derived == nil {
			row.derived = map[schema.FieldID][]int64{}
		}
		row.derived[c.f.ID] = set
		wanted[c.f.Options.Entity] = append(wanted[c.f.Options.Entity], from...)
	}
	return nil
}

// titles loads what linked records are called, of those that may be read.
func (rd *reading) titles(wanted map[schema.EntityID][]schema.RecordID) (map[schema.EntityID]map[schema.RecordID]string, error) {
	if len(wanted) == 0 || rd.r == nil {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	out := make(map[schema.EntityID]map[schema.RecordID]string, len(wanted))
	for ent, ids := range wanted {
		r := rd.rights(ent)
		if r == nil || !r.May(access.Read) {
			continue
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		titles := make(map[schema.RecordID]string, len(ids))
		for part := range slices.Chunk(ids, MaxBatch) {
			if err := rd.titlesOf(r, part, titles); err != nil {
				return nil, err
			}
		}
		out[ent] = titles
	}
	return out, nil
}

func (rd *reading) titlesOf(r *access.Rights, ids []schema.RecordID, titles map[schema.RecordID]string) error {
	e, shape := r.Entity(), rd.snap.Shape(r.Entity().ID)
	f := e.Field(e.Title)
	load := r.ScopeFields()
	if f != nil && shape.Field(f.ID) != nil && !slices.Contains(load, f.ID) {
		load = append(load, f.ID)
	}
	if load == nil {
		load = []schema.FieldID{}
	}
	recs, err := rd.readable(r, shape, ids, load)
	if err != nil {
		return err
	}
	plain := &names{snap: rd.snap}
	for _, rec := range recs {
		title := ""
		if f != nil && f.Type != "link" && rd.of(r, rec).Read.Has(f.ID) {
			if t, ok := field.Of(f.Type); ok {
				title = t.Text(f, rec.Get(f.ID), plain)
			}
		}
		titles[rec.ID] = title
	}
	return nil
}

// readable loads those of the records that the actor may read.
func (rd *reading) readable(r *access.Rights, shape *store.Shape, ids []schema.RecordID, fields []schema.FieldID) ([]*schema.Record, error) {
	where := r.RowFilter()
	if where == nil {
		recs, err := rd.r.Get(rd.ctx, shape, ids, fields)
		if err != nil {
			return nil, fmt.Errorf("load records: %w", err)
		}
		return slices.DeleteFunc(recs, func(r *schema.Record) bool { return r == nil }), nil
	}
	q := &query.Query{Where: query.And{query.Ids(ids), where}, Limit: MaxBatch, Fields: fields}
	p, err := rd.r.Find(rd.ctx, shape, q)
	if err != nil {
		return nil, fmt.Errorf("find records: %w", err)
	}
	return p.Records, nil
}
