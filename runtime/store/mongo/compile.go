package mongo

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// compiler turns conditions into filters. It knows no link: Rel and LinkedFrom
// have been put into plain words before (see resolve). It does no I/O.
type compiler struct {
	layout *layout
	shape  *store.Shape
	trash  bool // trashed records have no slots
}

// sysField is what a field that every record has is stored under.
var sysFields = map[schema.FieldID]string{
	schema.SysID: "r", schema.SysVersion: "v", schema.SysCreatedAt: "ca",
	schema.SysUpdatedAt: "ua", schema.SysCreatedBy: "cb", schema.SysUpdatedBy: "ub",
}

// maxRegex is what a server's pattern may have in bytes.
const maxRegex = 32_000

func nothing() bson.D    { return bson.D{{Key: "r", Value: bson.D{{Key: "$in", Value: bson.A{}}}}} }
func everything() bson.D { return bson.D{} }

func is(path, op string, v any) bson.D {
	return bson.D{{Key: path, Value: bson.D{{Key: op, Value: v}}}}
}

func and(parts ...bson.D) bson.D { return junction("$and", parts) }
func or(parts ...bson.D) bson.D  { return junction("$or", parts) }
func not(part bson.D) bson.D     { return junction("$nor", []bson.D{part}) }

func junction(op string, parts []bson.D) bson.D {
	if len(parts) == 1 && op != "$nor" {
		return parts[0]
	}
	list := make(bson.A, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return bson.D{{Key: op, Value: list}}
}

func badQuery(format string, args ...any) error {
	return fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), store.ErrBadQuery)
}

// filter gives the whole filter of a query: tenant and entity come first.
func (c *compiler) filter(where query.Expr, more ...bson.D) (bson.D, error) {
	f := bson.D{{Key: "t", Value: int64(c.layout.Tenant)}, {Key: "e", Value: int64(c.layout.Entity)}}
	x, err := c.expr(where)
	if err != nil {
		return nil, err
	}
	parts := bson.A{}
	for _, p := range append([]bson.D{x}, more...) {
		if len(p) > 0 {
			parts = append(parts, p)
		}
	}
	if len(parts) > 0 {
		f = append(f, bson.E{Key: "$and", Value: parts})
	}
	return f, nil
}

func (c *compiler) expr(x query.Expr) (bson.D, error) {
	switch x := x.(type) {
	case nil, query.True:
		return everything(), nil
	case query.And:
		if len(x) == 0 {
			return everything(), nil
		}
		return c.many("$and", x)
	case query.Or:
		if len(x) == 0 {
			return nothing(), nil
		}
		return c.many("$or", x)
	case query.Not:
		inner, err := c.expr(x.X)
		return not(inner), err
	case query.Ids:
		return is("r", "$in", idList(x)), nil
	case query.Cmp:
		return c.cmp(x)
	case query.In:
		return c.in(x)
	case query.SetOp:
		return c.set(x)
	case query.TextOp:
		return c.text(x)
	case query.Empty:
		return c.empty(x)
	}
	return nil, badQuery("a condition of type %T", x)
}

func (c *compiler) many(op string, list []query.Expr) (bson.D, error) {
	parts := make([]bson.D, len(list))
	for i, y := range list {
		var err error
		if parts[i], err = c.expr(y); err != nil {
			return nil, err
		}
	}
	return junction(op, parts), nil
}

func idList(ids []schema.RecordID) bson.A {
	list := make(bson.A, len(ids))
	for i, id := range ids {
		list[i] = int64(id)
	}
	return list
}

// target is where a field's values stand in a document.
type target struct {
	field *store.FieldShape // nil for system fields
	kind  schema.Kind
	value string // path of the value
	key   string // path of what it is put into order by: a slot where there is one
	slot  bool   // key is a slot: it must be said to exist
}

func (c *compiler) target(id schema.FieldID) (target, error) {
	if path, ok := sysFields[id]; ok {
		return target{kind: schema.KindInt, value: path, key: path}, nil
	}
	f := c.shape.Field(id)
	if f == nil {
		return target{}, badQuery("no field %d", id)
	}
	t := target{field: f, kind: f.Kind, value: "f." + nameOf(f.ID, f.Kind)}
	t.key = t.value
	if hasKey(f) {
		t.key = "p." + keyName(f)
	}
	if s, ok := c.layout.readySlot(f); ok && !c.trash {
		t.key, t.slot = s, true
	}
	return t, nil
}

// scalar is the target of a field that holds one comparable value.
func (c *compiler) scalar(id schema.FieldID) (target, error) {
	t, err := c.target(id)
	if err == nil && (t.kind == schema.KindSet || t.kind == schema.KindJSON) {
		err = badQuery("field %d cannot be compared", id)
	}
	return t, err
}

// checked returns a value that a field can hold.
func (t target) checked(v schema.Value) (any, error) {
	if !fits(t.kind, v) {
		return nil, badQuery("value of type %T", v)
	}
	if f, ok := v.(float64); ok && math.IsNaN(f) {
		return nil, badQuery("not a number")
	}
	return v, nil
}

// order is the key under which a value of the field is put into order.
func (t target) order(v schema.Value) any {
	if t.field == nil {
		return v
	}
	return orderKey(t.field, v)
}

func (t target) keyed() bool { return t.field != nil && hasKey(t.field) }

// at is a condition on the key, in words that a partial index understands.
func (t target) at(op string, v any) bson.D {
	cond := bson.D{{Key: op, Value: v}}
	if t.slot && v == nil {
		cond = append(cond, bson.E{Key: "$exists", Value: true})
	}
	return bson.D{{Key: t.key, Value: cond}}
}

