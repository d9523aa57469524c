package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

func one(id int, v schema.Values) *store.Commit {
	return &store.Commit{Origin: store.Origin{At: 1}, Ops: []store.Op{{Kind: store.OpCreate, Shape: benchShape, ID: schema.RecordID(id), Set: v}}}
}

func TestAReopenedFileKeepsWhatItHad(t *testing.T) {
	dir := t.TempDir()
	e := openTest(t, dir)
	r, err := e.Commit(t.Context(), 4, one(1, schema.Values{bName: "甲", bOwner: []int64{5}}))
	require.NoError(t, err)
	require.Equal(t, schema.Version(1), r.Versions[0])
	require.NoError(t, e.Close())
	require.NoError(t, e.Close(), "closing again is no fault")
	_, err = e.Commit(t.Context(), 4, one(2, nil))
	require.Error(t, err)
	require.FileExists(t, filepath.Join(dir, "tenants", "4.db"))
	require.NoFileExists(t, filepath.Join(dir, "tenants", "4.db-wal"), "nothing is left to recover")

	e = openTest(t, dir)
	_, err = e.Commit(t.Context(), 4, one(1, nil))
	require.ErrorIs(t, err, store.ErrConflict)
	_, err = e.Commit(t.Context(), 4, one(2, schema.Values{bName: "乙"}))
	require.NoError(t, err)
	require.NoError(t, e.View(t.Context(), 4, func(r store.Reader) error {
		last, err := r.LastSeq(t.Context())
		require.Equal(t, schema.Seq(2), last)
		require.NoError(t, err)
		n, err := r.Count(t.Context(), benchShape, query.TextOp{Field: bName, Val: "甲"}, 0)
		require.Equal(t, int64(1), n)
		return err
	}))
}

func TestReadingMakesNoFile(t *testing.T) {
	dir := t.TempDir()
	e := openTest(t, dir)
	require.NoError(t, e.View(t.Context(), 4, func(r store.Reader) error {
		_, err := r.Doc(t.Context(), "a", "b")
		require.ErrorIs(t, err, store.ErrNotFound)
		p, err := r.Find(t.Context(), benchShape, &query.Query{Limit: 1})
		require.Empty(t, p.Records)
		return err
	}))
	entries, err := os.ReadDir(filepath.Join(dir, "tenants"))
	require.NoError(t, err)
	require.Empty(t, entries)
}

func TestIdleFilesAreClosedAndOpenedAgain(t *testing.T) {
	e, err := Open(t.Context(), Options{Dir: t.TempDir(), Now: time.Now, Idle: 40 * time.Millisecond})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	count := func() int {
		e.mu.Lock()
		defer e.mu.Unlock()
		return len(e.files)
	}
	for i := range 20 {
		_, err := e.Commit(t.Context(), schema.TenantID(i+1), one(1, nil))
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return count() == 0 }, 5*time.Second, 5*time.Millisecond)
	var wg sync.WaitGroup
	for i := range 4 { // work while files are closed under it
		wg.Go(func() {
			for n := range 60 {
				if _, err := e.Commit(t.Context(), schema.TenantID(n%3+1), one(100+i*1000+n, nil)); err != nil {
					t.Errorf("commit: %v", err)
				}
				if n%10 == 0 {
					<-time.After(45 * time.Millisecond)
				}
			}
		})
	}
	wg.Wait()
	total := int64(0)
	for i := range 3 {
		require.NoError(t, e.View(t.Context(), schema.TenantID(i+1), func(r store.Reader) error {
			n, err := r.Count(t.Context(), benchShape, nil, 0)
			total += n
			return err
		}))
	}
	require.Equal(t, int64(3+4*60), total)
}

