package storetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

func testLinks(b *bench) {
	people := &store.Shape{Entity: b.entity(), Rev: 1, Fields: []store.FieldShape{{ID: 1, Kind: schema.KindText}, {ID: 2, Kind: schema.KindSet}}}
	firms := &store.Shape{Entity: b.entity(), Rev: 1, Fields: []store.FieldShape{{ID: 1, Kind: schema.KindText}}}
	f1, f2, f3 := b.id(), b.id(), b.id()
	p1, p2, p3 := b.id(), b.id(), b.id()
	b.do(create(firms, f1, schema.Values{1: "甲公司"}), create(firms, f2, schema.Values{1: "乙公司"}), create(firms, f3, nil))
	b.do(create(people, p1, schema.Values{1: "a", 2: []int64{int64(f2), int64(f1)}}), create(people, p2, schema.Values{1: "b", 2: []int64{int64(f1)}}), create(people, p3, schema.Values{1: "c"}))
	linked := func(limit int) map[schema.RecordID][]schema.RecordID {
		var out map[schema.RecordID][]schema.RecordID
		b.view(func(r store.Reader) {
			var err error
			out, err = r.Linked(b.Context(), people, 2, []schema.RecordID{f1, f2, f3}, limit)
			require.NoError(b, err)
		})
		return out
	}
	got := linked(10)
	require.Equal(b, []schema.RecordID{p1, p2}, got[f1])
	require.Equal(b, []schema.RecordID{p1}, got[f2])
	require.Empty(b, got[f3])
	require.Equal(b, []schema.RecordID{p1}, linked(1)[f1])

	at := func(name string) query.Expr { return query.Cmp{Field: 1, Val: name} }
	require.Equal(b, []schema.RecordID{p1}, b.ids(people, query.Rel{Field: 2, Entity: firms.Entity, Where: at("乙公司")}))
	require.Equal(b, []schema.RecordID{p2, p3}, b.ids(people, query.Rel{Field: 2, Entity: firms.Entity, Where: at("乙公司"), Neg: true}))
	require.Equal(b, []schema.RecordID{f1}, b.ids(firms, query.LinkedFrom{Entity: people.Entity, Field: 2, Where: at("b")}))
	require.Equal(b, []schema.RecordID{f1, f2}, b.ids(firms, query.LinkedFrom{Entity: people.Entity, Field: 2}))
	require.Equal(b, []schema.RecordID{f3}, b.ids(firms, query.LinkedFrom{Entity: people.Entity, Field: 2, Neg: true}))

	testMembers(b, people, firms, []schema.RecordID{f1, f2, f3})

	b.do(trashOp(firms, b.get(firms, f2)))
	require.Empty(b, b.ids(people, query.Rel{Field: 2, Entity: firms.Entity, Where: at("乙公司")}), "a trashed record is not found through links")
	b.do(trashOp(people, b.get(people, p2)))
	require.Equal(b, []schema.RecordID{p1}, linked(10)[f1], "a trashed record links nothing")
	require.Empty(b, b.ids(firms, query.LinkedFrom{Entity: people.Entity, Field: 2, Where: at("b")}))
	b.do(restoreOp(people, b.trashed(people, p2)))
	require.Equal(b, []schema.RecordID{p1, p2}, linked(10)[f1])
	b.do(update(people, b.get(people, p1), schema.Values{2: []int64{int64(f3)}}))
	got = linked(10)
	require.Equal(b, []schema.RecordID{p2}, got[f1])
	require.Empty(b, got[f2])
	require.Equal(b, []schema.RecordID{p1}, got[f3])
}

func testTrashQuery(b *bench) {
	s := b.plain()
	var ids []schema.RecordID
	for i := range 12 {
		ids = append(ids, b.id())
		b.do(create(s, ids[i], schema.Values{fName: fmt.Sprintf("记录 %d", i), fCount: int64(i % 3), fTags: []int64{int64(i), 100}}))
	}
	for _, id := range ids[:8] {
		b.do(trashOp(s, b.get(s, id)))
	}
	require.Len(b, b.find(s, query.Query{Trash: true}), 8)
	got := b.find(s, query.Query{
		Trash: true, Sort: []query.Sort{{Field: fCount, Desc: true}}, Limit: 3,
		Where: query.And{query.TextOp{Field: fName, Val: "记录"}, query.SetOp{Field: fTags, Mode: query.HasAll, Vals: []int64{100}}, query.SetOp{Field: fTags, Mode: query.HasNone, Vals: []int64{7}}},
	})
	require.Equal(b, []schema.RecordID{ids[5], ids[2], ids[4], ids[1], ids[6], ids[3], ids[0]}, idsOf(got))
	require.Equal(b, ids[8:], b.ids(s, nil))
}

