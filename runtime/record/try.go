package record

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/formula"
	"tongban/schema/value"
)

// Tried is what a formula gives on one record, or, without one, on an empty record.
type Tried struct {
	Type  formula.Type
	Value formula.Value
	Steps *formula.Step // how it came about; nil where that was not asked for
}

// Try evaluates a formula over a record as the actor may see it: what is hidden
// is an unknown field, or blank where it is hidden on this record alone.
func (s *Service) Try(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.RecordID, src string, explain bool) (*Tried, error) { //nolint:revive // reads better than a struct
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	if !r.May(access.Read) {
		return nil, fail.New(fail.NotFound, "entity.notFound")
	}
	p, err := formula.Compile(src, readableNames{catalog.FormulaNames(r.Entity()), r})
	if err != nil {
		return nil, err
	}
	out := &Tried{Type: p.Type()}
	err = s.view(ctx, snap, a, func(rd *reading) error {
		row, err := rd.tryRow(r, id, p)
		if err != nil {
			return err
		}
		env := s.formulaEnv(snap, a)
		if explain {
			out.Steps = formula.Explain(p, env, row)
		}
		out.Value = p.Eval(env, row)
		return nil
	})
	return out, err
}

// readableNames are the fields that an actor may read.
type readableNames struct {
	formula.Names
	rights *access.Rights
}

// FieldNamed finds a readable field.
func (n readableNames) FieldNamed(s string) (schema.FieldID, formula.Type, bool) {
	id, t, ok := n.Names.FieldNamed(s)
	if !ok || !n.rights.Readable(id) {
		return 0, formula.Type{}, false
	}
	return id, t, true
}

// Edited reports whether people give a field its values.
func (n readableNames) Edited(id schema.FieldID) bool {
	f := n.rights.Entity().Field(id)
	return f != nil && field.Edited(f)
}

// maskedRow is a record as formulas may read it for one actor.
type maskedRow struct {
	evalRow
	acc access.Access
}

// Value is blank for what may not be read.
func (r maskedRow) Value(f schema.FieldID) formula.Value {
	if !r.acc.Read.Has(f) {
		return formula.Blank()
	}
	return r.evalRow.Value(f)
}

// ChangedAt is never for what may not be read.
func (r maskedRow) ChangedAt(f schema.FieldID) int64 {
	if !r.acc.Read.Has(f) {
		return 0
	}
	return r.evalRow.ChangedAt(f)
}

func (rd *reading) tryRow(r *access.Rights, id schema.RecordID, p *formula.Program) (formula.Row, error) {
	ev := newEvaluator(rd, nil)
	ev.lazy = true
	rec := &schema.Record{Values: schema.Values{}}
	acc := access.Access{}
	if id != 0 {
		recs, err := rd.r.Get(rd.ctx, rd.snap.Shape(r.Entity().ID), []schema.RecordID{id}, nil)
		if err != nil {
			return nil, fmt.Errorf("load record: %w", err)
		}
		if acc = rd.of(r, recs[0]); recs[0] == nil || !acc.May(access.Read) {
			return nil, fail.New(fail.NotFound, "record.notFound")
		}
		rec = recs[0]
	}
	row := maskedRow{evalRow{ev, r.Entity(), rec}, acc}
	wanted := map[schema.EntityID][]schema.RecordID{}
	for _, f := range p.Fields() {
		own := r.Entity().Field(f)
		if own == nil || own.Type != "link" || !acc.Read.Has(f) {
			continue
		}
		if own.Options.Derived {
			if other := rd.rights(own.Options.Entity); other == nil || !other.Readable(own.Options.Inverse) {
				continue
			}
		}
		wanted[own.Options.Entity] = appendIDs(wanted[own.Options.Entity], setOf(ev.held(own, rec)))
	}
	titles, err := rd.titles(wanted)
	ev.names = &names{snap: rd.snap, titles: titles} // of linked records, those that may be read
	return row, err
}

// ValueJSON writes a formula's value as the API shows it.
func ValueJSON(v formula.Value) json.RawMessage {
	switch {
	case v.IsError():
		return append(appendText([]byte(`{"error":`), string(v.Err())), '}')
	case v.IsBlank():
		return json.RawMessage("null")
	case v.IsList():
		list := make([]json.RawMessage, 0, len(v.Elements()))
		for _, one := range v.Elements() {
			list = append(list, ValueJSON(one))
		}
		return appendList(nil, list)
	}
	switch v.Kind() {
	case formula.KindNumber:
		return value.AppendNumber(nil, v.Float())
	case formula.KindDecimal:
		n, scale := v.Scaled()
		return append(append([]byte{'"'}, value.FormatDecimal(n, scale)...), '"')
	case formula.KindBool:
		return strconv.AppendBool(nil, v.IsTrue())
	case formula.KindDate:
		return append(time.UnixMilli(v.Ms()).UTC().AppendFormat([]byte{'"'}, time.DateOnly), '"')
	case formula.KindDateTime:
		return appendTime(nil, v.Ms())
	}
	return appendText(nil, v.String())
}