func TestAViewInsideAViewDoesNotWaitForItself(t *testing.T) {
	e := openTest(t, t.TempDir())
	_, err := e.Commit(t.Context(), 1, one(1, nil))
	require.NoError(t, err)
	var nest func(depth int) error
	nest = func(depth int) error {
		return e.View(t.Context(), 1, func(r store.Reader) error {
			if depth > 0 {
				return nest(depth - 1)
			}
			_, err := r.LastSeq(t.Context())
			return err
		})
	}
	require.NoError(t, nest(e.readers), "one more than there are connections")
}

func TestTooManyWaitingCommitsAreTurnedAway(t *testing.T) {
	e := openTest(t, t.TempDir())
	f, err := e.acquire(t.Context(), 1, true)
	require.NoError(t, err)
	defer e.release(f)
	block, started := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.do(t.Context(), func(*writer) error { close(started); <-block; return nil }); err != nil {
			t.Errorf("block: %v", err)
		}
	})
	<-started
	ctx, cancel := context.WithCancel(t.Context())
	for range maxWaiting {
		wg.Go(func() {
			if err := f.do(ctx, func(*writer) error { return nil }); err != nil && !errors.Is(err, context.Canceled) {
				t.Errorf("wait: %v", err)
			}
		})
	}
	require.Eventually(t, func() bool { return len(f.queue) == maxWaiting }, 5*time.Second, time.Millisecond)
	_, err = e.Commit(t.Context(), 1, one(1, nil))
	require.ErrorIs(t, err, store.ErrBusy)
	cancel()
	close(block)
	wg.Wait()
	_, err = e.Commit(t.Context(), 1, one(1, nil))
	require.NoError(t, err)
}

// TestAFailureInAGroupHurtsNobodyElse fills one transaction with commits of
// which some fail late, after they have written.
func TestAFailureInAGroupHurtsNobodyElse(t *testing.T) {
	shape := &store.Shape{Entity: 3, Rev: 1, Fields: []store.FieldShape{{ID: 1, Kind: schema.KindText, Unique: true, Searchable: true}}}
	e := openTest(t, t.TempDir())
	f, err := e.acquire(t.Context(), 1, true)
	require.NoError(t, err)
	defer e.release(f)
	block, started := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.do(t.Context(), func(*writer) error { close(started); <-block; return nil }); err != nil {
			t.Errorf("block: %v", err)
		}
	})
	<-started
	const n = 60
	errs := make([]error, n)
	for i := range n {
		wg.Go(func() {
			text := func(s string) schema.Values { return schema.Values{1: s} }
			c := &store.Commit{Ops: []store.Op{
				{Kind: store.OpCreate, Shape: shape, ID: schema.RecordID(i*2 + 1), Set: text("值 " + string(rune('a'+i)))},
				{Kind: store.OpCreate, Shape: shape, ID: schema.RecordID(i*2 + 2), Set: text("共 " + string(rune('a'+i/3)))}, // one of three wins
			}}
			_, errs[i] = e.Commit(t.Context(), 1, c)
		})
	}
	require.Eventually(t, func() bool { return len(f.queue) == n }, 5*time.Second, time.Millisecond)
	close(block)
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.ErrorIs(t, err, store.ErrDuplicate)
	}
	require.Equal(t, n/3, won)
	require.NoError(t, e.View(t.Context(), 1, func(r store.Reader) error {
		count, err := r.Count(t.Context(), shape, nil, 0)
		require.NoError(t, err)
		require.Equal(t, int64(won*2), count)
		count, err = r.Count(t.Context(), shape, query.TextOp{Field: 1, Val: "值"}, 0)
		require.NoError(t, err)
		require.Equal(t, int64(won), count)
		log, err := r.Changes(t.Context(), 0, 1000)
		require.Len(t, log, won*2)
		require.Equal(t, schema.Seq(won*2), log[len(log)-1].Seq)
		return err
	}))
}