func testBadQuery(b *bench) {
	s := b.plain()
	b.do(create(s, b.id(), schema.Values{fName: "x"}))
	bad := []query.Expr{
		query.Cmp{Field: 99, Val: int64(1)},
		query.Cmp{Field: fName, Val: int64(1)},
		query.Cmp{Field: fCount, Val: "1"},
		query.Cmp{Field: fCount, Val: nil},
		query.Cmp{Field: fTags, Val: int64(1)},
		query.Cmp{Field: fCount, Val: 1.5},
		query.In{Field: fCount, Vals: []schema.Value{"a"}},
		query.In{Field: fTags, Vals: []schema.Value{int64(1)}},
		query.SetOp{Field: fCount, Vals: []int64{1}},
		query.SetOp{Field: 99, Vals: []int64{1}},
		query.TextOp{Field: fCount, Val: "a"},
		query.TextOp{Field: 99, Val: "a"},
		query.Empty{Field: 99},
		query.Not{X: query.Empty{Field: 99}},
		query.And{query.True{}, query.Or{query.Empty{Field: 99}}},
		query.Rel{Field: fName, Entity: s.Entity, Where: query.True{}},
		query.Rel{Field: fTags, Entity: s.Entity, Where: query.Empty{Field: 99}},
		query.LinkedFrom{Entity: s.Entity, Field: fName},
	}
	b.view(func(r store.Reader) {
		ctx := b.Context()
		for _, x := range bad {
			_, err := r.Find(ctx, s, &query.Query{Where: x, Limit: 1})
			require.ErrorIs(b, err, store.ErrBadQuery, "%#v", x)
			_, err = r.Count(ctx, s, x, 0)
			require.ErrorIs(b, err, store.ErrBadQuery, "%#v", x)
			_, err = r.Aggregate(ctx, s, &query.AggQuery{Where: x, Measures: []query.Measure{{Fn: query.Count}}})
			require.ErrorIs(b, err, store.ErrBadQuery, "%#v", x)
		}
		for _, q := range []query.Query{
			{Limit: 0},
			{Limit: 1002},
			{Limit: -1},
			{Limit: 1, Sort: []query.Sort{{Field: 99}}},
			{Limit: 1, Sort: []query.Sort{{Field: fTags}}},
			{Limit: 1, After: &query.Cursor{Vals: []schema.Value{int64(1)}}},
			{Limit: 1, Sort: []query.Sort{{Field: fCount}}, After: &query.Cursor{Vals: []schema.Value{"x"}}},
		} {
			_, err := r.Find(ctx, s, &q)
			require.ErrorIs(b, err, store.ErrBadQuery, "%+v", q)
		}
		for _, q := range []query.AggQuery{
			{},
			{Measures: []query.Measure{{Fn: query.Sum, Field: fName}}},
			{Measures: []query.Measure{{Fn: query.Sum, Field: 99}}},
			{Measures: []query.Measure{{Fn: query.Max, Field: fTags}}},
			{Measures: []query.Measure{{Fn: query.Avg, Field: fDue}}},
			{Measures: []query.Measure{{Fn: query.CountDistinct, Field: fTags}}},
			{Measures: []query.Measure{{}}, Groups: []query.GroupBy{{Field: 99}}},
			{Measures: []query.Measure{{}}, Groups: []query.GroupBy{{Field: fCount, Bucket: query.Day}}},
			{Measures: []query.Measure{{}}, Groups: make([]query.GroupBy, 4)},
			{Measures: []query.Measure{{}}, Limit: 1002},
		} {
			_, err := r.Aggregate(ctx, s, &q)
			require.ErrorIs(b, err, store.ErrBadQuery, "%+v", q)
		}
		_, err := r.Linked(ctx, s, fName, []schema.RecordID{1}, 1)
		require.ErrorIs(b, err, store.ErrBadQuery)
	})
	big := b.id()
	b.do(create(s, big, schema.Values{fCount: int64(math.MaxInt64)}), create(s, b.id(), schema.Values{fCount: int64(1)}))
	b.view(func(r store.Reader) {
		_, err := r.Aggregate(b.Context(), s, &query.AggQuery{Measures: []query.Measure{{Fn: query.Sum, Field: fCount}}})
		require.ErrorIs(b, err, store.ErrBadQuery, "a sum that overflows is refused")
	})
}

