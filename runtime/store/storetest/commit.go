package storetest

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"sync"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

func testLife(b *bench) {
	s, id := b.plain(), b.id()
	made := origin()
	r, err := b.commit(&store.Commit{Origin: made, Ops: []store.Op{create(s, id, schema.Values{fName: "同伴", fCount: int64(1)})}})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{1}, r.Versions)
	rec := b.get(s, id)
	require.Equal(b, &schema.Record{
		ID: id, Version: 1, CreatedAt: made.At, UpdatedAt: made.At, CreatedBy: 7, UpdatedBy: 7,
		Values: schema.Values{fName: "同伴", fCount: int64(1)},
	}, rec)

	later := store.Origin{Actor: 8, Via: "test", At: made.At + 5}
	r, err = b.commit(&store.Commit{Origin: later, Ops: []store.Op{update(s, rec, schema.Values{fName: nil, fCount: int64(2), fTags: []int64{3, 1}})}})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{2}, r.Versions)
	rec = b.get(s, id)
	require.Equal(b, &schema.Record{
		ID: id, Version: 2, CreatedAt: made.At, UpdatedAt: later.At, CreatedBy: 7, UpdatedBy: 8,
		Values: schema.Values{fCount: int64(2), fTags: []int64{3, 1}},
	}, rec)

	require.Equal(b, schema.Version(3), b.do(trashOp(s, rec)).Versions[0])
	require.Nil(b, b.get(s, id))
	require.Empty(b, b.ids(s, nil))
	trashed := b.trashed(s, id)
	require.Equal(b, schema.Version(3), trashed.Version)
	require.Equal(b, rec.Values, trashed.Values)

	require.Equal(b, schema.Version(4), b.do(restoreOp(s, trashed)).Versions[0])
	require.Nil(b, b.trashed(s, id))
	rec = b.get(s, id)
	require.Equal(b, schema.Version(4), rec.Version)
	require.Equal(b, trashed.Values, rec.Values)
	require.Equal(b, []schema.RecordID{id}, b.ids(s, query.SetOp{Field: fTags, Vals: []int64{3}}), "what is derived from values is back")

	b.do(trashOp(s, rec))
	b.do(act(store.OpPurge, s, id, 5))
	require.Nil(b, b.trashed(s, id))
	require.Nil(b, b.get(s, id))
}

func (b *bench) trashed(s *store.Shape, id schema.RecordID) *schema.Record {
	b.Helper()
	var rec *schema.Record
	b.view(func(r store.Reader) {
		recs, err := r.Trashed(b.Context(), s, []schema.RecordID{id})
		require.NoError(b, err)
		require.Len(b, recs, 1)
		rec = recs[0]
	})
	return rec
}

func testKinds(b *bench) {
	s := &store.Shape{Entity: b.entity(), Rev: 1, Fields: []store.FieldShape{
		{ID: 1, Kind: schema.KindText},
		{ID: 2, Kind: schema.KindInt},
		{ID: 3, Kind: schema.KindFloat},
		{ID: 4, Kind: schema.KindBool},
		{ID: 5, Kind: schema.KindTime},
		{ID: 6, Kind: schema.KindOption},
		{ID: 7, Kind: schema.KindSet},
		{ID: 8, Kind: schema.KindJSON},
	}}
	full := schema.Values{
		1: "a\"'\\\n😀é ", 2: int64(-9_007_199_254_740_991), 3: -0.1, 4: false, 5: int64(-62_135_596_800_000), 6: int64(1), 7: []int64{9, 2, 5},
		8: json.RawMessage(`[{"id":9007199254740991,"名":"x"}]`),
	}
	for _, v := range []schema.Values{full, {2: int64(9_200_000_000_000_000_000), 3: 1e300, 4: true}, {3: float64(5)}, {}} {
		id := b.id()
		b.do(create(s, id, v))
		require.Equal(b, v, b.get(s, id).Values)
	}
	id := b.id()
	b.do(create(s, id, full))
	b.view(func(r store.Reader) {
		recs, err := r.Get(b.Context(), s, []schema.RecordID{b.id(), id}, []schema.FieldID{7, 2})
		require.NoError(b, err)
		require.Nil(b, recs[0])
		require.Equal(b, schema.Values{2: full[2], 7: full[7]}, recs[1].Values)
		recs, err = r.Get(b.Context(), s, []schema.RecordID{id}, []schema.FieldID{})
		require.NoError(b, err)
		require.Empty(b, recs[0].Values)
		require.Equal(b, schema.Version(1), recs[0].Version)
	})
	b.do(update(s, b.get(s, id), schema.Values{1: "", 7: []int64{}, 8: nil}))
	require.NotContains(b, b.get(s, id).Values, schema.FieldID(1), "an empty text is stored as empty")
	require.NotContains(b, b.get(s, id).Values, schema.FieldID(7), "an empty set is stored as empty")
	require.Len(b, b.find(s, query.Query{Where: query.And{query.Ids{id}, query.Empty{Field: 1}, query.Empty{Field: 7}, query.Empty{Field: 8}}}), 1)
}