// quiet waits until the writer has nothing left to do.
func quiet(t *testing.T, f *file) {
	t.Helper()
	require.Eventually(t, func() bool {
		busy := true
		require.NoError(t, f.do(t.Context(), func(w *writer) error { busy = w.maint.pending(); return nil }))
		return !busy
	}, 10*time.Second, 5*time.Millisecond)
}

func TestWhatAShapeWantsIsBuiltInTheBackground(t *testing.T) {
	e := openTest(t, t.TempDir())
	plain := &store.Shape{Entity: 7, Rev: 1, Fields: []store.FieldShape{{ID: 1, Kind: schema.KindText}, {ID: 2, Kind: schema.KindInt}, {ID: 3, Kind: schema.KindText}}}
	var ops []store.Op
	for i := range 1000 {
		ops = append(ops, store.Op{Kind: store.OpCreate, Shape: plain, ID: schema.RecordID(i + 1), Set: schema.Values{1: "第" + string(rune('一'+i)), 2: int64(i), 3: string(rune('一' + i/2))}})
	}
	for range 3 {
		_, err := e.Commit(t.Context(), 1, &store.Commit{Ops: ops})
		require.NoError(t, err)
		for i := range ops {
			ops[i].ID += 1000
		}
	}
	rich := &store.Shape{Entity: 7, Rev: 2, Fields: []store.FieldShape{
		{ID: 1, Kind: schema.KindText, SortKey: store.SortPinyin, Searchable: true, Indexed: true}, {ID: 2, Kind: schema.KindInt, Indexed: true}, {ID: 3, Kind: schema.KindText, Unique: true},
	}}
	require.NoError(t, e.Ensure(t.Context(), 1, rich))
	f, err := e.acquire(t.Context(), 1, false)
	require.NoError(t, err)
	defer e.release(f)
	number := func(sql string) (n int64) {
		require.NoError(t, f.do(t.Context(), func(w *writer) (err error) { n, _, err = w.c.number(sql); return err }))
		return n
	}
	require.Equal(t, int64(3000), number("SELECT count(p1) FROM r7"), "Ensure waits for sort keys")
	quiet(t, f)
	now := f.layout.Load().tables[7].Cols
	require.Equal(t, columnNow{Kind: schema.KindText, Key: store.SortPinyin, HasKey: true, Indexed: true, Grammed: true}, now[1])
	require.Equal(t, columnNow{Kind: schema.KindInt, Indexed: true}, now[2])
	require.Equal(t, columnNow{Kind: schema.KindText, Claimed: true}, now[3])
	require.Equal(t, int64(3000), number("SELECT count(*) FROM f7 WHERE f7 MATCH '\"第\"'"))
	require.Equal(t, int64(500), number("SELECT count(*) FROM uniq"))
	require.Equal(t, int64(2), number("SELECT count(*) FROM sqlite_master WHERE type='index' AND tbl_name='r7'"))
	require.Positive(t, number("SELECT count(*) FROM sqlite_stat1 WHERE tbl='r7'"), "the planner knows the table")

	poor := &store.Shape{Entity: 7, Rev: 3, Fields: []store.FieldShape{{ID: 2, Kind: schema.KindInt}, {ID: 3, Kind: schema.KindText}}}
	require.NoError(t, e.Ensure(t.Context(), 1, poor))
	require.NoError(t, e.Ensure(t.Context(), 1, rich), "an older shape changes nothing")
	quiet(t, f)
	require.Zero(t, number("SELECT count(*) FROM sqlite_master WHERE type='index' AND tbl_name='r7'"))
	require.Zero(t, number("SELECT count(*) FROM uniq"))
	_, err = e.Commit(t.Context(), 1, &store.Commit{Ops: []store.Op{{Kind: store.OpUpdate, Shape: rich, ID: 1, IfVersion: 1, Set: schema.Values{1: "新"}}}})
	require.NoError(t, err, "a writer that has not heard of the new shape yet")
}

