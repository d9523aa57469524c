package sqlite

import (
	"errors"
	"maps"
	"slices"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

const (
	sliceRows   = 1000 // of a backfill in one transaction
	patience    = 200  // groups that may pass before house-keeping is forced
	analyzeFrom = 2000 // rows written since the last time
)

// maintenance is what a writer does between commits.
type maintenance struct {
	look    bool // the layout may want something that is not there
	sweep   bool // documents may have expired
	stalled bool // the disk took no more of it: on with it when the disk takes something, or in a while
	waited  int
	at      map[backfill]schema.RecordID // how far backfills are
	filling bool                         // texts are being filled that are indexed when that is over
	filled  bool                         // since the loop came by
	written int                          // rows since statistics were made
	known   int                          // rows when they were made
}

// backfill names a job that walks an entity's records.
type backfill struct {
	entity schema.EntityID
	field  schema.FieldID
	rev    int64
}

func (m *maintenance) analyze() bool {
	return m.written > analyzeFrom && m.written > m.known/2
}

func (m *maintenance) pending() bool { return m.look || m.sweep || m.analyze() }

func (m *maintenance) served(ops int) {
	m.written += ops
	m.waited++
}

// resume goes on with what the disk did not take.
func (m *maintenance) resume() {
	if m.stalled {
		m.look, m.stalled = true, false
	}
}

func (m *maintenance) overdue() bool { return m.pending() && m.waited > patience }

// keepHouse does one small piece of what is to be done.
func (w *writer) keepHouse() {
	w.maint.waited = 0
	j := &job{done: make(chan struct{})}
	switch {
	case w.maint.look:
		j.work = (*writer).fit
	case w.maint.sweep:
		j.work = func(w *writer) (err error) {
			w.maint.sweep, err = w.sweepDocs(w.f.e.opt.Now())
			return err
		}
	default:
		j.work = (*writer).renewStats
	}
	w.commitGroup([]*job{j})
	if j.err != nil {
		w.maint.stalled = w.maint.stalled || w.maint.look && store.Passing(trouble(j.err))
		w.maint.look, w.maint.sweep, w.maint.written = false, false, 0
		w.f.e.opt.Log.Error("keep house", "tenant", int64(w.f.tenant), "error", j.err)
	}
}

// fit takes one step towards what the shapes want.
func (w *writer) fit() error {
	for _, e := range slices.Sorted(maps.Keys(w.layout.tables)) {
		t := w.layout.tables[e]
		for _, id := range slices.Sorted(maps.Keys(t.Cols)) {
			if done, err := w.fitField(t, id); err != nil || done {
				return err
			}
		}
	}
	w.maint.look = false
	return nil
}

// fitField reports whether there was something to do.
func (w *writer) fitField(t *table, id schema.FieldID) (bool, error) {
	now, f := t.Cols[id], t.sql.byID[id]
	indexed := f != nil && f.Indexed && indexable(f.Kind)
	switch {
	case f != nil && f.SortKey != now.Key:
		return true, w.rekey(t, f)
	case f != nil && f.Unique && !now.Claimed:
		return true, w.reclaim(t, f)
	case f != nil && f.Searchable && !now.Grammed && !w.maint.filling:
		return true, w.regramAll(t)
	case !indexed && now.Indexed:
		return true, w.change(t, id, func(c *columnNow) { c.Indexed = false }, "DROP INDEX IF EXISTS "+indexName(t.Shape.Entity, id))
	case indexed && !now.Indexed:
		return true, w.change(t, id, func(c *columnNow) { c.Indexed = true }, createIndex(t.Shape.Entity, f))
	}
	return false, nil
}

// change runs some DDL and notes the new state of a column.
func (w *writer) change(t *table, id schema.FieldID, note func(*columnNow), ddl string) error {
	if ddl != "" {
		if err := w.c.run(ddl); err != nil {
			return err
		}
	}
	next := t.clone()
	now := next.Cols[id]
	note(&now)
	next.Cols[id] = now
	if err := saveTable(w.c, next); err != nil {
		return err
	}
	w.layout = w.layout.with(next)
	return nil
}

// slice reads the next records of a backfill: their ids and some columns. done
// tells that there are no more.
func (w *writer) slice(b backfill, cols string, fn func(id schema.RecordID, s *zs.Stmt)) (done bool, err error) {
	if w.maint.at == nil {
		w.maint.at = map[backfill]schema.RecordID{}
	}
	last, done, err := w.next(b.entity, w.maint.at[b], cols, fn)
	if err != nil {
		return false, err
	}
	w.maint.at[b] = last
	if done {
		delete(w.maint.at, b)
	}
	return done, nil
}

// next reads the records after one. last is the last that was read.
func (w *writer) next(e schema.EntityID, after schema.RecordID, cols string, fn func(id schema.RecordID, s *zs.Stmt)) (last schema.RecordID, done bool, err error) {
	n, last := 0, after
	err = w.c.rows("SELECT id,"+cols+" FROM "+name("r", e)+" WHERE id>? ORDER BY id"+limit(sliceRows), []any{after}, func(s *zs.Stmt) error {
		n++
		last = schema.RecordID(s.ColumnInt64(0))
		fn(last, s)
		return nil
	})
	return last, n < sliceRows, err
}

// rekey makes sort keys anew.
func (w *writer) rekey(t *table, f *store.FieldShape) error {
	type keyed struct {
		id  schema.RecordID
		key any
	}
	var rows []keyed
	done, err := w.slice(backfill{t.Shape.Entity, f.ID, t.Shape.Rev}, col("c", f.ID), func(id schema.RecordID, s *zs.Stmt) {
		if v, ok := column(s, 1, f.Kind).(string); ok && f.SortKey != store.SortRaw {
			rows = append(rows, keyed{id, f.SortKey.Of(v)})
		}
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := w.c.run("UPDATE "+name("r", t.Shape.Entity)+" SET "+col("p", f.ID)+"=? WHERE id=?", r.key, r.id); err != nil {
			return err
		}
	}
	if !done {
		return nil
	}
	if err := w.rekeyTrash(t, f); err != nil {
		return err
	}
	// The index follows what the field is sorted by.
	return w.change(t, f.ID, func(c *columnNow) { c.Key, c.Indexed = f.SortKey, false }, "DROP INDEX IF EXISTS "+indexName(t.Shape.Entity, f.ID))
}

// rekeyTrash does the same for the trash, at once: it is small.
func (w *writer) rekeyTrash(t *table, f *store.FieldShape) error {
	if f.SortKey == store.SortRaw {
		return nil
	}
	keys := map[schema.RecordID]string{}
	trash := name("t", t.Shape.Entity)
	err := w.c.rows("SELECT id,"+col("c", f.ID)+" FROM "+trash, nil, func(s *zs.Stmt) error {
		if v, ok := column(s, 1, f.Kind).(string); ok {
			keys[schema.RecordID(s.ColumnInt64(0))] = f.SortKey.Of(v)
		}
		return nil
	})
	for id, key := range keys {
		err = errors.Join(err, w.c.run("UPDATE "+trash+" SET "+col("p", f.ID)+"=? WHERE id=?", key, id))
	}
	return err
}

// rekeying reports whether sort keys of an entity are being made.
func (l *layout) rekeying(e schema.EntityID) bool {
	t := l.tables[e]
	if t == nil {
		return false
	}
	return slices.ContainsFunc(t.Shape.Fields, func(f store.FieldShape) bool { return t.Cols[f.ID].Key != f.SortKey })
}

// rekeySlice takes one step of it.
func (w *writer) rekeySlice(e schema.EntityID) error {
	t := w.layout.tables[e]
	for i := range t.Shape.Fields {
		if f := &t.Shape.Fields[i]; t.Cols[f.ID].Key != f.SortKey {
			return w.rekey(t, f)
		}
	}
	return nil
}

// reclaim claims the values of a field that has become unique. Of equal ones
// the oldest record has the claim.
func (w *writer) reclaim(t *table, f *store.FieldShape) error {
	type claimed struct {
		id  schema.RecordID
		val any
	}
	var rows []claimed
	done, err := w.slice(backfill{t.Shape.Entity, f.ID, t.Shape.Rev}, col("c", f.ID), func(id schema.RecordID, s *zs.Stmt) {
		if v := column(s, 1, f.Kind); v != nil {
			rows = append(rows, claimed{id, claim(v)})
		}
	})
	if err != nil {
		return err
	}
	for _, r := range rows {
		err := w.c.run("INSERT INTO uniq(ent, field, val, rid) VALUES(?,?,?,?) ON CONFLICT DO NOTHING", t.Shape.Entity, f.ID, r.val, r.id)
		if err != nil {
			return err
		}
	}
	if !done {
		return nil
	}
	return w.change(t, f.ID, func(c *columnNow) { c.Claimed = true }, "")
}

// renewStats tells the query planner what the tables hold by now.
func (w *writer) renewStats() error {
	if err := w.c.run("ANALYZE"); err != nil {
		return err
	}
	total, rows := int64(0), map[schema.EntityID]int64{}
	for e := range w.layout.tables {
		n, _, err := w.c.number("SELECT count(*) FROM " + name("r", e))
		if err != nil {
			return err
		}
		rows[e] = n
		total += n
	}
	w.f.rows.Store(&rows)
	w.maint.known, w.maint.written = int(total), 0
	w.f.stats.Add(1)
	return nil
}
