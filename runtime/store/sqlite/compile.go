package sqlite

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

const (
	maxNodes = 5000 // of a condition
	maxDepth = 60
	fewVals  = 64 // more values are handed over as one JSON text
)

func badQuery(format string, args ...any) error {
	return fmt.Errorf("sqlite: "+format+": %w", append(args, store.ErrBadQuery)...)
}

// compiler turns conditions into SQL. It only reads the layout: the same
// condition and layout give the same text.
type compiler struct {
	layout *layout
	sql    strings.Builder
	args   []any
	nodes  int
	depth  int
}

// scope is what a condition speaks of.
type scope struct {
	shape *store.Shape
	t     *table // what there is; nil: nothing yet
	alias string
	trash bool // t<id> instead of r<id>: no links, no grams
}

func (c *compiler) write(parts ...string) {
	for _, p := range parts {
		c.sql.WriteString(p)
	}
}

func (c *compiler) arg(v any) {
	c.sql.WriteByte('?')
	c.args = append(c.args, v)
}

// field returns a field's column and kind. A field whose column is not there yet is NULL.
func (sc *scope) field(f schema.FieldID) (column string, k schema.Kind, err error) {
	switch f {
	case schema.SysID:
		return sc.alias + ".id", schema.KindInt, nil
	case schema.SysVersion:
		return sc.alias + ".ver", schema.KindInt, nil
	case schema.SysCreatedAt:
		return sc.alias + ".ca", schema.KindTime, nil
	case schema.SysUpdatedAt:
		return sc.alias + ".ua", schema.KindTime, nil
	case schema.SysCreatedBy:
		return sc.alias + ".cb", schema.KindInt, nil
	case schema.SysUpdatedBy:
		return sc.alias + ".ub", schema.KindInt, nil
	}
	fs := sc.shape.Field(f)
	if fs == nil {
		return "", 0, badQuery("entity %d has no field %d", sc.shape.Entity, f)
	}
	if !sc.has(f) {
		return "NULL", fs.Kind, nil
	}
	return sc.alias + "." + col("c", f), fs.Kind, nil
}

func (sc *scope) has(f schema.FieldID) bool {
	if sc.t == nil {
		return false
	}
	_, ok := sc.t.Cols[f]
	return ok
}

// order returns the expression by which a field is put into order.
func (sc *scope) order(f schema.FieldID) (column string, k schema.Kind, key store.SortKey, err error) { //nolint:revive // one question, four answers
	column, k, err = sc.field(f)
	if err != nil || k != schema.KindText {
		return column, k, store.SortRaw, err
	}
	key = sc.shape.Field(f).SortKey
	if key != store.SortRaw && sc.has(f) {
		if !sc.t.Cols[f].HasKey {
			return "NULL", k, key, nil
		}
		column = sc.alias + "." + col("p", f)
	}
	return column, k, key, nil
}

// expr writes a condition as an expression that is 1 where it holds, and 0 or
// NULL where it does not.
func (c *compiler) expr(x query.Expr, sc *scope) error {
	c.nodes++
	c.depth++
	defer func() { c.depth-- }()
	if c.nodes > maxNodes || c.depth > maxDepth {
		return badQuery("the condition is too large")
	}
	switch x := x.(type) {
	case query.True:
		c.write("1")
		return nil
	case query.And:
		return c.join(x, " AND ", "1", sc)
	case query.Or:
		return c.join(x, " OR ", "0", sc)
	case query.Not:
		return c.negated(true, func() error { return c.expr(x.X, sc) })
	}
	return c.leaf(x, sc)
}

func (c *compiler) leaf(x query.Expr, sc *scope) error {
	switch x := x.(type) {
	case query.Cmp:
		return c.cmp(x, sc)
	case query.In:
		return c.in(x, sc)
	case query.SetOp:
		return c.set(x, sc)
	case query.TextOp:
		return c.negated(x.Neg, func() error { return c.text(x, sc) })
	case query.Empty:
		return c.empty(x, sc)
	case query.Rel:
		return c.negated(x.Neg, func() error { return c.rel(x, sc) })
	case query.LinkedFrom:
		return c.negated(x.Neg, func() error { return c.linked(x, sc) })
	case query.Ids:
		ids := make([]schema.Value, len(x))
		for i, id := range x {
			ids[i] = int64(id)
		}
		return c.list(sc.alias+".id", ids)
	}
	return badQuery("a condition of type %T", x)
}

// negated writes the complement of what body writes, where neg says so.
func (c *compiler) negated(neg bool, body func() error) error {
	if !neg {
		return body()
	}
	c.write("((")
	err := body()
	c.write(") IS NOT TRUE)")
	return err
}