// equals matches where the field holds exactly v.
func (t target) equals(v any) bson.D {
	switch {
	case t.field != nil && t.kind == schema.KindOption && !t.slot:
		if n, ok := v.(int64); ok {
			return is("x", "$eq", token(t.field, n))
		}
	case t.slot && t.keyed():
		return and(t.at("$eq", t.order(v)), is(t.value, "$eq", v))
	case t.slot:
		return t.at("$eq", v)
	}
	return is(t.value, "$eq", v)
}

var comparisons = map[query.CmpOp]string{query.Lt: "$lt", query.Le: "$lte", query.Gt: "$gt", query.Ge: "$gte"}

func (c *compiler) cmp(x query.Cmp) (bson.D, error) {
	t, err := c.scalar(x.Field)
	if err != nil {
		return nil, err
	}
	v, err := t.checked(x.Val)
	if err != nil {
		return nil, err
	}
	switch x.Op {
	case query.Eq:
		return t.equals(v), nil
	case query.Ne:
		return is(t.value, "$ne", v), nil
	}
	op, ok := comparisons[x.Op]
	if !ok {
		return nil, badQuery("comparison %d", x.Op)
	}
	if !c.usable(t) {
		return nil, errKeys
	}
	return t.at(op, t.order(v)), nil
}

func (c *compiler) in(x query.In) (bson.D, error) {
	t, err := c.scalar(x.Field)
	if err != nil {
		return nil, err
	}
	vals, keys := make(bson.A, len(x.Vals)), make(bson.A, len(x.Vals))
	for i, v := range x.Vals {
		if vals[i], err = t.checked(v); err != nil {
			return nil, err
		}
		keys[i] = t.order(v)
	}
	switch {
	case x.Neg:
		return is(t.value, "$nin", vals), nil
	case t.slot && t.keyed():
		return and(t.at("$in", keys), is(t.value, "$in", vals)), nil
	case t.slot:
		return t.at("$in", vals), nil
	}
	return is(t.value, "$in", vals), nil
}

func (c *compiler) empty(x query.Empty) (bson.D, error) {
	t, err := c.target(x.Field)
	if err != nil {
		return nil, err
	}
	if x.Neg {
		return is(t.value, "$ne", nil), nil
	}
	if t.slot {
		return t.at("$eq", nil), nil
	}
	return is(t.value, "$eq", nil), nil
}

func (c *compiler) set(x query.SetOp) (bson.D, error) {
	t, err := c.target(x.Field)
	if err != nil {
		return nil, err
	}
	if t.kind != schema.KindSet {
		return nil, badQuery("field %d holds no set", x.Field)
	}
	tokens, distinct := bson.A{}, map[int64]bool{}
	for _, v := range x.Vals {
		if !distinct[v] {
			distinct[v] = true
			tokens = append(tokens, token(t.field, v))
		}
	}
	switch x.Mode {
	case query.HasAny:
		return is("x", "$in", tokens), nil
	case query.HasNone:
		return is("x", "$nin", tokens), nil
	}
	if len(tokens) == 0 {
		if x.Mode == query.HasAll {
			return everything(), nil
		}
		return is(t.value, "$eq", nil), nil
	}
	all := is("x", "$all", tokens)
	if x.Mode == query.HasAll {
		return all, nil
	}
	return and(all, is(t.value, "$size", len(tokens))), nil
}

func (c *compiler) text(x query.TextOp) (bson.D, error) {
	fields, err := c.textFields(x)
	if err != nil {
		return nil, err
	}
	found, err := c.textIn(x, fields)
	if err != nil {
		return nil, err
	}
	if x.Neg {
		return not(found), nil
	}
	return found, nil
}

// textFields lists the fields that a text is sought in.
func (c *compiler) textFields(x query.TextOp) ([]*store.FieldShape, error) {
	if x.Field != 0 {
		t, err := c.target(x.Field)
		if err == nil && t.kind != schema.KindText {
			err = badQuery("field %d holds no text", x.Field)
		}
		return []*store.FieldShape{t.field}, err
	}
	var out []*store.FieldShape
	for _, id := range x.Fields {
		if f := c.shape.Field(id); f != nil && f.Kind == schema.KindText && f.Searchable {
			out = append(out, f)
		}
	}
	return out, nil
}

func (c *compiler) textIn(x query.TextOp, fields []*store.FieldShape) (bson.D, error) {
	val := textkey.Fold(x.Val)
	pattern := regexp.QuoteMeta(val)
	switch x.Mode {
	case query.Prefix:
		pattern = "^" + pattern
	case query.Suffix:
		pattern += `(?![\s\S])` // the very end, with or without a newline before it
	}
	if len(pattern) > maxRegex || strings.ContainsRune(pattern, 0) {
		return nil, badQuery("a text that cannot be sought")
	}
	alternatives, indexed := []bson.D{}, true
	for _, f := range fields {
		alternatives = append(alternatives, textMatches(f, val, pattern))
		indexed = indexed && c.layout.searchable(f)
	}
	if len(alternatives) == 0 {
		return nothing(), nil
	}
	found := or(alternatives...)
	grams := textkey.QueryGrams(x.Val)
	if !indexed || len(grams) == 0 {
		return found, nil
	}
	tokens := make(bson.A, len(grams))
	for i, g := range grams {
		tokens[i] = g
	}
	return and(or(is("x", "$all", tokens), is("x", "$eq", overflow)), found), nil
}

// textMatches compares folded text, which is kept only where it differs.
func textMatches(f *store.FieldShape, val, pattern string) bson.D {
	name := nameOf(f.ID, f.Kind)
	if val == "" {
		return is("f."+name, "$ne", nil)
	}
	return or(is("c."+name, "$regex", pattern), and(is("c."+name, "$eq", nil), is("f."+name, "$regex", pattern)))
}