func testDrop(b *bench) {
	s, other := b.plain(), b.plain()
	id := b.id()
	values := schema.Values{fName: "甲", fCode: "u", fTags: []int64{1}}
	b.do(create(s, id, values), create(other, b.id(), schema.Values{fName: "stays"}))
	trashed := b.id()
	b.do(create(s, trashed, nil))
	b.do(act(store.OpTrash, s, trashed, 1))
	require.NoError(b, b.e.DropEntity(b.Context(), b.tenant, s.Entity))
	require.NoError(b, b.e.DropEntity(b.Context(), b.tenant, s.Entity), "dropping again is no fault")
	require.Nil(b, b.get(s, id))
	require.Nil(b, b.trashed(s, trashed))
	require.Empty(b, b.ids(s, query.TextOp{Field: fName, Val: "甲"}))
	require.Len(b, b.ids(other, nil), 1)
	require.Len(b, b.changes(0, 4), 4, "the log stays")
	b.do(create(s, b.id(), values))
	require.Len(b, b.ids(s, query.SetOp{Field: fTags, Vals: []int64{1}}), 1)

	require.NoError(b, b.e.DropTenant(b.Context(), b.tenant))
	require.Empty(b, b.ids(other, nil))
	b.view(func(r store.Reader) {
		last, err := r.LastSeq(b.Context())
		require.NoError(b, err)
		require.Zero(b, last)
	})
	require.NoError(b, b.e.DropTenant(b.Context(), b.tenant))
	b.do(create(s, b.id(), values))
	require.Len(b, b.ids(s, nil), 1)
}

// testSchemaChange adds, indexes and drops fields while others write.
func testSchemaChange(b *bench) {
	e := b.entity()
	first := &store.Shape{Entity: e, Rev: 1, Fields: []store.FieldShape{{ID: 1, Kind: schema.KindText}, {ID: 2, Kind: schema.KindInt}}}
	var current atomic.Pointer[store.Shape]
	current.Store(first)
	var failed atomic.Value
	stop := make(chan struct{})
	var wg sync.WaitGroup
	end := sync.OnceFunc(func() { close(stop); wg.Wait() })
	defer end()
	var made atomic.Int64
	for w := range 3 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				s := current.Load()
				v := schema.Values{1: fmt.Sprintf("客户 %d-%d", w, n), 2: int64(n)}
				if f := s.Field(3); f != nil {
					v[3] = fmt.Sprintf("第%d号", n)
				}
				if _, err := b.e.Commit(b.Context(), b.tenant, &store.Commit{Origin: origin(), Ops: []store.Op{create(s, b.id(), v)}}); err != nil {
					failed.Store(err)
					return
				}
				made.Add(1)
			}
		})
	}
	wait := func(n int64) {
		from := made.Load()
		require.Eventually(b, func() bool { return made.Load() >= from+n || failed.Load() != nil }, 20*time.Second, time.Millisecond)
	}
	change := func(rev int64, fields ...store.FieldShape) *store.Shape {
		wait(30)
		s := &store.Shape{Entity: e, Rev: rev, Fields: fields}
		require.NoError(b, b.e.Ensure(b.Context(), b.tenant, s))
		current.Store(s)
		return s
	}
	text, num := first.Fields[0], first.Fields[1]
	text.Searchable, text.SortKey, num.Indexed = true, store.SortNatural, true
	change(2, text, num)
	added := change(3, text, num, store.FieldShape{ID: 3, Kind: schema.KindText, Searchable: true, Unique: false, Indexed: true})
	wait(30)
	dropped := change(4, text, num)
	again := change(5, text, num, store.FieldShape{ID: 4, Kind: schema.KindText, Searchable: true})
	end()
	require.Nil(b, failed.Load())
	total := int(made.Load())
	require.Len(b, b.ids(again, nil), total)
	require.Len(b, b.ids(again, query.Empty{Field: 4}), total, "a new field is empty")
	require.NotEmpty(b, b.ids(added, query.Empty{Field: 3, Neg: true}))
	b.view(func(r store.Reader) {
		_, err := r.Find(b.Context(), dropped, &query.Query{Where: query.Empty{Field: 3}, Limit: 1})
		require.ErrorIs(b, err, store.ErrBadQuery, "a dropped field is not there")
	})
	require.Eventually(b, func() bool {
		return len(b.ids(again, query.TextOp{Field: 1, Val: "客户 1-"}))+len(b.ids(again, query.TextOp{Field: 1, Val: "客户 0-"}))+len(b.ids(again, query.TextOp{Field: 1, Val: "客户 2-"})) == total
	}, 20*time.Second, 20*time.Millisecond, "what became searchable is found, old and new")
	sorted := b.find(again, query.Query{Sort: []query.Sort{{Field: 1}}, Limit: 50})
	require.Len(b, sorted, total)
	look := &model{shapes: map[schema.EntityID]*store.Shape{e: again}}
	for i := 1; i < len(sorted); i++ {
		require.Negative(b, query.CompareRecords([]query.Sort{{Field: 1}}, sorted[i-1], sorted[i], look.of(e)), "the order is that of the new sort key")
	}
}

