package mongo_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/schema"
	"tongban/schema/query"
)

func creates(s *store.Shape, from, n int) []store.Op {
	ops := make([]store.Op, n)
	for i := range ops {
		id := from + i + 1
		ops[i] = store.Op{Kind: store.OpCreate, Shape: s, ID: schema.RecordID(id), Set: schema.Values{
			fCode: strconv.Itoa(id), fCount: int64(i), fName: "上海同伴科技有限公司 " + strconv.Itoa(id),
		}}
	}
	return ops
}

// The figures say little where the server is the double.
func BenchmarkCommitOne(b *testing.B) {
	e, s, n := open(b, mongotest.Start(b)), orderShape(5), 0
	for b.Loop() {
		_, err := e.Commit(b.Context(), 6, &store.Commit{Ops: creates(s, n, 1)})
		require.NoError(b, err)
		n++
	}
}

func BenchmarkCommitFiveHundred(b *testing.B) {
	e, s, n := open(b, mongotest.Start(b)), orderShape(5), 0
	for b.Loop() {
		_, err := e.Commit(b.Context(), 7, &store.Commit{Ops: creates(s, n, 500)})
		require.NoError(b, err)
		n += 500
	}
}

func BenchmarkFindFifty(b *testing.B) {
	e, s := open(b, mongotest.Start(b)), orderShape(5)
	_, err := e.Commit(b.Context(), 8, &store.Commit{Ops: creates(s, 0, 1000)})
	require.NoError(b, err)
	for b.Loop() {
		require.NoError(b, e.View(b.Context(), 8, func(r store.Reader) error {
			_, err := r.Find(b.Context(), s, &query.Query{Where: query.Cmp{Field: fCount, Op: query.Lt, Val: int64(100)}, Limit: 50})
			return err
		}))
	}
}
