package storetest

import (
	"fmt"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

func fillOp(s *store.Shape, id schema.RecordID, v schema.Version, set schema.Values) store.Op {
	return store.Op{Kind: store.OpFill, Shape: s, ID: id, IfVersion: v, Set: set}
}

func testFill(b *bench) {
	s, id := b.plain(), b.id()
	b.do(create(s, id, schema.Values{fName: "a", fCount: int64(1)}))
	rec := b.get(s, id)
	later := store.Origin{Actor: 9, Via: "recalc", At: rec.UpdatedAt + 60_000}
	r, err := b.commit(&store.Commit{Origin: later, Ops: []store.Op{fillOp(s, id, 1, schema.Values{fCount: int64(5), fDue: int64(7)})}})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{1}, r.Versions)
	want := *rec
	want.Values = schema.Values{fName: "a", fCount: int64(5), fDue: int64(7)}
	require.Equal(b, &want, b.get(s, id), "a fill changes values alone")

	for _, op := range []store.Op{fillOp(s, id, 2, schema.Values{fCount: int64(6)}), fillOp(s, b.id(), 1, schema.Values{fCount: int64(6), fName: "c"})} {
		r, err = b.commit(&store.Commit{Origin: later, Ops: []store.Op{op}})
		require.NoError(b, err, "a fill that comes too late is no fault")
		require.Equal(b, []schema.Version{0}, r.Versions)
	}
	require.Equal(b, &want, b.get(s, id))
	gone := b.id()
	b.do(create(s, gone, schema.Values{fName: "z"}))
	b.do(trashOp(s, b.get(s, gone)))
	require.Equal(b, schema.Version(0), b.do(fillOp(s, gone, 2, schema.Values{fCode: "z"})).Versions[0])

	quiet := update(s, b.get(s, id), schema.Values{fCount: int64(8)})
	quiet.Quiet = true
	r, err = b.commit(&store.Commit{Origin: later, Ops: []store.Op{quiet}})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{2}, r.Versions)
	want.Version = 2
	want.Values[fCount] = int64(8)
	require.Equal(b, &want, b.get(s, id), "a quiet update leaves who changed it, and when")

	log := b.changes(0, 4)
	require.Len(b, log, 4, "fills are not in the log, quiet updates are")
	require.Equal(b, store.OpUpdate, log[3].Op)
	require.Equal(b, schema.Values{fCount: int64(5)}, log[3].Before)
	require.Equal(b, schema.Values{fCount: int64(8)}, log[3].After)
}

func testFillDerived(b *bench) {
	s := b.plain()
	one, two := b.id(), b.id()
	b.do(create(s, one, schema.Values{fName: "北京", fNumber: "n 2"}), create(s, two, schema.Values{fName: "上海", fNumber: "n 3"}))
	b.do(fillOp(s, one, 1, schema.Values{fName: "成都大学", fTags: []int64{4, 2}, fCode: "K1", fNumber: "n 10"}))

	require.Equal(b, []schema.RecordID{one}, b.ids(s, query.TextOp{Field: fName, Val: "都大"}))
	require.Empty(b, b.ids(s, query.TextOp{Field: fName, Val: "北京"}))
	require.Equal(b, []schema.RecordID{one}, b.ids(s, query.SetOp{Field: fTags, Vals: []int64{2}}))
	require.Equal(b, []schema.RecordID{one, two}, idsOf(b.find(s, query.Query{Sort: []query.Sort{{Field: fName}}})), "cheng before shang")
	require.Equal(b, []schema.RecordID{two, one}, idsOf(b.find(s, query.Query{Sort: []query.Sort{{Field: fNumber}}})), "3 before 10")
	fault := b.fails(store.ErrDuplicate, fillOp(s, two, 1, schema.Values{fCode: "k1"}))
	require.Equal(b, one, fault.Holder)

	b.do(fillOp(s, one, 1, schema.Values{fTags: nil, fCode: nil, fName: nil}))
	require.Empty(b, b.ids(s, query.SetOp{Field: fTags, Vals: []int64{2}}))
	require.Empty(b, b.ids(s, query.TextOp{Field: fName, Val: "都大"}))
	b.do(fillOp(s, two, 1, schema.Values{fCode: "k1"}))
	b.do(fillOp(s, one, 1, schema.Values{fCode: "k2"}), fillOp(s, two, 9, schema.Values{fCode: "k2"}))
	require.Equal(b, "k1", b.get(s, two).Values[fCode], "a late fill releases nothing")
	b.fails(store.ErrDuplicate, create(s, b.id(), schema.Values{fCode: "K1"}))
}

func testFillMany(b *bench) {
	s := b.plain()
	ids := make([]schema.RecordID, 300)
	var made, fills []store.Op
	for i := range ids {
		ids[i] = b.id()
		made = append(made, create(s, ids[i], schema.Values{fName: "公司"}))
		fills = append(fills, fillOp(s, ids[i], 1, schema.Values{fName: "部门", fNumber: fmt.Sprintf("门%d", i)}))
	}
	b.do(made...)
	b.do(fills...)
	for range 2 {
		require.Empty(b, b.ids(s, query.TextOp{Field: fName, Val: "公司"}))
		require.Len(b, b.ids(s, query.TextOp{Field: fName, Val: "部门"}), len(ids))
		require.Len(b, b.ids(s, query.TextOp{Fields: []schema.FieldID{fName, fNumber}, Val: "门"}), len(ids))
		require.Equal(b, ids[:1], b.ids(s, query.TextOp{Field: fNumber, Mode: query.Suffix, Val: "门0"}))
		b.do(update(s, b.get(s, ids[0]), schema.Values{fCount: int64(1)}))
	}
	b.do(update(s, b.get(s, ids[5]), schema.Values{fName: nil}), trashOp(s, b.get(s, ids[6])))
	require.Len(b, b.ids(s, query.TextOp{Field: fName, Val: "部门"}), len(ids)-2)
}