// testPaging walks pages while others insert, change and trash.
func testPaging(b *bench) {
	s := b.plain()
	steady := map[schema.RecordID]bool{}
	var ops []store.Op
	for i := range 240 {
		id := b.id()
		steady[id] = true
		v := schema.Values{fCount: int64(i % 17), fName: fmt.Sprintf("稳定 %d", i%5)}
		if i%4 == 0 {
			delete(v, fCount)
		}
		ops = append(ops, create(s, id, v))
	}
	b.do(ops...)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	end := sync.OnceFunc(func() { close(stop); wg.Wait() })
	defer end()
	for w := range 2 {
		wg.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				id := b.id()
				ops := []store.Op{create(s, id, schema.Values{fCount: int64(n % 19), fName: fmt.Sprintf("流动 %d", w)})}
				if _, err := b.e.Commit(b.Context(), b.tenant, &store.Commit{Origin: origin(), Ops: ops}); err != nil {
					b.Errorf("create: %v", err)
					return
				}
				if n%2 == 0 {
					if _, err := b.e.Commit(b.Context(), b.tenant, &store.Commit{Origin: origin(), Ops: []store.Op{act(store.OpTrash, s, id, 1)}}); err != nil {
						b.Errorf("trash: %v", err)
						return
					}
				}
			}
		})
	}
	for _, sorts := range [][]query.Sort{nil, {{Field: fCount}}, {{Field: fCount, Desc: true}}, {{Field: fName, Desc: true}, {Field: fCount}}, {{Field: schema.SysID, Desc: true}}} {
		seen := map[schema.RecordID]bool{}
		q := &query.Query{Sort: sorts, Limit: 13}
		for {
			var page *store.Page
			b.view(func(r store.Reader) { // each page on a snapshot of its own, as a client asks for it
				var err error
				page, err = r.Find(b.Context(), s, q)
				require.NoError(b, err)
			})
			for _, r := range page.Records {
				require.False(b, seen[r.ID], "no record comes twice")
				seen[r.ID] = true
			}
			if q.After = page.Next; q.After == nil {
				break
			}
			if len(seen) > 5000 { // writers are faster than pages
				break
			}
		}
		if q.After == nil {
			for id := range steady {
				require.True(b, seen[id], "no steady record is missed")
			}
		}
	}
}