func TestExpiredDocumentsAreSweptAway(t *testing.T) {
	var now atomic.Int64
	now.Store(1_000_000)
	e, err := Open(t.Context(), Options{Dir: t.TempDir(), Now: func() time.Time { return time.UnixMilli(now.Load()) }})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	var docs []store.DocOp
	for i := range 700 {
		docs = append(docs, store.DocOp{Kind: "s", Key: string(rune('一' + i)), Body: []byte("x"), ExpiresAt: 2_000_000})
	}
	docs = append(docs, store.DocOp{Kind: "s", Key: "stays", Body: []byte("x")})
	_, err = e.Commit(t.Context(), store.System, &store.Commit{Docs: docs})
	require.NoError(t, err)
	now.Store(2_000_001)
	f, err := e.acquire(t.Context(), store.System, false)
	require.NoError(t, err)
	defer e.release(f)
	require.NoError(t, f.do(t.Context(), func(w *writer) error { w.maint.sweep = true; return nil }))
	quiet(t, f)
	var left int64
	require.NoError(t, f.do(t.Context(), func(w *writer) (err error) {
		left, _, err = w.c.number("SELECT count(*) FROM docs")
		return err
	}))
	require.Equal(t, int64(1), left)
}

func TestAnUnindexableWalkFallsBackToSorting(t *testing.T) {
	e := openTest(t, t.TempDir())
	var ops []store.Op
	for i := range 1000 {
		ops = append(ops, store.Op{Kind: store.OpCreate, Shape: benchShape, ID: schema.RecordID(i + 1), Set: schema.Values{bAmount: int64(i % 10), bStage: int64(i % 2)}})
	}
	_, err := e.Commit(t.Context(), 1, &store.Commit{Ops: ops})
	require.NoError(t, err)
	f, err := e.acquire(t.Context(), 1, false)
	require.NoError(t, err)
	defer e.release(f)
	rows := map[schema.EntityID]int64{7: 1000}
	f.rows.Store(&rows)
	q := &query.Query{Where: query.Cmp{Field: bStage, Val: int64(1)}, Sort: []query.Sort{{Field: bAmount, Desc: true}}, Limit: 50}
	ids := func() (out []schema.RecordID) {
		require.NoError(t, e.View(t.Context(), 1, func(r store.Reader) error {
			p, err := r.Find(t.Context(), benchShape, q)
			require.NoError(t, err)
			for _, rec := range p.Records {
				out = append(out, rec.ID)
			}
			return nil
		}))
		return out
	}
	walked := ids()
	require.Len(t, walked, 50)
	require.NoError(t, f.do(t.Context(), func(w *writer) error { return w.c.run("DROP INDEX i7_3") }))
	require.Equal(t, walked, ids())
}

func TestAFullStopLeavesNoGoroutine(t *testing.T) {
	ignore := goleak.IgnoreCurrent()
	e, err := Open(t.Context(), Options{Dir: t.TempDir(), Now: time.Now})
	require.NoError(t, err)
	_, err = e.Commit(t.Context(), 1, one(1, nil))
	require.NoError(t, err)
	require.NoError(t, e.View(t.Context(), 1, func(r store.Reader) error { _, err := r.Count(t.Context(), benchShape, nil, 0); return err }))
	require.NoError(t, e.Close())
	goleak.VerifyNone(t, ignore)
}

func TestAFileOfALaterFormatIsRefused(t *testing.T) {
	dir := t.TempDir()
	e := openTest(t, dir)
	_, err := e.Commit(t.Context(), 1, one(1, nil))
	require.NoError(t, err)
	require.NoError(t, e.Close())
	c, err := zs.OpenConn(filepath.Join(dir, "tenants", "1.db"), zs.OpenReadWrite)
	require.NoError(t, err)
	require.NoError(t, (&conn{c: c, stmts: map[string]*stmt{}}).script("UPDATE meta SET v=999 WHERE k='format'"))
	require.NoError(t, c.Close())
	_, err = openTest(t, dir).Commit(t.Context(), 1, one(2, nil))
	require.ErrorContains(t, err, "format 999")
}

