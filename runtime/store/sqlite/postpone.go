package sqlite

import (
	"strings"
	"time"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

const (
	// manyFills is from how many fills in one commit on the search index learns
	// of their texts later: by then it takes each record once, however many of
	// its texts were filled.
	manyFills = 200
	// restAfter is how long no such commit may have come before the index is
	// brought up to date: more are likely to follow.
	restAfter = 500 * time.Millisecond
)

// postpone finds the fills whose texts are indexed later. Until then searches
// in these fields look at the texts themselves. It is noted in the file, so
// that it is done whatever happens.
func (w *writer) postpone(p *prepared) error {
	if len(p.ops) < manyFills {
		return nil
	}
	fills := map[schema.EntityID]int{}
	for i := range p.ops {
		if op := &p.ops[i]; op.op.Kind == store.OpFill && op.searched() {
			fills[op.t.Shape.Entity]++
		}
	}
	for e, n := range fills {
		if n < manyFills {
			continue
		}
		fields := map[schema.FieldID]bool{}
		for i := range p.ops {
			op := &p.ops[i]
			if op.t.Shape.Entity != e || op.op.Kind != store.OpFill || !op.searched() {
				continue
			}
			op.later = true
			for _, f := range op.t.Shape.Fields {
				if f.Searchable && (op.sets(f.ID) || op.asksNumber(f.ID)) {
					fields[f.ID] = true
				}
			}
		}
		if err := w.ungram(e, fields); err != nil {
			return err
		}
		for i := range p.ops { // the table is another now
			p.ops[i].t = w.layout.tables[p.ops[i].t.Shape.Entity]
		}
	}
	return nil
}

// ungram notes that the gram index lacks texts of some fields.
func (w *writer) ungram(e schema.EntityID, fields map[schema.FieldID]bool) error {
	w.maint.filling, w.maint.filled = true, true
	t := w.layout.tables[e].clone()
	changed := !t.Stale || t.GramAt != 0
	t.Stale, t.GramAt = true, 0 // records that were done are not any more
	for id := range fields {
		now := t.Cols[id]
		changed = changed || now.Grammed
		now.Grammed = false
		t.Cols[id] = now
	}
	if !changed {
		return nil
	}
	w.dirty = true
	if err := saveTable(w.c, t); err != nil {
		return err
	}
	w.layout = w.layout.with(t)
	return nil
}

// resting is the timer that ends filling. It is stopped at first.
func resting() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// rested notes that no more fills came.
func (m *maintenance) rested() { m.filling, m.look = false, true }

// regramAll takes the next records' texts into the gram index.
func (w *writer) regramAll(t *table) error {
	var fields []store.FieldShape
	var cols strings.Builder
	cols.WriteString("0")
	for _, f := range t.Shape.Fields {
		if f.Searchable {
			fields = append(fields, f)
			cols.WriteString("," + col("c", f.ID))
		}
	}
	last, done, err := w.next(t.Shape.Entity, t.GramAt, cols.String(), func(id schema.RecordID, s *zs.Stmt) {
		var grams []byte
		for i := range fields {
			if text, ok := column(s, i+2, fields[i].Kind).(string); ok {
				grams = appendGrams(grams, text)
			}
		}
		w.grams = append(w.grams, gramOp{table: t, record: id, text: grams})
	})
	if err != nil {
		return err
	}
	next := t.clone()
	next.GramAt = last
	if done {
		next.GramAt, next.Stale = 0, false
		for _, f := range fields {
			now := next.Cols[f.ID]
			now.Grammed = true
			next.Cols[f.ID] = now
		}
	}
	if err := saveTable(w.c, next); err != nil {
		return err
	}
	w.layout = w.layout.with(next)
	return nil
}
