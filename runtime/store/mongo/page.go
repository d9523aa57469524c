package mongo

import (
	"slices"

	"go.mongodb.org/mongo-driver/v2/bson"

	"tongban/schema"
	"tongban/schema/query"
)

// sortKey is one key of an order, as it is asked of the server.
type sortKey struct {
	target
	desc bool
	val  int // which value of a cursor belongs to it
}

// order is a whole order, the record's id last.
type order struct {
	keys   []sortKey
	idDesc bool
	byID   bool // the id is among the keys already
}

func (c *compiler) order(sorts []query.Sort) (*order, error) {
	o := &order{}
	for i, s := range sorts {
		t, err := c.scalar(s.Field)
		if err != nil {
			return nil, err
		}
		if !c.usable(t) {
			return nil, errKeys
		}
		o.idDesc = s.Desc
		same := func(k sortKey) bool { return k.value == t.value }
		if o.byID || slices.ContainsFunc(o.keys, same) {
			continue
		}
		o.keys = append(o.keys, sortKey{target: t, desc: s.Desc, val: i})
		o.byID = t.value == "r"
	}
	return o, nil
}

func direction(desc bool) int {
	if desc {
		return -1
	}
	return 1
}

func (o *order) spec() bson.D {
	d := bson.D{}
	for _, k := range o.keys {
		d = append(d, bson.E{Key: k.key, Value: direction(k.desc)})
	}
	if !o.byID {
		d = append(d, bson.E{Key: "r", Value: direction(o.idDesc)})
	}
	return d
}

// exists says of the first key what lets the server walk its partial index.
func (o *order) exists() bson.D {
	if len(o.keys) == 0 || !o.keys[0].slot {
		return nil
	}
	return is(o.keys[0].key, "$exists", true)
}

// after is the condition that a record stands behind a cursor. It never
// compares rows: it names each way of being behind.
func (o *order) after(cur *query.Cursor, sorts int) (bson.D, error) {
	if cur == nil {
		return nil, nil
	}
	if len(cur.Vals) != sorts {
		return nil, badQuery("a cursor of another order")
	}
	var ways []bson.D
	var equal []bson.D
	for _, k := range o.keys {
		v := cur.Vals[k.val]
		if v != nil && !fits(k.kind, v) {
			return nil, badQuery("a cursor of another order")
		}
		if b := k.beyond(v); b != nil {
			ways = append(ways, and(append(slices.Clone(equal), b)...))
		}
		equal = append(equal, is(k.key, "$eq", v))
	}
	if !o.byID {
		op := "$gt"
		if o.idDesc {
			op = "$lt"
		}
		ways = append(ways, and(append(equal, is("r", op, int64(cur.ID)))...))
	}
	if len(ways) == 0 {
		return nothing(), nil
	}
	return or(ways...), nil
}

// beyond matches what comes after a value of this key alone; empty is lowest.
func (k sortKey) beyond(v schema.Value) bson.D {
	switch {
	case v == nil && k.desc:
		return nil
	case v == nil:
		return is(k.key, "$ne", nil)
	case k.desc:
		return or(is(k.key, "$lt", v), is(k.key, "$eq", nil))
	}
	return is(k.key, "$gt", v)
}

// projection names what a query loads: nil fields are all of them.
func (c *compiler) projection(fields []schema.FieldID, sorts []query.Sort) (bson.D, error) {
	d := bson.D{{Key: "_id", Value: 0}}
	for _, sys := range []string{"r", "v", "ca", "ua", "cb", "ub"} {
		d = append(d, bson.E{Key: sys, Value: 1})
	}
	if fields == nil {
		return append(d, bson.E{Key: "f", Value: 1}), nil
	}
	want := slices.Clone(fields)
	for _, s := range sorts {
		want = append(want, s.Field)
	}
	slices.Sort(want)
	for _, id := range slices.Compact(want) {
		if id < 0 {
			continue
		}
		t, err := c.target(id)
		if err != nil {
			return nil, err
		}
		d = append(d, bson.E{Key: t.value, Value: 1})
	}
	return d, nil
}
