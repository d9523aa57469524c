package storetest

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// filled drops what is empty: engines may or may not name emptied fields.
func filled(v schema.Values) schema.Values {
	out := schema.Values{}
	for f, x := range v {
		if x != nil {
			out[f] = x
		}
	}
	return out
}

func testLog(b *bench) {
	s, id := b.plain(), b.id()
	o := store.Origin{Actor: 9, Via: "api", ChangeSet: "set-1", At: 1_700_000_000_123, Depth: 2}
	run := func(ops ...store.Op) {
		_, err := b.commit(&store.Commit{Origin: o, Ops: ops})
		require.NoError(b, err)
	}
	run(create(s, id, schema.Values{fName: "甲", fCount: int64(1), fTags: []int64{2, 1}, fDue: nil}))
	run(update(s, b.get(s, id), schema.Values{fName: "乙", fCount: nil, fDue: int64(5)}))
	run(trashOp(s, b.get(s, id)))
	run(restoreOp(s, b.trashed(s, id)))
	run(trashOp(s, b.get(s, id)))
	run(act(store.OpPurge, s, id, 5))
	log := b.changes(0, 6)
	require.Len(b, log, 6)
	for i, c := range log {
		require.Equal(b, schema.Seq(i+1), c.Seq)
		require.Equal(b, schema.Version(i+1), c.Version)
		require.Equal(b, s.Entity, c.Entity)
		require.Equal(b, id, c.Record)
		require.Equal(b, o, c.Origin)
	}
	kinds := []store.OpKind{store.OpCreate, store.OpUpdate, store.OpTrash, store.OpRestore, store.OpTrash, store.OpPurge}
	for i, k := range kinds {
		require.Equal(b, k, log[i].Op)
		if i > 1 {
			require.Empty(b, filled(log[i].Before))
			require.Empty(b, filled(log[i].After))
		}
	}
	require.Empty(b, filled(log[0].Before))
	require.Equal(b, schema.Values{fName: "甲", fCount: int64(1), fTags: []int64{2, 1}}, filled(log[0].After))
	require.Equal(b, schema.Values{fName: "甲", fCount: int64(1)}, filled(log[1].Before))
	require.Equal(b, schema.Values{fName: "乙", fDue: int64(5)}, filled(log[1].After))
	b.view(func(r store.Reader) {
		last, err := r.LastSeq(b.Context())
		require.NoError(b, err)
		require.Equal(b, schema.Seq(6), last)
		some, err := r.Changes(b.Context(), 2, 3)
		require.NoError(b, err)
		require.Equal(b, log[2:5], some)
		none, err := r.Changes(b.Context(), 6, 3)
		require.NoError(b, err)
		require.Empty(b, none)
	})
}

func testHistory(b *bench) {
	s, id, other := b.plain(), b.id(), b.id()
	sets := []string{"a", "b", "a", "", "b"}
	for i, set := range sets {
		o := origin()
		o.ChangeSet = set
		ops := []store.Op{create(s, id, schema.Values{fCount: int64(0)}), create(s, other, nil)}
		if i > 0 {
			ops = []store.Op{update(s, b.get(s, id), schema.Values{fCount: int64(i)}), update(s, b.get(s, other), schema.Values{fName: strconv.Itoa(i)})}
		}
		_, err := b.commit(&store.Commit{Origin: o, Ops: ops})
		require.NoError(b, err)
	}
	b.view(func(r store.Reader) {
		h, err := r.History(b.Context(), s.Entity, id, 0, 100)
		require.NoError(b, err)
		require.Len(b, h, 5)
		for i, c := range h {
			require.Equal(b, schema.Version(5-i), c.Version)
			require.Equal(b, id, c.Record)
			require.Equal(b, int64(4-i), c.After[fCount])
		}
		h, err = r.History(b.Context(), s.Entity, id, 4, 2)
		require.NoError(b, err)
		require.Equal(b, []schema.Version{3, 2}, []schema.Version{h[0].Version, h[1].Version})
		require.Len(b, h, 2)
		h, err = r.History(b.Context(), s.Entity+1, id, 0, 2)
		require.NoError(b, err)
		require.Empty(b, h)

		set, err := r.ChangeSet(b.Context(), "a", 100)
		require.NoError(b, err)
		require.Len(b, set, 4)
		require.Equal(b, []schema.Version{1, 1, 3, 3}, []schema.Version{set[0].Version, set[1].Version, set[2].Version, set[3].Version})
		set, err = r.ChangeSet(b.Context(), "a", 3)
		require.NoError(b, err)
		require.Len(b, set, 3)
		set, err = r.ChangeSet(b.Context(), "none", 3)
		require.NoError(b, err)
		require.Empty(b, set)
	})
}

