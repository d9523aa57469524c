package mongo

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"tongban/runtime/store"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/schema"
	"tongban/schema/query"
)

const buildTenant schema.TenantID = 9

func openForBuild(t *testing.T, uri string, grace time.Duration) *Engine {
	t.Helper()
	e, err := Open(t.Context(), Options{URI: uri, Log: slog.New(slog.DiscardHandler), Now: time.Now, Grace: grace})
	require.NoError(t, err)
	return e
}

func buildShape(rev int64, change func(text, number, code *store.FieldShape)) *store.Shape {
	s := &store.Shape{Entity: 4, Rev: rev, Fields: []store.FieldShape{
		{ID: 1, Kind: schema.KindText}, {ID: 2, Kind: schema.KindInt}, {ID: 3, Kind: schema.KindText},
	}}
	change(&s.Fields[0], &s.Fields[1], &s.Fields[2])
	return s
}

var buildNames = []string{"赵六", "北京", "阿姨", "", "重庆", "上海", "Zebra", "apple"}

func fill(t *testing.T, e *Engine, s *store.Shape, from, to int) {
	ops := make([]store.Op, 0, to-from)
	for i := from; i < to; i++ {
		set := schema.Values{1: buildNames[i%len(buildNames)], 3: strconv.Itoa(i)}
		if i%3 > 0 {
			set[2] = int64(i % 50)
		}
		ops = append(ops, store.Op{Kind: store.OpCreate, Shape: s, ID: schema.RecordID(i + 1), Set: set})
	}
	_, err := e.Commit(t.Context(), buildTenant, &store.Commit{Ops: ops})
	require.NoError(t, err)
}

// answers asks what depends on slots, grams and sort keys.
func answers(t *testing.T, e *Engine, s *store.Shape) (out []string) {
	ask := func(r store.Reader, q query.Query) {
		q.Limit = 300
		ids := []schema.RecordID{}
		for {
			page, err := r.Find(t.Context(), s, &q)
			require.NoError(t, err)
			for _, rec := range page.Records {
				ids = append(ids, rec.ID)
			}
			if q.After = page.Next; q.After == nil {
				break
			}
		}
		out = append(out, fmt.Sprint(ids))
	}
	require.NoError(t, e.View(t.Context(), buildTenant, func(r store.Reader) error {
		ask(r, query.Query{Where: query.Cmp{Field: 2, Val: int64(7)}})
		ask(r, query.Query{Where: query.Empty{Field: 2}})
		ask(r, query.Query{Where: query.TextOp{Field: 1, Val: "京"}})
		ask(r, query.Query{Sort: []query.Sort{{Field: 2, Desc: true}}})
		ask(r, query.Query{Sort: []query.Sort{{Field: 1}, {Field: 2}}})
		ask(r, query.Query{Where: query.Cmp{Field: 1, Op: query.Lt, Val: "重庆"}, Sort: []query.Sort{{Field: 3}}})
		n, err := r.Count(t.Context(), s, query.Cmp{Field: 1, Op: query.Ge, Val: "重庆"}, 0)
		out = append(out, strconv.FormatInt(n, 10))
		return err
	}))
	return out
}

func finished(t *testing.T, e *Engine) *layout {
	t.Helper()
	var l *layout
	require.Eventually(t, func() bool {
		e.forgetLayouts(buildTenant, func(schema.EntityID) bool { return true })
		var err error
		l, err = e.layoutOf(context.WithoutCancel(t.Context()), buildTenant, 4)
		return err == nil && !l.unfinished()
	}, 20*time.Second, 20*time.Millisecond)
	return l
}

func (e *Engine) countDocs(t *testing.T, coll string, filter bson.D) int {
	t.Helper()
	cur, err := e.db.Collection(coll).Find(t.Context(), append(bson.D{{Key: "t", Value: int64(buildTenant)}, {Key: "e", Value: int64(4)}}, filter...))
	require.NoError(t, err)
	n := 0
	require.NoError(t, eachDoc(t.Context(), cur, func(bson.Raw) error { n++; return nil }))
	return n
}

func TestWhatIsAskedForOftenIsBuiltBehindTheScenes(t *testing.T) {
	uri := mongotest.Start(t)
	e := openForBuild(t, uri, time.Hour) // so that the shape changes and nothing is built
	plain := buildShape(1, func(_, _, _ *store.FieldShape) {})
	fill(t, e, plain, 0, 900)
	full := buildShape(2, func(text, number, code *store.FieldShape) {
		text.SortKey, text.Searchable, text.Indexed = store.SortPinyin, true, true
		number.Indexed = true
		code.Unique, code.SortKey = true, store.SortNatural
	})
	require.NoError(t, e.Ensure(t.Context(), buildTenant, full))
	before := answers(t, e, full)
	require.NoError(t, e.Close())

	e = openForBuild(t, uri, 50*time.Millisecond)
	require.True(t, slices.Equal(before, answers(t, e, full)), "another process answers alike")
	var wg sync.WaitGroup
	wg.Go(func() { fill(t, e, full, 2000, 2200) }) // writers do not wait
	l := finished(t, e)
	wg.Wait()
	require.Len(t, l.Slots, 2)
	require.Equal(t, map[string]state{"k1p": ready, "x1t": ready, "u3t": ready, "k3n": ready}, l.Parts)
	require.Equal(t, 1100, e.countDocs(t, "rows", exists("s."+strconv.Itoa(l.Slots["2i"].N))))
	require.Equal(t, 1100, e.countDocs(t, "uniq", nil))
	trash := make([]store.Op, 200)
	for i := range trash {
		trash[i] = store.Op{Kind: store.OpTrash, Shape: full, ID: schema.RecordID(2001 + i), IfVersion: 1}
	}
	_, err := e.Commit(t.Context(), buildTenant, &store.Commit{Ops: trash})
	require.NoError(t, err)
	require.True(t, slices.Equal(before, answers(t, e, full)), "slots, grams and keys change no answer")

	_, err = e.Commit(t.Context(), buildTenant, &store.Commit{Ops: []store.Op{{Kind: store.OpCreate, Shape: full, ID: 5000, Set: schema.Values{3: "17"}}}})
	require.ErrorIs(t, err, store.ErrDuplicate, "older values are claimed too")

	require.NoError(t, e.Ensure(t.Context(), buildTenant, buildShape(3, func(_, _, _ *store.FieldShape) {})))
	l = finished(t, e)
	require.Empty(t, l.Slots)
	require.Empty(t, l.Parts)
	require.Zero(t, e.countDocs(t, "uniq", nil))
	require.Zero(t, e.countDocs(t, "rows", exists("s")))
	require.NoError(t, e.Close())
}

func TestAnEntityHasNoMoreThanTwentySlots(t *testing.T) {
	s := &store.Shape{Entity: 1}
	for i := range 25 {
		s.Fields = append(s.Fields, store.FieldShape{ID: schema.FieldID(i + 1), Kind: schema.KindInt, Indexed: true})
	}
	l := (&layout{Shape: &store.Shape{Rev: -1}}).adopt(s)
	require.Len(t, l.Slots, slotCount)
	var used []int
	for _, sl := range l.Slots {
		used = append(used, sl.N)
	}
	slices.Sort(used)
	require.Len(t, slices.Compact(used), slotCount)
	require.Equal(t, 1, slices.Min(used))
	require.Equal(t, slotCount, slices.Max(used))
}