func testFaults(b *bench) {
	s := b.plain()
	ids := []schema.RecordID{b.id(), b.id(), b.id(), b.id()}
	b.do(create(s, ids[0], schema.Values{fCode: "one", fName: "甲"}), create(s, ids[1], schema.Values{fName: "乙"}))

	fault := b.fails(store.ErrDuplicate, create(s, ids[2], schema.Values{fName: "丙"}), create(s, ids[3], schema.Values{fCode: "ONE"}))
	require.Equal(b, 1, fault.Op)
	require.Equal(b, -1, fault.Doc)
	require.Equal(b, ids[3], fault.Record)
	require.Equal(b, fCode, fault.Field)
	require.Equal(b, ids[0], fault.Holder)

	fault = b.fails(store.ErrConflict, update(s, b.get(s, ids[1]), schema.Values{fName: "丁"}), store.Op{Kind: store.OpUpdate, Shape: s, ID: ids[0], IfVersion: 9, Set: schema.Values{fCount: int64(1)}})
	require.Equal(b, 1, fault.Op)
	require.Equal(b, ids[0], fault.Record)
	require.Equal(b, schema.Version(1), fault.Current)

	require.Equal(b, []schema.RecordID{ids[0], ids[1]}, b.ids(s, nil))
	require.Equal(b, "乙", b.get(s, ids[1]).Values[fName])
	require.Empty(b, b.ids(s, query.TextOp{Field: fName, Val: "丙"}))
	log := b.changes(0, 2)
	require.Len(b, log, 2, "a failed commit leaves nothing in the log")

	_, err := b.commit(&store.Commit{Origin: origin(), Ops: []store.Op{create(s, b.id(), schema.Values{fCount: "text"})}})
	require.ErrorIs(b, err, store.ErrBadQuery, "values must fit the shape")
	_, err = b.commit(&store.Commit{Origin: origin(), Ops: []store.Op{create(s, b.id(), schema.Values{99: "text"})}})
	require.ErrorIs(b, err, store.ErrBadQuery, "fields must be of the shape")
	require.Len(b, b.ids(s, nil), 2)
}

func testConflict(b *bench) {
	s, id := b.plain(), b.id()
	b.do(create(s, id, schema.Values{fName: "a"}))
	rec := b.get(s, id)
	fault := b.fails(store.ErrConflict, create(s, id, schema.Values{fName: "again"}))
	require.Equal(b, schema.Version(1), fault.Current, "an id that lives cannot be made again")
	b.do(update(s, rec, schema.Values{fName: "b"}))
	fault = b.fails(store.ErrConflict, update(s, rec, schema.Values{fName: "c"}))
	require.Equal(b, schema.Version(2), fault.Current)
	require.Equal(b, 0, fault.Op)
	b.fails(store.ErrConflict, trashOp(s, rec))
	require.Equal(b, "b", b.get(s, id).Values[fName])
	b.do(trashOp(s, b.get(s, id)))
	b.fails(store.ErrConflict, create(s, id, nil))
	b.fails(store.ErrConflict, act(store.OpRestore, s, id, 2))
	b.fails(store.ErrConflict, act(store.OpPurge, s, id, 2))
	b.do(restoreOp(s, b.trashed(s, id)))
}

func testNotFound(b *bench) {
	s, id := b.plain(), b.id()
	b.do(create(s, b.id(), nil))
	for _, kind := range []store.OpKind{store.OpUpdate, store.OpTrash, store.OpRestore, store.OpPurge} {
		fault := b.fails(store.ErrNotFound, act(kind, s, id, 1))
		require.Equal(b, id, fault.Record)
	}
	b.do(create(s, id, nil))
	b.fails(store.ErrNotFound, act(store.OpRestore, s, id, 1))
	b.fails(store.ErrNotFound, act(store.OpPurge, s, id, 1))
	b.do(act(store.OpTrash, s, id, 1))
	b.fails(store.ErrNotFound, act(store.OpUpdate, s, id, 2))
	b.fails(store.ErrNotFound, act(store.OpTrash, s, id, 2))
}