func testListen(b *bench) {
	var heard atomic.Int64
	b.e.OnChange(func(t schema.TenantID) {
		if t == b.tenant {
			heard.Add(1)
		}
	})
	s := b.plain()
	b.do(create(s, b.id(), nil))
	require.Eventually(b, func() bool { return heard.Load() > 0 }, 10*time.Second, 5*time.Millisecond)
	before := heard.Load()
	_, err := b.docs(store.DocOp{Kind: "d", Key: "k", Body: []byte("x"), Log: true})
	require.NoError(b, err)
	require.Eventually(b, func() bool { return heard.Load() > before }, 10*time.Second, 5*time.Millisecond)
}

func testSnapshot(b *bench) {
	s, id := b.plain(), b.id()
	b.do(create(s, id, schema.Values{fCount: int64(1)}))
	b.view(func(r store.Reader) {
		recs, err := r.Get(b.Context(), s, []schema.RecordID{id}, nil)
		require.NoError(b, err)
		b.do(update(s, recs[0], schema.Values{fCount: int64(2)}), create(s, b.id(), nil))
		again, err := r.Get(b.Context(), s, []schema.RecordID{id}, nil)
		require.NoError(b, err)
		require.Equal(b, recs, again)
		n, err := r.Count(b.Context(), s, nil, 0)
		require.NoError(b, err)
		require.Equal(b, int64(1), n)
	})
	require.Equal(b, int64(2), b.get(s, id).Values[fCount])
	require.ErrorIs(b, b.e.View(b.Context(), b.tenant, func(store.Reader) error { return store.ErrTrimmed }), store.ErrTrimmed, "the error of fn is the error of View")
}

func testTenancy(b *bench) {
	s, id := b.plain(), b.id()
	mine := b.tenant
	b.do(create(s, id, schema.Values{fName: "秘密", fCode: "u", fTags: []int64{5}, fCount: int64(1)}))
	_, err := b.docs(store.DocOp{Kind: "d", Key: "k", Body: []byte("x")})
	require.NoError(b, err)
	number := create(s, b.id(), nil)
	number.Numbers = []store.Number{{Field: fNumber, Counter: "n"}}
	b.do(number)

	b.tenant = schema.TenantID(lastTenant.Add(1))
	look := func(records int) {
		b.view(func(r store.Reader) {
			ctx := b.Context()
			recs, err := r.Get(ctx, s, []schema.RecordID{id}, nil)
			require.NoError(b, err)
			require.Equal(b, []*schema.Record{nil}, recs)
			recs, err = r.Trashed(ctx, s, []schema.RecordID{id})
			require.NoError(b, err)
			require.Equal(b, []*schema.Record{nil}, recs)
			for _, x := range []query.Expr{nil, query.Ids{id}, query.TextOp{Field: fName, Val: "秘密"}, query.SetOp{Field: fTags, Vals: []int64{5}}, query.Cmp{Field: fCount, Val: int64(1)}} {
				page, err := r.Find(ctx, s, &query.Query{Where: x, Limit: 10})
				require.NoError(b, err)
				want := 0
				if x == nil {
					want = records
				}
				require.Len(b, page.Records, want, "%#v", x)
				n, err := r.Count(ctx, s, x, 0)
				require.NoError(b, err)
				require.Equal(b, int64(want), n)
			}
			linked, err := r.Linked(ctx, s, fTags, []schema.RecordID{5}, 10)
			require.NoError(b, err)
			require.Empty(b, linked[5])
			h, err := r.History(ctx, s.Entity, id, 0, 10)
			require.NoError(b, err)
			require.Empty(b, h)
			_, err = r.Doc(ctx, "d", "k")
			require.ErrorIs(b, err, store.ErrNotFound)
			docs, err := r.Docs(ctx, "d", "", "", 10)
			require.NoError(b, err)
			require.Empty(b, docs)
			rows, err := r.Aggregate(ctx, s, &query.AggQuery{Measures: []query.Measure{{Fn: query.Count}}})
			require.NoError(b, err)
			require.Equal(b, int64(records), rows[0].Vals[0])
		})
	}
	look(0)
	b.fails(store.ErrNotFound, act(store.OpTrash, s, id, 1))
	number.ID = b.id()
	number.Set = schema.Values{fCode: "u"}
	r := b.do(number)
	require.Equal(b, "1", r.Numbers[0][fNumber], "counters are of the tenant")
	look(1)
	require.Equal(b, schema.Seq(1), b.changes(0, 1)[0].Seq, "positions are of the tenant")
	b.tenant = mine
	require.NotNil(b, b.get(s, id))
}

