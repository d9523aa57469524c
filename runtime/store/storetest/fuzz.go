package storetest

import (
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// testModel fills two random entities, changes them at random and compares the
// answers to random queries with those of the model.
func testModel(b *bench) {
	for round := range setting("STORETEST_ROUNDS", 4) {
		seed := uint64(setting("STORETEST_SEED", 1)*1000 + round)
		f := &fuzz{bench: b, seed: seed, gen: &gen{Rand: rand.New(rand.NewPCG(seed, 1)), made: map[schema.EntityID][]schema.RecordID{}}}
		for _, name := range zones {
			zone, err := time.LoadLocation(name)
			require.NoError(b, err)
			f.zones = append(f.zones, zone)
		}
		f.zones = append(f.zones, nil)
		f.run()
	}
}

type fuzz struct {
	*bench
	*gen
	seed        uint64
	left, right *store.Shape
	m           *model
}

func (f *fuzz) run() {
	f.left, f.right = f.shape(f.entity()), f.shape(f.entity())
	f.m = newModel(f.left, f.right)
	for _, s := range []*store.Shape{f.right, f.left} {
		require.NoError(f, f.e.Ensure(f.Context(), f.tenant, s))
		for range 3 {
			f.insert(s, 40)
		}
	}
	for range 3 {
		f.change(f.left)
		f.change(f.right)
	}
	for n := range setting("STORETEST_QUERIES", 60) {
		s, other := f.left, f.right
		if n%5 == 4 {
			s, other = other, s
		}
		f.query(s, other, n)
		if n%2 == 0 {
			f.aggregate(s, other, n)
		}
	}
	f.Helper()
}

func (f *fuzz) other(s *store.Shape) *store.Shape {
	if s == f.left {
		return f.right
	}
	return f.left
}

func (f *fuzz) values(s *store.Shape) schema.Values {
	v := schema.Values{}
	for _, fs := range s.Fields {
		if x := f.value(fs.Kind, f.other(s).Entity); x != nil {
			v[fs.ID] = x
		}
	}
	return v
}

func (f *fuzz) insert(s *store.Shape, n int) {
	o := store.Origin{Actor: schema.UserID(1 + f.IntN(3)), Via: "test", At: pick(f.gen, times)}
	var ops []store.Op
	for range n {
		id := f.id()
		f.made[s.Entity] = append(f.made[s.Entity], id)
		v := f.values(s)
		ops = append(ops, create(s, id, v))
		f.m.live[s.Entity][id] = &schema.Record{ID: id, Version: 1, CreatedAt: o.At, UpdatedAt: o.At, CreatedBy: o.Actor, UpdatedBy: o.Actor, Values: v}
	}
	_, err := f.commit(&store.Commit{Origin: o, Ops: ops})
	require.NoError(f, err)
}

// change updates, trashes and restores some records in one commit.
func (f *fuzz) change(s *store.Shape) {
	o := store.Origin{Actor: schema.UserID(1 + f.IntN(3)), Via: "test", At: pick(f.gen, times)}
	var ops []store.Op
	live, trash := f.m.live[s.Entity], f.m.trash[s.Entity]
	for _, id := range f.made[s.Entity] {
		r, dead := live[id], trash[id]
		switch {
		case r != nil && f.IntN(4) == 0:
			set := schema.Values{}
			for _, fs := range s.Fields {
				if f.IntN(3) == 0 {
					set[fs.ID] = f.value(fs.Kind, f.other(s).Entity)
				}
			}
			ops = append(ops, update(s, r, set))
			next := *r
			next.Version, next.UpdatedAt, next.UpdatedBy, next.Values = r.Version+1, o.At, o.Actor, schema.Values{}
			maps.Copy(next.Values, r.Values)
			for k, v := range set {
				next.Values[k] = v
				if v == nil {
					delete(next.Values, k)
				}
			}
			live[id] = &next
		case r != nil && f.IntN(8) == 0:
			ops = append(ops, trashOp(s, r))
			next := *r
			next.Version, next.UpdatedAt, next.UpdatedBy = r.Version+1, o.At, o.Actor
			delete(live, id)
			trash[id] = &next
		case dead != nil && f.IntN(3) == 0:
			ops = append(ops, restoreOp(s, dead))
			next := *dead
			next.Version, next.UpdatedAt, next.UpdatedBy = dead.Version+1, o.At, o.Actor
			delete(trash, id)
			live[id] = &next
		}
	}
	_, err := f.commit(&store.Commit{Origin: o, Ops: ops})
	require.NoError(f, err)
}

func (f *fuzz) query(s, other *store.Shape, n int) {
	f.Helper()
	q := query.Query{Where: f.expr(s, other, 4, true), Sort: f.sorts(s), Limit: 1 + f.IntN(50), Trash: f.IntN(10) == 0}
	if f.IntN(4) == 0 {
		q.Limit = 1000
	}
	want := f.m.find(s.Entity, &q)
	got := f.find(s, q)
	if !slices.Equal(idsOf(want), idsOf(got)) {
		small := f.shrink(s, q)
		require.Equal(f, f.describe(f.m.find(s.Entity, &small)), f.describe(f.find(s, small)),
			"seed %d, query %d, made smaller: %#v\nshape %+v", f.seed, n, small, s.Fields)
		require.Equal(f, idsOf(want), idsOf(got), "seed %d, query %d: %#v\nshape %+v", f.seed, n, q, s.Fields)
	}
	for i := range want {
		require.Equal(f, want[i], got[i], "seed %d, query %d", f.seed, n)
	}
	if q.Trash {
		return
	}
	atMost := int64(f.IntN(3) * len(want) / 2)
	count := int64(len(want))
	if atMost > 0 {
		count = min(count, atMost)
	}
	f.view(func(r store.Reader) {
		c, err := r.Count(f.Context(), s, q.Where, atMost)
		require.NoError(f, err)
		require.Equal(f, count, c, "seed %d, count at most %d of %#v", f.seed, atMost, q.Where)
	})
}

// describe shows records so that a difference can be understood.
func (f *fuzz) describe(recs []*schema.Record) []string {
	var out []string
	for _, r := range recs {
		out = append(out, show(*r))
	}
	return out
}

// shrink makes a query that goes wrong smaller, as long as it still does.
func (f *fuzz) shrink(s *store.Shape, q query.Query) query.Query {
	wrong := func(q query.Query) bool {
		return !slices.Equal(idsOf(f.m.find(s.Entity, &q)), idsOf(f.find(s, q)))
	}
	if wide := q; wide.Limit != 1000 {
		if wide.Limit = 1000; wrong(wide) {
			q = wide
		}
	}
	for len(q.Sort) > 0 {
		less := q
		if less.Sort = q.Sort[:len(q.Sort)-1]; !wrong(less) {
			break
		}
		q = less
	}
	for again := true; again; {
		again = false
		for _, part := range parts(q.Where) {
			less := q
			if less.Where = part; wrong(less) {
				q, again = less, true
				break
			}
		}
	}
	return q
}

// parts returns simpler conditions that could show the same fault.
func parts(x query.Expr) []query.Expr {
	var out []query.Expr
	switch x := x.(type) {
	case query.And:
		out = append(out, x...)
		for i := range x {
			out = append(out, slices.Delete(slices.Clone(x), i, i+1))
		}
	case query.Or:
		out = append(out, x...)
		for i := range x {
			out = append(out, slices.Delete(slices.Clone(x), i, i+1))
		}
	case query.Not:
		out = append(out, x.X)
		for _, p := range parts(x.X) {
			out = append(out, query.Not{X: p})
		}
	case query.In:
		for i := range x.Vals {
			out = append(out, query.In{Field: x.Field, Neg: x.Neg, Vals: slices.Delete(slices.Clone(x.Vals), i, i+1)})
		}
	case query.Rel:
		for _, p := range parts(x.Where) {
			out = append(out, query.Rel{Field: x.Field, Entity: x.Entity, Neg: x.Neg, Where: p})
		}
	}
	return out
}

func (f *fuzz) aggregate(s, other *store.Shape, n int) {
	f.Helper()
	q := f.aggQuery(s, other)
	want, fits := f.m.aggregate(s.Entity, q)
	f.view(func(r store.Reader) {
		got, err := r.Aggregate(f.Context(), s, q)
		if !fits {
			require.ErrorIs(f, err, store.ErrBadQuery)
			return
		}
		require.NoError(f, err)
		same := slices.EqualFunc(want, got, func(a, b query.AggRow) bool {
			return slices.EqualFunc(a.Keys, b.Keys, sameValue) && slices.EqualFunc(a.Vals, b.Vals, sameValue)
		})
		if !same {
			require.Equal(f, want, got, "seed %d, aggregate %d: %#v\nshape %+v", f.seed, n, q, s.Fields)
		}
	})
}

// testSearch seeks every part of every text.
func testSearch(b *bench) {
	s := b.plain()
	m := newModel(s)
	var ops []store.Op
	for _, text := range texts {
		id := b.id()
		v := schema.Values{fName: text, fNumber: text + "!"}
		ops = append(ops, create(s, id, v))
		m.live[s.Entity][id] = &schema.Record{ID: id, Version: 1, Values: v}
	}
	b.do(ops...)
	b.view(func(r store.Reader) {
		for i, text := range texts {
			runes := []rune(text)
			for n := 1; n <= min(4, len(runes)); n++ {
				from := (i * 7 % len(runes)) % (len(runes) - n + 1)
				val := string(runes[from : from+n])
				for _, x := range []query.Expr{query.TextOp{Field: fName, Val: val}, query.TextOp{Fields: []schema.FieldID{fName, fNumber}, Val: val}, query.TextOp{Field: fNumber, Mode: query.Suffix, Val: val + "!"}} {
					q := &query.Query{Where: x, Limit: 1000}
					page, err := r.Find(b.Context(), s, q)
					require.NoError(b, err)
					require.Equal(b, idsOf(m.find(s.Entity, q)), idsOf(page.Records), "%#v", x)
				}
			}
		}
		none, err := r.Find(b.Context(), s, &query.Query{Where: query.TextOp{Fields: []schema.FieldID{fNumber}, Val: "北京"}, Limit: 10})
		require.NoError(b, err)
		require.Empty(b, none.Records, "a search over all fields looks at searchable ones alone")
	})
	one := b.ids(s, query.TextOp{Field: fName, Val: "新能源"})
	require.Len(b, one, 1)
	b.do(update(s, b.get(s, one[0]), schema.Values{fName: "旧能源"}))
	require.Empty(b, b.ids(s, query.TextOp{Field: fName, Val: "新能源"}))
	require.Equal(b, one, b.ids(s, query.TextOp{Fields: []schema.FieldID{fName}, Val: "旧能"}))
	b.do(update(s, b.get(s, one[0]), schema.Values{fCount: int64(1)}))
	require.Equal(b, one, b.ids(s, query.TextOp{Fields: []schema.FieldID{fName}, Val: "旧"}))
	b.do(update(s, b.get(s, one[0]), schema.Values{fName: nil}))
	require.Empty(b, b.ids(s, query.TextOp{Field: fName, Val: "旧"}))
}