func testUnique(b *bench) {
	s := b.plain()
	one, two := b.id(), b.id()
	b.do(create(s, one, schema.Values{fCode: "Ａ1"}), create(s, two, schema.Values{fCode: "b2"}))
	b.fails(store.ErrDuplicate, create(s, b.id(), schema.Values{fCode: "a1"}))
	b.fails(store.ErrDuplicate, update(s, b.get(s, two), schema.Values{fCode: "A1"}))
	x := b.id()
	fault := b.fails(store.ErrDuplicate, create(s, x, schema.Values{fCode: "new"}), create(s, b.id(), schema.Values{fCode: "NEW"}))
	require.Equal(b, 1, fault.Op, "two records of one commit cannot have the same")
	require.Equal(b, x, fault.Holder)

	b.do(update(s, b.get(s, one), schema.Values{fCode: "b2"}), update(s, b.get(s, two), schema.Values{fCode: "a1"}))
	require.Equal(b, "b2", b.get(s, one).Values[fCode], "a batch can swap values")
	require.Equal(b, "a1", b.get(s, two).Values[fCode])
	b.do(update(s, b.get(s, one), schema.Values{fCode: "B2"}))
	b.do(update(s, b.get(s, one), schema.Values{fCode: nil}))
	b.do(create(s, b.id(), schema.Values{fCode: "b2"}), create(s, b.id(), nil), create(s, b.id(), nil))
	fault = b.fails(store.ErrDuplicate, update(s, b.get(s, one), schema.Values{fCode: "A1"}))
	require.Equal(b, two, fault.Holder)
}

func testUniqueTrash(b *bench) {
	s := b.plain()
	one, two := b.id(), b.id()
	b.do(create(s, one, schema.Values{fCode: "x"}))
	b.do(trashOp(s, b.get(s, one)))
	b.do(create(s, two, schema.Values{fCode: "X"}))
	fault := b.fails(store.ErrDuplicate, restoreOp(s, b.trashed(s, one)))
	require.Equal(b, two, fault.Holder)
	require.NotNil(b, b.trashed(s, one))
	b.do(trashOp(s, b.get(s, two)))
	b.do(restoreOp(s, b.trashed(s, one)))
	b.fails(store.ErrDuplicate, create(s, b.id(), schema.Values{fCode: "x"}))
}

func testNumbers(b *bench) {
	s := b.plain()
	const writers, commits, each = 6, 4, 5
	var mu sync.Mutex
	var got []string
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for range commits {
				var ops []store.Op
				for range each {
					op := create(s, b.id(), schema.Values{fCount: int64(w)})
					op.Numbers = []store.Number{{Field: fNumber, Counter: "c", Prefix: "GW-", Width: 3, Suffix: "!"}}
					ops = append(ops, op)
				}
				r, err := b.e.Commit(b.Context(), b.tenant, &store.Commit{Origin: origin(), Ops: ops})
				if err != nil {
					b.Errorf("commit: %v", err)
					return
				}
				mu.Lock()
				for _, n := range r.Numbers {
					got = append(got, n[fNumber].(string))
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	sort.Strings(got)
	var want []string
	for i := range writers * commits * each {
		want = append(want, fmt.Sprintf("GW-%03d!", i+1))
	}
	require.Equal(b, want, got)
	require.Len(b, b.find(s, query.Query{Where: query.TextOp{Field: fNumber, Mode: query.Prefix, Val: "gw-"}}), len(want), "numbers are stored")

	old := b.id()
	b.do(create(s, old, schema.Values{fName: "before there were numbers"}))
	late := fillOp(s, old, 1, nil)
	late.Numbers = []store.Number{{Field: fNumber, Counter: "filled", Prefix: "F-"}}
	require.Equal(b, "F-1", b.do(late).Numbers[0][fNumber])
	require.Equal(b, "F-1", b.get(s, old).Values[fNumber], "a fill may take a number")

	bad := create(s, b.id(), schema.Values{fCode: "taken"})
	bad.Numbers = []store.Number{{Field: fNumber, Counter: "c"}}
	b.do(create(s, b.id(), schema.Values{fCode: "taken"}))
	b.fails(store.ErrDuplicate, bad)
	next := create(s, b.id(), nil)
	next.Numbers = []store.Number{{Field: fNumber, Counter: "c"}}
	require.Equal(b, strconv.Itoa(len(want)+1), b.do(next).Numbers[0][fNumber], "a failed commit takes no number")
	log := b.changes(0, len(want)+2)
	require.Equal(b, strconv.Itoa(len(want)+1), log[len(log)-1].After[fNumber], "the log has the number")
}