// join writes a list as a balanced tree, for SQLite limits the depth of one.
func (c *compiler) join(xs []query.Expr, op, none string, sc *scope) error {
	switch len(xs) {
	case 0:
		c.write(none)
		return nil
	case 1:
		return c.expr(xs[0], sc)
	}
	const wide = 16
	c.write("(")
	step := 1
	if len(xs) > wide {
		step = (len(xs) + wide - 1) / wide
	}
	for i := 0; i < len(xs); i += step {
		if i > 0 {
			c.write(op)
		}
		if err := c.join(xs[i:min(i+step, len(xs))], op, none, sc); err != nil {
			return err
		}
	}
	c.write(")")
	return nil
}

func (c *compiler) cmp(x query.Cmp, sc *scope) error {
	column, k, err := sc.field(x.Field)
	if err != nil {
		return err
	}
	if x.Val == nil || k == schema.KindSet || k == schema.KindJSON || !fits(k, x.Val) {
		return badQuery("field %d cannot be compared with a %T", x.Field, x.Val)
	}
	switch x.Op {
	case query.Eq:
		return c.equals(x, column, k, sc)
	case query.Ne:
		c.write(column, " IS NOT ")
		c.arg(x.Val)
		return nil
	}
	ops := map[query.CmpOp]string{query.Lt: "<", query.Le: "<=", query.Gt: ">", query.Ge: ">="}
	op, ok := ops[x.Op]
	if !ok {
		return badQuery("comparison %d", x.Op)
	}
	val := x.Val
	if k == schema.KindText {
		var key store.SortKey
		column, _, key, err = sc.order(x.Field)
		if err != nil {
			return err
		}
		text, _ := val.(string)
		val = key.Of(text)
	}
	c.write(column, op)
	c.arg(val)
	return nil
}

// equals compares exact values. The index of a text that is sorted by a key
// holds the key: it narrows the search.
func (c *compiler) equals(x query.Cmp, column string, k schema.Kind, sc *scope) error {
	if text, ok := x.Val.(string); ok && k == schema.KindText && sc.has(x.Field) {
		if now := sc.t.Cols[x.Field]; now.Indexed && now.HasKey {
			key, _, by, err := sc.order(x.Field)
			if err != nil {
				return err
			}
			c.write("(", key, "=")
			c.arg(by.Of(text))
			c.write(" AND ", column, "=")
			c.arg(text)
			c.write(")")
			return nil
		}
	}
	c.write(column, "=")
	c.arg(x.Val)
	return nil
}

func (c *compiler) in(x query.In, sc *scope) error {
	column, k, err := sc.field(x.Field)
	if err != nil {
		return err
	}
	if k == schema.KindSet || k == schema.KindJSON {
		return badQuery("field %d cannot be one of a list", x.Field)
	}
	for _, v := range x.Vals {
		if v == nil || !fits(k, v) {
			return badQuery("field %d cannot be a %T", x.Field, v)
		}
	}
	if !x.Neg {
		return c.list(column, x.Vals)
	}
	if len(x.Vals) == 0 {
		c.write("1")
		return nil
	}
	c.write("(", column, " IS NULL OR NOT ")
	err = c.list(column, x.Vals)
	c.write(")")
	return err
}

// list writes that a column holds one of some values of its kind.
func (c *compiler) list(column string, vals []schema.Value) error {
	if len(vals) == 0 {
		c.write("0")
		return nil
	}
	if len(vals) > fewVals {
		if ints, ok := allInts(vals); ok {
			c.write("(", column, " IN (SELECT value FROM json_each(")
			c.arg(ints)
			c.write(")))")
			return nil
		}
	}
	if len(vals)+len(c.args) > 30_000 {
		return badQuery("too many values")
	}
	c.write("(", column, " IN (")
	for i, v := range vals {
		if i > 0 {
			c.write(",")
		}
		c.arg(v)
	}
	c.write("))")
	return nil
}

func allInts(vals []schema.Value) ([]int64, bool) {
	out := make([]int64, len(vals))
	for i, v := range vals {
		n, ok := v.(int64)
		if !ok {
			return nil, false
		}
		out[i] = n
	}
	return out, true
}

func (c *compiler) empty(x query.Empty, sc *scope) error {
	column, _, err := sc.field(x.Field)
	if err != nil {
		return err
	}
	c.write(column, " IS ")
	if x.Neg {
		c.write("NOT ")
	}
	c.write("NULL")
	return nil
}

