package sqlite

import (
	"errors"
	"strconv"
	"strings"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

// apply does one commit within the transaction. It looks at everything that
// may forbid it before it writes.
func (w *writer) apply(p *prepared) (*store.Receipt, error) {
	for i := range p.ops {
		if err := w.meet(&p.ops[i]); err != nil {
			return nil, err
		}
	}
	if err := w.postpone(p); err != nil {
		return nil, err
	}
	for i := range p.ops {
		if err := w.check(i, &p.ops[i]); err != nil {
			return nil, err
		}
	}
	docs, err := w.checkDocs(p.c.Docs)
	if err != nil {
		return nil, err
	}
	if err := w.number(p); err != nil {
		return nil, err
	}
	for i := range p.ops {
		if err := w.release(&p.ops[i]); err != nil {
			return nil, err
		}
	}
	r := &store.Receipt{Versions: make([]schema.Version, len(p.ops)), Numbers: make([]schema.Values, len(p.ops))}
	for i := range p.ops {
		if err := w.write(i, &p.ops[i], &p.c.Origin); err != nil {
			return nil, err
		}
		r.Versions[i], r.Numbers[i] = p.ops[i].version, p.ops[i].numbers
	}
	r.DocVersions, err = w.writeDocs(p.c, docs)
	return r, err
}

// meet finds the op's table, which learns of the op's shape if it is new, and
// prepares the op again where it was prepared for an older shape.
func (w *writer) meet(p *preparedOp) error {
	if err := w.adopt(p.op.Shape); err != nil {
		return err
	}
	p.t = w.layout.tables[p.op.Shape.Entity]
	if p.shape != p.t.Shape || p.numbers != nil { // numbers are left from a first run of the group
		p.numbers = nil
		p.make(p.t.Shape)
	}
	p.old, p.later = nil, false
	return nil
}

// check compares versions and loads what the op needs of the present values.
func (w *writer) check(i int, p *preparedOp) error {
	op := p.op
	p.skip = false
	switch {
	case op.Kind == store.OpCreate:
		p.version = 1
		return w.checkNew(i, p)
	case op.Kind == store.OpFill && len(p.needs()) == 0: // its statement looks by itself
		p.version = op.IfVersion
		return nil
	}
	from, fields := "r", p.needs()
	if op.Kind == store.OpRestore || op.Kind == store.OpPurge {
		from = "t"
	}
	var sql strings.Builder
	sql.WriteString("SELECT ver")
	for _, f := range fields {
		sql.WriteString("," + col("c", f.ID))
	}
	sql.WriteString(" FROM " + name(from, p.t.Shape.Entity) + " WHERE id=?")
	s, err := w.c.prep(sql.String())
	if err != nil {
		return err
	}
	s.BindInt64(1, int64(op.ID))
	found, err := s.Step()
	if err != nil {
		return err
	}
	if op.Kind == store.OpFill && (!found || schema.Version(s.ColumnInt64(0)) != op.IfVersion) {
		p.skip, p.version = true, 0
		return s.Reset()
	}
	if !found {
		return &store.Fault{Err: store.ErrNotFound, Op: i, Doc: -1, Record: op.ID}
	}
	current := schema.Version(s.ColumnInt64(0))
	if len(fields) > 0 {
		p.old = make(schema.Values, len(fields))
		for j, f := range fields {
			p.old[f.ID] = column(s, j+1, f.Kind)
		}
	}
	p.version = current + 1
	if op.Kind == store.OpFill {
		p.version = current
	}
	if err := s.Reset(); err != nil {
		return err
	}
	if current != op.IfVersion {
		return &store.Fault{Err: store.ErrConflict, Op: i, Doc: -1, Record: op.ID, Current: current}
	}
	return nil
}

// needs lists the fields whose present values an op must know.
func (p *preparedOp) needs() []*store.FieldShape {
	var out []*store.FieldShape
	sets := p.op.Kind == store.OpUpdate || p.op.Kind == store.OpFill
	search := p.op.Kind == store.OpRestore || sets && p.searched()
	for i := range p.t.Shape.Fields {
		f := &p.t.Shape.Fields[i]
		bound := f.Kind == schema.KindSet || f.Unique
		switch p.op.Kind {
		case store.OpUpdate, store.OpFill:
			bound = bound && p.sets(f.ID)
		case store.OpPurge:
			bound = false
		}
		if bound || search && f.Searchable {
			out = append(out, f)
		}
	}
	return out
}

// searched reports whether an update changes a text that goes into the index with it.
func (p *preparedOp) searched() bool {
	if p.later {
		return false
	}
	for i := range p.t.Shape.Fields {
		f := &p.t.Shape.Fields[i]
		if f.Searchable && p.sets(f.ID) {
			return true
		}
	}
	for _, n := range p.op.Numbers {
		if f := p.t.sql.byID[n.Field]; f != nil && f.Searchable {
			return true
		}
	}
	return false
}

// checkNew looks into the trash; whether the id lives already, the insert tells.
func (w *writer) checkNew(i int, p *preparedOp) error {
	e := p.t.Shape.Entity
	highest, known := w.trashed[e]
	if !known {
		n, _, err := w.c.number("SELECT max(id) FROM " + name("t", e))
		if err != nil {
			return err
		}
		highest = schema.RecordID(n)
		w.trashed[e] = highest
	}
	if p.op.ID > highest {
		return nil
	}
	current, found, err := w.c.number("SELECT ver FROM "+name("t", e)+" WHERE id=?", p.op.ID)
	if err == nil && found {
		err = &store.Fault{Err: store.ErrConflict, Op: i, Doc: -1, Record: p.op.ID, Current: schema.Version(current)}
	}
	return err
}

// number fills the fields that are numbered, a block of each counter at once.
func (w *writer) number(p *prepared) error {
	var wanted map[string]int64
	for i := range p.ops {
		for _, n := range p.ops[i].op.Numbers {
			if wanted == nil {
				wanted = map[string]int64{}
			}
			wanted[n.Counter]++
		}
	}
	for counter, n := range wanted {
		w.dirty = true
		last, _, err := w.c.number("INSERT INTO numbers(name, n) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET n=n+?2 RETURNING n", counter, n)
		if err != nil {
			return err
		}
		wanted[counter] = last - n
	}
	for i := range p.ops {
		for _, n := range p.ops[i].op.Numbers {
			f := p.ops[i].t.sql.byID[n.Field]
			if f == nil || f.Kind != schema.KindText {
				return &store.Fault{Err: store.ErrBadQuery, Op: i, Doc: -1, Record: p.ops[i].op.ID, Field: n.Field}
			}
			wanted[n.Counter]++
			digits := strconv.FormatInt(wanted[n.Counter], 10)
			if pad := n.Width - len(digits); pad > 0 {
				digits = strings.Repeat("0", pad) + digits
			}
			p.ops[i].addNumber(f, n.Prefix+digits+n.Suffix)
		}
	}
	return nil
}

// release gives the unique values free that an op takes away, before any op of
// the commit claims one: so a batch can swap them.
func (w *writer) release(p *preparedOp) error {
	sets := p.op.Kind == store.OpUpdate || p.op.Kind == store.OpFill
	if p.skip || !sets && p.op.Kind != store.OpTrash {
		return nil
	}
	for i := range p.t.Shape.Fields {
		f := &p.t.Shape.Fields[i]
		old := p.old[f.ID]
		if !f.Unique || old == nil || sets && !p.sets(f.ID) {
			continue
		}
		w.dirty = true
		err := w.c.run("DELETE FROM uniq WHERE ent=? AND field=? AND val=? AND rid=?", p.t.Shape.Entity, f.ID, claim(old), p.op.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// claim takes the unique values of an op.
func (w *writer) claim(i int, p *preparedOp, claims []fieldClaim) error {
	for _, c := range claims {
		err := w.c.run("INSERT INTO uniq(ent, field, val, rid) VALUES(?,?,?,?) ON CONFLICT DO NOTHING", p.t.Shape.Entity, c.field, c.val, p.op.ID)
		if err != nil {
			return err
		}
		if w.c.c.Changes() > 0 {
			w.dirty = true
			continue
		}
		holder, _, err := w.c.number("SELECT rid FROM uniq WHERE ent=? AND field=? AND val=?", p.t.Shape.Entity, c.field, c.val)
		if err != nil {
			return err
		}
		if schema.RecordID(holder) != p.op.ID {
			return &store.Fault{Err: store.ErrDuplicate, Op: i, Doc: -1, Record: p.op.ID, Field: c.field, Holder: schema.RecordID(holder)}
		}
	}
	return nil
}

// write changes the tables and the log.
func (w *writer) write(i int, p *preparedOp, o *store.Origin) error {
	var err error
	switch p.op.Kind {
	case store.OpCreate:
		err = w.create(i, p, o)
	case store.OpUpdate:
		err = w.update(i, p, o)
	case store.OpFill:
		return w.fill(i, p, o)
	case store.OpTrash:
		err = w.trash(p, o)
	case store.OpRestore:
		err = w.untrash(i, p, o)
	case store.OpPurge:
		err = w.c.run("DELETE FROM "+name("t", p.t.Shape.Entity)+" WHERE id=?", p.op.ID)
	default:
		err = &store.Fault{Err: store.ErrBadQuery, Op: i, Doc: -1, Record: p.op.ID}
	}
	if err != nil {
		return err
	}
	w.dirty = true
	return w.log(logLine{op: p.op.Kind, entity: p.t.Shape.Entity, record: p.op.ID, version: p.version, before: p.before, after: p.after}, o)
}

func (w *writer) create(i int, p *preparedOp, o *store.Origin) error {
	if err := w.claim(i, p, p.claims); err != nil {
		return err
	}
	s, err := w.c.prep(p.t.sql.insert)
	if err != nil {
		return err
	}
	b := binder{s: s}
	b.int(int64(p.op.ID))
	b.int(1)
	b.int(o.At)
	b.int(o.At)
	b.int(int64(o.Actor))
	b.int(int64(o.Actor))
	for j := range p.t.Shape.Fields {
		f := &p.t.Shape.Fields[j]
		b.value(p.value(f.ID))
		if p.t.Cols[f.ID].HasKey {
			b.key(p, f.ID)
		}
	}
	if _, err := s.Step(); err != nil {
		if zs.ErrCode(err).ToPrimary() != zs.ResultConstraint {
			return err
		}
		return w.exists(i, p, err)
	}
	w.dirty = true
	if len(p.grams) > 0 {
		w.grams = append(w.grams, gramOp{table: p.t, record: p.op.ID, text: p.grams, fresh: true})
	}
	return w.link(p, func(f schema.FieldID) []int64 { set, _ := p.value(f).([]int64); return set }, nil)
}

// exists explains why a record could not be inserted.
func (w *writer) exists(i int, p *preparedOp, cause error) error {
	current, found, err := w.c.number("SELECT ver FROM "+name("r", p.t.Shape.Entity)+" WHERE id=?", p.op.ID)
	if err != nil || !found {
		return errors.Join(cause, err)
	}
	return &store.Fault{Err: store.ErrConflict, Op: i, Doc: -1, Record: p.op.ID, Current: schema.Version(current)}
}