func TestAnInterruptThatComesJustBeforeAQueryStopsIt(t *testing.T) {
	e := openTest(t, t.TempDir())
	_, err := e.Commit(t.Context(), 1, one(1, nil))
	require.NoError(t, err)
	require.NoError(t, e.View(t.Context(), 1, func(sr store.Reader) error {
		r, ok := sr.(*reader)
		require.True(t, ok)
		ctx, cancel := context.WithCancel(t.Context())
		err := r.c.limited(ctx, time.Hour, func() error {
			s, err := r.c.prep("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM n WHERE x<20000000) SELECT count(*) FROM n")
			require.NoError(t, err)
			cancel()
			<-time.After(30 * time.Millisecond) // by now SQLite has been told
			r.c.c.SetInterrupt(nil)             // and the driver itself no longer looks
			_, err = s.Step()
			return err
		})
		require.ErrorIs(t, err, context.Canceled)
		return nil
	}))
}

func TestASecondEngineIsKeptOutOfTheFolder(t *testing.T) {
	dir := t.TempDir()
	e := openTest(t, dir)
	_, err := Open(t.Context(), Options{Dir: dir, Now: time.Now})
	require.ErrorContains(t, err, "another process uses the data folder")
	require.NoError(t, e.Close())
	openTest(t, dir)
}

func TestACommitNamesARecordOnce(t *testing.T) {
	e := openTest(t, t.TempDir())
	c := one(1, nil)
	c.Ops = append(c.Ops, c.Ops[0])
	_, err := e.Commit(t.Context(), 1, c)
	require.ErrorIs(t, err, store.ErrBadQuery)
}

func TestTheLogIsReadThroughItsIndexes(t *testing.T) {
	e := openTest(t, t.TempDir())
	_, err := e.Commit(t.Context(), 1, one(1, nil))
	require.NoError(t, err)
	require.NoError(t, e.View(t.Context(), 1, func(sr store.Reader) error {
		r, ok := sr.(*reader)
		require.True(t, ok)
		require.Contains(t, planOf(t, r, statement{selectChange + "WHERE ent>0 AND ent=? AND rec=? AND ver<? ORDER BY ver DESC LIMIT 5", []any{1, 1, 1}}), "USING INDEX changes_rec (ent=? AND rec=? AND ver<?)")
		require.Contains(t, planOf(t, r, statement{selectChange + "WHERE cs<>'' AND cs=? ORDER BY seq LIMIT 5", []any{"a"}}), "USING INDEX changes_cs (cs=?)")
		return nil
	}))
}

func TestAReaderWithANewShapeHasItAdopted(t *testing.T) {
	e := openTest(t, t.TempDir())
	old := &store.Shape{Entity: 7, Rev: 1, Fields: benchShape.Fields[4:5]}
	_, err := e.Commit(t.Context(), 1, &store.Commit{Ops: []store.Op{{Kind: store.OpCreate, Shape: old, ID: 1, Set: schema.Values{bOwner: []int64{1}}}}})
	require.NoError(t, err)
	wide := &store.Shape{Entity: 7, Rev: 2, Fields: benchShape.Fields}
	for range 2 {
		require.NoError(t, e.View(t.Context(), 1, func(r store.Reader) error {
			p, err := r.Find(t.Context(), wide, &query.Query{Limit: 5, Where: query.Empty{Field: bName}, Sort: []query.Sort{{Field: bAmount}}})
			require.NoError(t, err)
			require.Len(t, p.Records, 1)
			return nil
		}))
	}
	f, err := e.acquire(t.Context(), 1, false)
	require.NoError(t, err)
	defer e.release(f)
	require.Eventually(t, func() bool { return f.layout.Load().tables[7].Cols[bAmount].Indexed }, 5*time.Second, 5*time.Millisecond)
}