func (c *compiler) set(x query.SetOp, sc *scope) error {
	column, k, err := sc.field(x.Field)
	if err != nil {
		return err
	}
	if k != schema.KindSet {
		return badQuery("field %d is no set", x.Field)
	}
	vals := slices.Compact(slices.Sorted(slices.Values(x.Vals)))
	switch x.Mode {
	case query.HasAny:
		c.member(x.Field, column, vals, sc)
	case query.HasNone:
		return c.negated(true, func() error { c.member(x.Field, column, vals, sc); return nil })
	case query.HasAll:
		c.hasAll(x.Field, column, vals, sc)
	case query.SetEq:
		if len(vals) == 0 {
			c.write(column, " IS NULL")
			return nil
		}
		c.write("(")
		c.hasAll(x.Field, column, vals, sc)
		c.write(" AND json_array_length(", column, ")=", strconv.Itoa(len(vals)), ")")
	default:
		return badQuery("set comparison %d", x.Mode)
	}
	return nil
}

func (c *compiler) hasAll(f schema.FieldID, column string, vals []int64, sc *scope) {
	if len(vals) == 0 {
		c.write("1")
		return
	}
	if len(vals) > 1 && (len(vals) > fewVals || sc.trash) {
		c.write("((SELECT count(*) FROM json_each(", column, ") m WHERE m.value IN (SELECT value FROM json_each(")
		c.arg(vals)
		c.write(")))=", strconv.Itoa(len(vals)), ")")
		return
	}
	c.write("(")
	for i := range vals {
		if i > 0 {
			c.write(" AND ")
		}
		c.member(f, column, vals[i:i+1], sc)
	}
	c.write(")")
}

// member writes that the set holds one of vals.
func (c *compiler) member(f schema.FieldID, column string, vals []int64, sc *scope) {
	switch {
	case len(vals) == 0 || !sc.has(f):
		c.write("0")
		return
	case sc.trash || !sc.t.Links:
		c.write("EXISTS(SELECT 1 FROM json_each(", column, ") m WHERE m.value IN (")
	default:
		c.write("(", sc.alias, ".id IN (SELECT rid FROM ", name("l", sc.shape.Entity), " WHERE field=", strconv.Itoa(int(f)), " AND val IN (")
	}
	if len(vals) > fewVals {
		c.write("SELECT value FROM json_each(")
		c.arg(vals)
		c.write(")")
	} else {
		for i, v := range vals {
			if i > 0 {
				c.write(",")
			}
			c.arg(v)
		}
	}
	c.write("))")
	if !sc.trash && sc.t.Links {
		c.write(")")
	}
}

// other returns the scope of another entity, as its tables are known; nil where
// there are none, so that it has no records.
func (c *compiler) other(e schema.EntityID) *scope {
	t := c.layout.tables[e]
	if t == nil {
		return nil
	}
	return &scope{shape: t.Shape, t: t, alias: "b" + strconv.Itoa(c.depth)}
}

func (c *compiler) rel(x query.Rel, sc *scope) error {
	column, k, err := sc.field(x.Field)
	if err != nil {
		return err
	}
	if k != schema.KindSet {
		return badQuery("field %d is no link", x.Field)
	}
	other := c.other(x.Entity)
	if other == nil || !sc.has(x.Field) {
		c.write("0")
		return nil
	}
	if sc.trash || !sc.t.Links {
		c.write("EXISTS(SELECT 1 FROM json_each(", column, ") m WHERE m.value IN (")
	} else {
		c.write("(", sc.alias, ".id IN (SELECT rid FROM ", name("l", sc.shape.Entity), " WHERE field=", strconv.Itoa(int(x.Field)), " AND val IN (")
	}
	if err := c.ids(x.Where, other); err != nil {
		return err
	}
	c.write("))")
	if !sc.trash && sc.t.Links {
		c.write(")")
	}
	return nil
}

// ids writes a query of the ids that match in another scope.
func (c *compiler) ids(where query.Expr, sc *scope) error {
	c.write("SELECT ", sc.alias, ".id FROM ", name("r", sc.shape.Entity), " ", sc.alias)
	if where == nil {
		return nil
	}
	c.write(" WHERE ")
	return c.expr(where, sc)
}

func (c *compiler) linked(x query.LinkedFrom, sc *scope) error {
	other := c.other(x.Entity)
	if other == nil || !other.t.Links {
		c.write("0")
		return nil
	}
	f := other.shape.Field(x.Field)
	if f == nil || f.Kind != schema.KindSet {
		return badQuery("entity %d has no link %d", x.Entity, x.Field)
	}
	c.write("(", sc.alias, ".id IN (SELECT val FROM ", name("l", x.Entity), " WHERE field=", strconv.Itoa(int(x.Field)))
	if x.Where != nil {
		c.write(" AND rid IN (")
		if err := c.ids(x.Where, other); err != nil {
			return err
		}
		c.write(")")
	}
	c.write("))")
	return nil
}
