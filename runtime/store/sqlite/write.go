package sqlite

import (
	"encoding/json"
	"slices"
	"strings"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

// binder binds the parameters of a statement one after the other.
type binder struct {
	s *zs.Stmt
	n int
}

func (b *binder) int(v int64) { b.n++; b.s.BindInt64(b.n, v) }

func (b *binder) text(v string) { b.n++; b.s.BindText(b.n, v) }

func (b *binder) null() { b.n++; b.s.BindNull(b.n) }

// blob binds bytes, and NULL for none.
func (b *binder) blob(v []byte) {
	b.n++
	if len(v) == 0 {
		b.s.BindNull(b.n)
		return
	}
	b.s.BindBytes(b.n, v)
}

func (b *binder) value(v schema.Value) {
	b.n++
	switch v := v.(type) {
	case nil:
		b.s.BindNull(b.n)
	case string:
		b.s.BindText(b.n, v)
	case int64:
		b.s.BindInt64(b.n, v)
	case float64:
		b.s.BindFloat(b.n, v)
	case bool:
		b.s.BindBool(b.n, v)
	case []int64:
		b.s.BindText(b.n, string(appendInts(make([]byte, 0, 20*len(v)), v)))
	case json.RawMessage:
		b.s.BindText(b.n, string(v))
	}
}

// key binds the sort key of a field's new value.
func (b *binder) key(p *preparedOp, f schema.FieldID) {
	if k, ok := p.key(f); ok {
		b.text(k)
		return
	}
	b.null()
}

// fill sets values of a record that is as the caller saw it, and tells nobody.
func (w *writer) fill(i int, p *preparedOp, o *store.Origin) error {
	if p.skip || len(p.changed()) == 0 {
		return nil
	}
	return w.update(i, p, o)
}

func (w *writer) update(i int, p *preparedOp, o *store.Origin) error {
	if err := w.claim(i, p, p.claims); err != nil {
		return err
	}
	fields := p.changed()
	quiet := p.op.Quiet || p.op.Kind == store.OpFill
	var sql strings.Builder
	sql.WriteString("UPDATE " + name("r", p.t.Shape.Entity) + " SET ver=?")
	if !quiet {
		sql.WriteString(",ua=?,ub=?")
	}
	for _, f := range fields {
		sql.WriteString("," + col("c", f) + "=?")
		if p.t.Cols[f].HasKey {
			sql.WriteString("," + col("p", f) + "=?")
		}
	}
	sql.WriteString(" WHERE id=?")
	if p.op.Kind == store.OpFill {
		sql.WriteString(" AND ver=?")
	}
	s, err := w.c.prep(sql.String())
	if err != nil {
		return err
	}
	b := binder{s: s}
	b.int(int64(p.version))
	if !quiet {
		b.int(o.At)
		b.int(int64(o.Actor))
	}
	for _, f := range fields {
		b.value(p.value(f))
		if p.t.Cols[f].HasKey {
			b.key(p, f)
		}
	}
	b.int(int64(p.op.ID))
	if p.op.Kind == store.OpFill {
		b.int(int64(p.op.IfVersion))
	}
	w.dirty = true
	if _, err := s.Step(); err != nil {
		return err
	}
	if p.op.Kind == store.OpFill && w.c.c.Changes() == 0 {
		p.version = 0
		return nil
	}
	if p.searched() {
		w.regram(p)
	}
	now := func(f schema.FieldID) []int64 { set, _ := p.value(f).([]int64); return set }
	return w.link(p, now, p.sets)
}

// changed lists the fields that an update sets, in order, so that equal updates
// share a statement. Fields that were dropped meanwhile still have their columns.
func (p *preparedOp) changed() []schema.FieldID {
	out := make([]schema.FieldID, 0, len(p.op.Set)+len(p.numbers))
	for f := range p.op.Set {
		if _, ok := p.t.Cols[f]; ok {
			out = append(out, f)
		}
	}
	for f := range p.numbers {
		if _, twice := p.op.Set[f]; !twice {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return out
}

// regram queues the record's texts as they are after the op.
func (w *writer) regram(p *preparedOp) {
	var grams []byte
	for i := range p.t.Shape.Fields {
		f := &p.t.Shape.Fields[i]
		if !f.Searchable {
			continue
		}
		v := p.old[f.ID]
		if p.sets(f.ID) {
			v = p.value(f.ID)
		}
		if text, ok := v.(string); ok {
			grams = appendGrams(grams, text)
		}
	}
	w.grams = append(w.grams, gramOp{table: p.t, record: p.op.ID, text: grams})
}

// link brings the members of the record's sets up to date. only, where given,
// chooses the fields.
func (w *writer) link(p *preparedOp, now func(schema.FieldID) []int64, only func(schema.FieldID) bool) error {
	if !p.t.Links {
		return nil
	}
	links := name("l", p.t.Shape.Entity)
	for i := range p.t.Shape.Fields {
		f := &p.t.Shape.Fields[i]
		if f.Kind != schema.KindSet || only != nil && !only(f.ID) {
			continue
		}
		was, _ := p.old[f.ID].([]int64)
		is := now(f.ID)
		for _, v := range was {
			if slices.Contains(is, v) {
				continue
			}
			if err := w.c.run("DELETE FROM "+links+" WHERE field=? AND val=? AND rid=?", f.ID, v, p.op.ID); err != nil {
				return err
			}
		}
		for _, v := range is {
			if slices.Contains(was, v) {
				continue
			}
			if err := w.c.run("INSERT OR IGNORE INTO "+links+"(field, val, rid) VALUES(?,?,?)", f.ID, v, p.op.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// trash moves a record out of the live ones.
func (w *writer) trash(p *preparedOp, o *store.Origin) error {
	e := p.t.Shape.Entity
	w.dirty = true
	if err := w.move(p, "r", "t", o); err != nil {
		return err
	}
	if highest, known := w.trashed[e]; known {
		w.trashed[e] = max(highest, p.op.ID)
	}
	if p.t.Grams {
		w.grams = append(w.grams, gramOp{table: p.t, record: p.op.ID})
	}
	return w.link(p, func(schema.FieldID) []int64 { return nil }, nil)
}

// untrash moves it back.
func (w *writer) untrash(i int, p *preparedOp, o *store.Origin) error {
	var claims []fieldClaim
	for j := range p.t.Shape.Fields {
		f := &p.t.Shape.Fields[j]
		if v := p.old[f.ID]; f.Unique && v != nil {
			claims = append(claims, fieldClaim{f.ID, claim(v)})
		}
	}
	if err := w.claim(i, p, claims); err != nil {
		return err
	}
	w.dirty = true
	if err := w.move(p, "t", "r", o); err != nil {
		return err
	}
	if p.t.Grams {
		w.regram(p)
	}
	sets := p.old
	p.old = nil
	return w.link(p, func(f schema.FieldID) []int64 { set, _ := sets[f].([]int64); return set }, nil)
}

func (w *writer) move(p *preparedOp, from, to string, o *store.Origin) error {
	from, to = name(from, p.t.Shape.Entity), name(to, p.t.Shape.Entity)
	cols := p.t.sql.copied
	err := w.c.run("INSERT INTO "+to+"(id,ver,ua,ub,"+cols+") SELECT id,?,?,?,"+cols+" FROM "+from+" WHERE id=?",
		p.version, o.At, o.Actor, p.op.ID)
	if err != nil {
		return err
	}
	return w.c.run("DELETE FROM "+from+" WHERE id=?", p.op.ID)
}

// gramOp is a change of the search index: a record's grams, or none.
type gramOp struct {
	table  *table
	record schema.RecordID
	text   []byte
	fresh  bool // the record is new: there is nothing to replace
}

// flushGrams brings the search index up to date. It is done once, at the end
// of a transaction: the index flushes at each savepoint, and likes records in order.
func (w *writer) flushGrams() error {
	slices.SortStableFunc(w.grams, func(a, b gramOp) int {
		if a.table.Shape.Entity != b.table.Shape.Entity {
			return int(a.table.Shape.Entity - b.table.Shape.Entity)
		}
		return int(a.record - b.record)
	})
	for i, g := range w.grams {
		e := g.table.Shape.Entity
		if i+1 < len(w.grams) && w.grams[i+1].record == g.record && w.grams[i+1].table.Shape.Entity == e {
			w.grams[i+1].fresh = false
			continue
		}
		if w.layout.tables[e] == nil || !w.layout.tables[e].Grams {
			continue
		}
		if err := w.gram(g, name("f", e)); err != nil {
			return err
		}
	}
	w.grams = w.grams[:0]
	return nil
}

func (w *writer) gram(g gramOp, index string) error {
	if len(g.text) == 0 {
		return w.c.run("DELETE FROM "+index+" WHERE rowid=?", g.record)
	}
	verb := "INSERT OR REPLACE INTO "
	if g.fresh {
		verb = "INSERT INTO "
	}
	s, err := w.c.prep(verb + index + "(rowid, g) VALUES(?,?)")
	if err != nil {
		return err
	}
	s.BindInt64(1, int64(g.record))
	s.BindText(2, string(g.text))
	_, err = s.Step()
	return err
}