// testRace lets writers fight for one record and then replays the log.
func testRace(b *bench) {
	s, id := b.plain(), b.id()
	b.do(create(s, id, schema.Values{fCount: int64(0)}))
	const writers, wins = 6, 12
	var mu sync.Mutex
	won := map[schema.Version]int{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for got := 0; got < wins; {
				var rec *schema.Record
				err := b.e.View(b.Context(), b.tenant, func(r store.Reader) error {
					recs, err := r.Get(b.Context(), s, []schema.RecordID{id}, nil)
					if err == nil {
						rec = recs[0]
					}
					return err
				})
				if err != nil {
					b.Errorf("get: %v", err)
					return
				}
				op := update(s, rec, schema.Values{fCount: rec.Values[fCount].(int64) + 1, fName: fmt.Sprintf("写 %d", w), fTags: []int64{int64(w), int64(got)}})
				r, err := b.e.Commit(b.Context(), b.tenant, &store.Commit{Origin: origin(), Ops: []store.Op{op}})
				if errors.Is(err, store.ErrConflict) {
					continue
				}
				if err != nil {
					b.Errorf("commit: %v", err)
					return
				}
				got++
				mu.Lock()
				won[r.Versions[0]]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	rec := b.get(s, id)
	require.Equal(b, schema.Version(writers*wins+1), rec.Version)
	require.Equal(b, int64(writers*wins), rec.Values[fCount])
	for v := schema.Version(2); v <= rec.Version; v++ {
		require.Equal(b, 1, won[v], "version %d", v)
	}
	b.replay(map[schema.EntityID]*store.Shape{s.Entity: s}, writers*wins+1)
}

// replay rebuilds every live record from the log and compares.
func (b *bench) replay(shapes map[schema.EntityID]*store.Shape, atLeast int) {
	b.Helper()
	type state struct {
		version schema.Version
		values  schema.Values
		trashed bool
	}
	built := map[schema.EntityID]map[schema.RecordID]*state{}
	for i, c := range b.changes(0, atLeast) {
		require.Equal(b, schema.Seq(i+1), c.Seq, "positions have no gaps")
		if c.Op == store.OpDoc {
			continue
		}
		recs := built[c.Entity]
		if recs == nil {
			recs = map[schema.RecordID]*state{}
			built[c.Entity] = recs
		}
		if c.Op == store.OpCreate {
			recs[c.Record] = &state{values: schema.Values{}}
		}
		st := recs[c.Record]
		require.NotNil(b, st, "a record is made first")
		require.Equal(b, st.version+1, c.Version, "versions have no gaps")
		st.version = c.Version
		for f := range c.Before {
			delete(st.values, f)
		}
		for f, v := range c.After {
			delete(st.values, f)
			if v != nil {
				st.values[f] = v
			}
		}
		switch c.Op {
		case store.OpTrash:
			st.trashed = true
		case store.OpRestore:
			st.trashed = false
		case store.OpPurge:
			delete(recs, c.Record)
		}
	}
	for e, s := range shapes {
		live := map[schema.RecordID]*schema.Record{}
		for _, r := range b.find(s, query.Query{}) {
			live[r.ID] = r
		}
		n := 0
		for id, st := range built[e] {
			if st.trashed {
				require.Nil(b, live[id])
				continue
			}
			n++
			require.NotNil(b, live[id], "record %d", id)
			require.Equal(b, st.version, live[id].Version)
			require.Equal(b, st.values, filled(live[id].Values))
		}
		require.Len(b, live, n)
	}
}

func testTooSlow(b *bench) {
	s := b.plain()
	text := strings.Repeat("很长的文字 long text ", 200)
	for range 3 {
		var ops []store.Op
		for i := range 1000 {
			ops = append(ops, create(s, b.id(), schema.Values{fCode: fmt.Sprint(b.id()), fCount: int64(i), fNumber: strings.ToValidUTF8(text[:100+i], "")}))
		}
		b.do(ops...)
	}
	slow := query.Or{}
	for i := range 40 {
		slow = append(slow, query.TextOp{Field: fNumber, Val: fmt.Sprintf("不 %d", i)})
	}
	b.view(func(r store.Reader) {
		began := time.Now()
		_, err := r.Find(b.Context(), s, &query.Query{Where: slow, Limit: 10, MaxTime: time.Millisecond})
		require.ErrorIs(b, err, store.ErrTooSlow)
		_, err = r.Aggregate(b.Context(), s, &query.AggQuery{Where: slow, Measures: []query.Measure{{Fn: query.Count}}, MaxTime: time.Millisecond})
		require.ErrorIs(b, err, store.ErrTooSlow)
		require.Less(b, time.Since(began), 5*time.Second)
		page, err := r.Find(b.Context(), s, &query.Query{Limit: 10})
		require.NoError(b, err, "the reader is fit for more")
		require.Len(b, page.Records, 10)
	})
	ctx, cancel := context.WithCancel(b.Context())
	cancel()
	err := b.e.View(ctx, b.tenant, func(r store.Reader) error {
		_, err := r.Find(ctx, s, &query.Query{Where: slow, Limit: 10})
		return err
	})
	require.ErrorIs(b, err, context.Canceled)
	_, err = b.e.Commit(ctx, b.tenant, &store.Commit{Origin: origin(), Ops: []store.Op{create(s, b.id(), nil)}})
	require.ErrorIs(b, err, context.Canceled)
}
