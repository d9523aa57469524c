package record

import (
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/formula"
)

// computeShown computes, of the fields that are shown, those that are not
// stored, and those whose stored values are being brought up to date.
func (rd *reading) computeShown(p *page, rows []*Row) error {
	todo := rd.onRead(p.entity, p.cols)
	if len(todo) == 0 || len(rows) == 0 {
		return nil
	}
	ev := newEvaluator(rd, nil)
	ev.lazy = true
	recs := make([]*schema.Record, len(rows))
	for i, row := range rows {
		recs[i] = row.Record
	}
	for _, c := range todo {
		if rd.r != nil {
			if err := ev.prefetch(c, recs); err != nil {
				return err
			}
		}
		for _, row := range rows {
			if !row.Access.Read.Has(c.Field.ID) {
				continue
			}
			v, code, err := ev.value(c, row.Record)
			if err != nil {
				return err
			}
			if row.computed == nil {
				row.computed = map[schema.FieldID]computedValue{}
			}
			row.computed[c.Field.ID] = computedValue{v, code}
		}
	}
	return nil
}

type computedValue struct {
	value schema.Value
	code  formula.ErrCode
}

// onRead lists what is computed when it is read, by rank.
func (rd *reading) onRead(e *schema.Entity, cols []*column) []*catalog.Computed {
	g := rd.snap.Graph()
	list := g.Computed(e.ID)
	if len(list) == 0 {
		return nil
	}
	updating := rd.snap.Updating(e.ID)
	var out []*catalog.Computed
	for _, c := range list {
		if c.Stored && !slices.Contains(updating, c.Field.ID) {
			continue
		}
		if slices.ContainsFunc(cols, func(col *column) bool { return col.f.ID == c.Field.ID }) {
			out = append(out, c)
		}
	}
	return out
}

// looksAway says whether showing the columns may need records of others.
func (s *Service) looksAway(snap *catalog.Snapshot, e *schema.Entity, cols []*column) bool {
	rd := &reading{svc: s, snap: snap}
	return len(rd.onRead(e, cols)) > 0
}

// Failed is the error of a computed field, such as "#DIV/0!"; "" for none.
func (r *Row) Failed(f *schema.Field) string {
	if !field.IsComputed(f) || !r.Access.Read.Has(f.ID) {
		return ""
	}
	if c, ok := r.computed[f.ID]; ok {
		return string(c.code)
	}
	sh := r.page.entity.Shadow(0, schema.ShadowErrors)
	if sh == nil {
		return ""
	}
	return string(errorAt(r.Record.Values[sh.ID], f.ID))
}

// alsoStored adds what must be loaded to show computed fields.
func alsoStored(snap *catalog.Snapshot, r *access.Rights, out []schema.FieldID, id schema.FieldID) []schema.FieldID {
	e, g := r.Entity(), snap.Graph()
	c := g.Node(e.ID, id)
	if c == nil {
		return out
	}
	add := func(id schema.FieldID) {
		if id > 0 && !slices.Contains(out, id) && snap.Shape(e.ID).Field(id) != nil {
			out = append(out, id)
		}
	}
	if sh := e.Shadow(0, schema.ShadowErrors); sh != nil {
		add(sh.ID)
	}
	add(id)
	if c.Stored && !slices.Contains(snap.Updating(e.ID), id) {
		return out
	}
	for _, from := range snap.Sources(e.ID, id) {
		if !from.Far {
			add(from.Field)
			if sh := e.Shadow(from.Field, schema.ShadowChanged); sh != nil {
				add(sh.ID)
			}
		}
	}
	return out
}
