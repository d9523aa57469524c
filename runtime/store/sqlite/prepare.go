package sqlite

import (
	"slices"
	"strings"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/textkey"
)

// prepared is a commit with all that can be made of it before the writer's
// turn: keys, grams, claims and the values of its change rows.
type prepared struct {
	c   *store.Commit
	ops []preparedOp
}

type preparedOp struct {
	op     *store.Op
	shape  *store.Shape // the one that the rest was made for
	keys   []fieldText  // sort keys of the texts that Set holds
	claims []fieldClaim // of the values that Set holds
	grams  []byte       // for create
	after  []byte
	before []byte

	// found by the writer
	t       *table
	version schema.Version // that the record gets
	old     schema.Values  // what the writer needs of the present values
	numbers schema.Values
	skip    bool // a fill that comes too late
	later   bool // a fill whose texts are indexed later
}

type fieldText struct {
	field schema.FieldID
	text  string
}

type fieldClaim struct {
	field schema.FieldID
	val   any
}

// prepare checks and prepares a commit.
func prepare(l *layout, c *store.Commit) (*prepared, error) {
	if i, twice := named(c.Ops); twice {
		return nil, &store.Fault{Err: store.ErrBadQuery, Op: i, Doc: -1, Record: c.Ops[i].ID}
	}
	p := &prepared{c: c, ops: make([]preparedOp, len(c.Ops))}
	for i := range c.Ops {
		op := &c.Ops[i]
		if f, ok := fitting(op); !ok {
			return nil, &store.Fault{Err: store.ErrBadQuery, Op: i, Doc: -1, Record: op.ID, Field: f}
		}
		p.ops[i].op = op
		shape := op.Shape
		if t := l.tables[shape.Entity]; t != nil && t.Shape.Rev >= shape.Rev {
			shape = t.Shape
		}
		p.ops[i].make(shape)
	}
	return p, nil
}

// named reports whether two ops name the same record.
func named(ops []store.Op) (int, bool) {
	if len(ops) < 2 {
		return 0, false
	}
	seen := make(map[schema.RecordID]struct{}, len(ops))
	for i := range ops {
		if _, twice := seen[ops[i].ID]; twice {
			return i, true
		}
		seen[ops[i].ID] = struct{}{}
	}
	return 0, false
}

// fitting reports whether the shape has the fields of Set, and their kinds fit.
func fitting(op *store.Op) (schema.FieldID, bool) {
	if op.Shape == nil {
		return 0, false
	}
	known := 0
	for i := range op.Shape.Fields {
		f := &op.Shape.Fields[i]
		v, ok := op.Set[f.ID]
		if !ok {
			continue
		}
		known++
		if !fits(f.Kind, v) {
			return f.ID, false
		}
	}
	if known == len(op.Set) {
		return 0, true
	}
	for id := range op.Set {
		if op.Shape.Field(id) == nil {
			return id, false
		}
	}
	return 0, true
}

// make derives from Set what is stored beside it.
func (p *preparedOp) make(shape *store.Shape) {
	p.shape, p.keys, p.claims, p.grams = shape, nil, nil, nil
	for i := range shape.Fields {
		f := &shape.Fields[i]
		if v := stored(p.op.Set[f.ID]); v != nil {
			p.derive(f, v)
		}
	}
	p.after, p.before = nil, nil
	switch p.op.Kind {
	case store.OpCreate:
		p.after = appendFilled(make([]byte, 0, 16*len(p.op.Set)), p.op.Set)
	case store.OpUpdate:
		p.after = appendValues(nil, p.op.Set)
		p.before = appendValues(nil, p.op.Before)
	}
}

func (p *preparedOp) derive(f *store.FieldShape, v schema.Value) {
	text, isText := v.(string)
	if isText && f.SortKey != store.SortRaw {
		p.keys = append(p.keys, fieldText{f.ID, f.SortKey.Of(text)})
	}
	if isText && f.Searchable && p.op.Kind == store.OpCreate {
		p.grams = appendGrams(p.grams, text)
	}
	if f.Unique {
		p.claims = append(p.claims, fieldClaim{f.ID, claim(v)})
	}
}

// asksNumber reports whether a counter will fill a field.
func (p *preparedOp) asksNumber(f schema.FieldID) bool {
	return slices.ContainsFunc(p.op.Numbers, func(n store.Number) bool { return n.Field == f })
}

// addNumber adds a field that was filled from a counter.
func (p *preparedOp) addNumber(f *store.FieldShape, text string) {
	if p.numbers == nil {
		p.numbers = schema.Values{}
	}
	p.numbers[f.ID] = text
	p.derive(f, text)
	p.after = appendValue(p.after, f.ID, text)
}

// value returns the new value of a field.
func (p *preparedOp) value(f schema.FieldID) schema.Value {
	if v, ok := p.numbers[f]; ok {
		return v
	}
	return stored(p.op.Set[f])
}

// sets reports whether the op changes a field.
func (p *preparedOp) sets(f schema.FieldID) bool {
	if _, ok := p.numbers[f]; ok {
		return true
	}
	_, ok := p.op.Set[f]
	return ok
}

// key returns the sort key of a field's new value.
func (p *preparedOp) key(f schema.FieldID) (string, bool) {
	for _, k := range p.keys {
		if k.field == f {
			return k.text, true
		}
	}
	return "", false
}

// appendFilled is appendValues without what is empty.
func appendFilled(dst []byte, vals schema.Values) []byte {
	dst = append(dst, valuesFormat)
	for f, v := range vals {
		if v = stored(v); v != nil {
			dst = appendValue(dst, f, v)
		}
	}
	return dst
}

// appendGrams writes the grams of a text as words that the index splits at spaces.
func appendGrams(dst []byte, text string) []byte {
	for _, g := range textkey.Grams(text) {
		dst = append(append(dst, g...), ' ')
	}
	return dst
}

// matchGrams returns the index query that finds all texts with these grams.
func matchGrams(grams []string) string {
	const most = 24 // more do not narrow further
	if len(grams) > most {
		grams = grams[:most]
	}
	return `"` + strings.Join(grams, `" "`) + `"`
}