func testTrim(b *bench) {
	e, ok := b.e.(store.Trimmer)
	require.True(b, ok)
	s, stays, gone, young := b.plain(), b.id(), b.id(), b.id()
	at := int64(1000)
	run := func(op store.Op) {
		_, err := b.commit(&store.Commit{Origin: store.Origin{Actor: 1, ChangeSet: "set-" + strconv.FormatInt(at, 10), At: at}, Ops: []store.Op{op}})
		require.NoError(b, err)
		at += 1000
	}
	run(create(s, stays, schema.Values{fName: "in the trash"}))
	run(trashOp(s, b.get(s, stays)))
	run(create(s, gone, schema.Values{fName: "old"}))
	run(update(s, b.get(s, gone), schema.Values{fName: "older"}))
	run(update(s, b.get(s, gone), schema.Values{fName: "new"}))
	run(create(s, young, schema.Values{fName: "young"}))
	all := b.changes(0, 6)
	trim := func(before int64, most int) bool {
		more, err := e.Trim(b.Context(), b.tenant, before, most)
		require.NoError(b, err)
		return more
	}
	require.False(b, trim(1000, 10), "nothing is older")
	require.Equal(b, all, b.changes(0, 6))
	require.True(b, trim(5000, 3), "a part at a time")
	require.False(b, trim(5000, 3))
	require.False(b, trim(5000, 3))
	b.view(func(r store.Reader) {
		for after := range schema.Seq(4) {
			_, err := r.Changes(b.Context(), after, 10)
			require.ErrorIs(b, err, store.ErrTrimmed, "after %d", after)
		}
		rest, err := r.Changes(b.Context(), 4, 10)
		require.NoError(b, err)
		require.Equal(b, all[4:], rest)
		none, err := r.Changes(b.Context(), 6, 10)
		require.NoError(b, err)
		require.Empty(b, none)
		h, err := r.History(b.Context(), s.Entity, gone, 0, 10)
		require.NoError(b, err)
		require.Len(b, h, 1, "what is left of a record that lives")
		h, err = r.History(b.Context(), s.Entity, stays, 0, 10)
		require.NoError(b, err)
		require.Len(b, h, 2, "a record in the trash keeps its history")
		set, err := r.ChangeSet(b.Context(), "set-4000", 10)
		require.NoError(b, err)
		require.Empty(b, set)
	})
	require.Equal(b, "new", b.get(s, gone).Values[fName])
	require.False(b, trim(1<<60, 100))
	b.view(func(r store.Reader) {
		last, err := r.LastSeq(b.Context())
		require.NoError(b, err)
		require.Equal(b, schema.Seq(6), last, "positions go on where they were")
	})
	run(update(s, b.get(s, young), schema.Values{fName: "on"}))
	require.Equal(b, schema.Seq(7), b.changes(6, 1)[0].Seq)
}
