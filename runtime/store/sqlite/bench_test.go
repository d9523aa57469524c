package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	zs "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// The benchmarks print, beside their own figure, how it compares with the same
// work done in plain SQL through the same driver, with tables, indexes and
// settings of the same kind ("×raw": 1 is as fast; higher is better).
//
// TONGBAN_BENCH_ROWS sets the size of the table (default 100,000). Where
// TONGBAN_BENCH_KEEP names a folder, the reads meet a table of 30 fields that is
// made there once, per number of rows, and stays.

const (
	bName schema.FieldID = iota + 1
	bPhone
	bAmount
	bStage
	bOwner
	bDue
)

var benchShape = &store.Shape{Entity: 7, Rev: 1, Fields: []store.FieldShape{
	{ID: bName, Kind: schema.KindText, SortKey: store.SortPinyin, Searchable: true, Indexed: true},
	{ID: bPhone, Kind: schema.KindText, Searchable: true},
	{ID: bAmount, Kind: schema.KindInt, Indexed: true},
	{ID: bStage, Kind: schema.KindOption, Indexed: true},
	{ID: bOwner, Kind: schema.KindSet},
	{ID: bDue, Kind: schema.KindTime},
}}

const (
	cities   = "北京上海广州深圳杭州南京成都重庆武汉西安"
	trades   = "新能源智能制造生物医药软件贸易物流餐饮教育"
	suffixes = "有限公司股份集团科技中心"
)

func benchValues(rnd *rand.Rand, i int) schema.Values {
	part := func(s string, n int) string {
		r := []rune(s)
		at := rnd.IntN(len(r)/n) * n
		return string(r[at : at+n])
	}
	return schema.Values{
		bName:   part(cities, 2) + part(trades, 2) + part(suffixes, 2) + strconv.Itoa(i),
		bPhone:  fmt.Sprintf("139%08d", rnd.IntN(100_000_000)),
		bAmount: int64(rnd.IntN(10_000_000)),
		bStage:  int64(1 + rnd.IntN(8)),
		bOwner:  []int64{int64(1 + rnd.IntN(200))},
		bDue:    int64(1_700_000_000_000 + rnd.IntN(1000)*86_400_000),
	}
}

func benchOps(rnd *rand.Rand, from, n int) []store.Op {
	ops := make([]store.Op, n)
	for i := range ops {
		ops[i] = store.Op{Kind: store.OpCreate, Shape: benchShape, ID: schema.RecordID(from + i + 1), Set: benchValues(rnd, from+i)}
	}
	return ops
}

const benchTenant schema.TenantID = 3

// fixture is a filled store, made once for all benchmarks.
type fixture struct {
	e     *Engine
	raw   *sqlitex.Pool
	rows  int
	shape *store.Shape
	all   string // columns
	kept  bool   // for other runs
}

// wideShape adds fields of all kinds that nothing asks by.
func wideShape() *store.Shape {
	kinds := []schema.Kind{schema.KindText, schema.KindInt, schema.KindOption, schema.KindTime, schema.KindFloat, schema.KindText}
	wide := &store.Shape{Entity: benchShape.Entity, Rev: 1, Fields: slices.Clone(benchShape.Fields)}
	for id := bDue + 1; id <= 30; id++ {
		wide.Fields = append(wide.Fields, store.FieldShape{ID: id, Kind: kinds[int(id)%len(kinds)]})
	}
	return wide
}

// widen fills what benchValues leaves empty, most of it.
func widen(rnd *rand.Rand, s *store.Shape, ops []store.Op) []store.Op {
	for i := range ops {
		ops[i].Shape = s
		for _, f := range s.Fields[len(benchShape.Fields):] {
			n := int64(rnd.IntN(1_000_000))
			switch f.Kind {
			case schema.KindText:
				ops[i].Set[f.ID] = "some text " + strconv.FormatInt(n, 10)
			case schema.KindFloat:
				ops[i].Set[f.ID] = float64(n) / 7
			case schema.KindOption:
				ops[i].Set[f.ID] = 1 + n%5
			default:
				ops[i].Set[f.ID] = n * 1000
			}
		}
	}
	return ops
}

var (
	fixtureOnce sync.Once
	theFixture  *fixture
)

func filled(b *testing.B) *fixture {
	b.Helper()
	fixtureOnce.Do(func() {
		f := &fixture{rows: 100_000, shape: benchShape}
		if n, err := strconv.Atoi(os.Getenv("TONGBAN_BENCH_ROWS")); err == nil {
			f.rows = n
		}
		dir := os.Getenv("TONGBAN_BENCH_KEEP")
		if f.kept = dir != ""; f.kept {
			dir, f.shape = filepath.Join(dir, strconv.Itoa(f.rows)), wideShape()
		} else {
			var err error
			dir, err = os.MkdirTemp("", "tongban-bench") //nolint:usetesting // shared by all benchmarks of the run
			require.NoError(b, err)
		}
		ctx := context.WithoutCancel(b.Context())
		e, err := Open(ctx, Options{Dir: dir, Now: time.Now, Idle: time.Hour})
		require.NoError(b, err)
		f.e, f.all = e, "id,ver,ca,ua,cb,ub"
		for _, field := range f.shape.Fields {
			f.all += "," + col("c", field.ID)
		}
		f.fill(ctx, b)
		f.raw, err = sqlitex.NewPool(rawFile(b, dir, e), sqlitex.PoolOptions{PoolSize: 4, PrepareConn: func(c *zs.Conn) error {
			return sqlitex.ExecuteScript(c, "PRAGMA cache_size=-6000; PRAGMA mmap_size=50331648;", nil)
		}})
		require.NoError(b, err)
		theFixture = f
	})
	require.NotNil(b, theFixture)
	return theFixture
}

// fill makes what is missing of the rows.
func (f *fixture) fill(ctx context.Context, b *testing.B) {
	b.Helper()
	have := int64(0)
	require.NoError(b, f.e.View(ctx, benchTenant, func(r store.Reader) (err error) {
		have, err = r.Count(ctx, f.shape, nil, 0)
		return err
	}))
	rnd := rand.New(rand.NewPCG(1, uint64(have)+1))
	for n := int(have); n < f.rows; n += 1000 {
		ops := benchOps(rnd, n, min(1000, f.rows-n))
		if f.kept {
			ops = widen(rnd, f.shape, ops)
		}
		_, err := f.e.Commit(ctx, benchTenant, &store.Commit{Origin: store.Origin{Actor: 1, Via: "bench", At: 1}, Ops: ops})
		require.NoError(b, err)
	}
}

// rawFile copies the file, so that plain SQL meets the very same tables.
func rawFile(b *testing.B, dir string, e *Engine) string {
	b.Helper()
	path := filepath.Join(dir, "raw.db")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	c, err := zs.OpenConn(e.path(benchTenant), zs.OpenReadWrite)
	require.NoError(b, err)
	require.NoError(b, sqlitex.ExecuteTransient(c, "VACUUM INTO '"+path+"'", nil))
	require.NoError(b, c.Close())
	return path
}

// TestMain removes the benchmarks' files.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		os.Exit(crashChild(dir))
	}
	code := m.Run()
	if f := theFixture; f != nil {
		if err := f.e.Close(); err != nil {
			code = 1
		}
		if err := f.raw.Close(); err != nil {
			code = 1
		}
		if !f.kept {
			if err := os.RemoveAll(f.e.opt.Dir); err != nil {
				code = 1
			}
		}
	}
	os.Exit(code)
}

// against runs ours b.N times, then raw for a while, and reports the ratio of
// their times.
func against(b *testing.B, ours, raw func(i int)) {
	b.Helper()
	ours(0)
	b.ResetTimer()
	for i := range b.N {
		ours(i)
	}
	b.StopTimer()
	mine := b.Elapsed() / time.Duration(b.N)
	raw(0)
	n, began := 0, time.Now()
	for ; n < b.N && (n < 3 || time.Since(began) < 300*time.Millisecond); n++ {
		raw(n)
	}
	b.ReportMetric(float64(time.Since(began)/time.Duration(n))/float64(mine), "×raw")
}

// sqlRows reads all columns of all rows.
func (f *fixture) sqlRows(b *testing.B, sql string, want int, args ...any) {
	c, err := f.raw.Take(b.Context())
	require.NoError(b, err)
	defer f.raw.Put(c)
	s, err := c.Prepare(sql)
	require.NoError(b, err)
	bindAll(s, args)
	n := 0
	for {
		more, err := s.Step()
		require.NoError(b, err)
		if !more {
			break
		}
		n++
		for i := range s.ColumnCount() {
			switch s.ColumnType(i) {
			case zs.TypeText:
				_ = s.ColumnText(i)
			case zs.TypeInteger:
				_ = s.ColumnInt64(i)
			}
		}
	}
	if want >= 0 {
		require.Equal(b, want, n)
	}
}

func (f *fixture) view(b *testing.B, fn func(store.Reader) error) {
	require.NoError(b, f.e.View(b.Context(), benchTenant, fn))
}

func BenchmarkGet(b *testing.B) {
	f := filled(b)
	id := func(i int) int64 { return int64(i*7919%f.rows) + 1 }
	against(b, func(i int) {
		f.view(b, func(r store.Reader) error {
			recs, err := r.Get(b.Context(), f.shape, []schema.RecordID{schema.RecordID(id(i))}, nil)
			if err == nil && recs[0] == nil {
				b.Fatal("missing")
			}
			return err
		})
	}, func(i int) { f.sqlRows(b, "SELECT "+f.all+" FROM r7 WHERE id=?", 1, id(i)) })
}

func (f *fixture) find(b *testing.B, q *query.Query, want int) {
	f.view(b, func(r store.Reader) error {
		p, err := r.Find(b.Context(), f.shape, q)
		if err == nil && want >= 0 && len(p.Records) != want {
			b.Fatalf("%d records", len(p.Records))
		}
		return err
	})
}

func BenchmarkFilteredPage(b *testing.B) {
	f := filled(b)
	q := &query.Query{Where: query.Cmp{Field: bStage, Val: int64(3)}, Sort: []query.Sort{{Field: bAmount, Desc: true}}, Limit: 50}
	against(b, func(int) { f.find(b, q, 50) },
		func(int) {
			f.sqlRows(b, "SELECT "+f.all+" FROM r7 WHERE c4=? ORDER BY c3 DESC, id DESC LIMIT 51", 51, 3)
		})
}

func BenchmarkUnindexedPage(b *testing.B) {
	f := filled(b)
	q := &query.Query{Where: query.Cmp{Field: bDue, Op: query.Lt, Val: int64(1_730_000_000_000)}, Sort: []query.Sort{{Field: bPhone}}, Limit: 50}
	against(b, func(int) { f.find(b, q, 50) },
		func(int) {
			f.sqlRows(b, "SELECT "+f.all+" FROM r7 WHERE c6<? ORDER BY c2, id LIMIT 51", 51, int64(1_730_000_000_000))
		})
}

func BenchmarkDeepPage(b *testing.B) {
	f := filled(b)
	at := &query.Cursor{Vals: []schema.Value{int64(5_000_000)}, ID: 1}
	q := &query.Query{Sort: []query.Sort{{Field: bAmount}}, After: at, Limit: 50}
	against(b, func(int) { f.find(b, q, 50) },
		func(int) {
			f.sqlRows(b, "SELECT "+f.all+" FROM r7 WHERE c3>=? AND (c3>? OR id>?) ORDER BY c3, id LIMIT 51", 51, 5_000_000, 5_000_000, 1)
		})
}

func BenchmarkContains(b *testing.B) {
	f := filled(b)
	for name, val := range map[string]string{"hit": "北京新能", "common": "公司", "one": "渝", "miss": "不存在的", "latin": "1390123"} {
		b.Run(name, func(b *testing.B) {
			q := &query.Query{Where: query.TextOp{Fields: []schema.FieldID{bName, bPhone}, Val: val}, Limit: 50}
			against(b, func(int) { f.find(b, q, -1) },
				func(int) {
					f.sqlRows(b, "SELECT "+f.all+" FROM r7 WHERE instr(c1,?)>0 OR instr(c2,?)>0 ORDER BY id LIMIT 51", -1, val, val)
				})
		})
	}
}

func BenchmarkAggregate(b *testing.B) {
	f := filled(b)
	for name, field := range map[string]schema.FieldID{"stage": bStage, "owner": bOwner} {
		b.Run(name, func(b *testing.B) {
			q := &query.AggQuery{Groups: []query.GroupBy{{Field: field}}, Measures: []query.Measure{{Fn: query.Count}, {Fn: query.Sum, Field: bAmount}}}
			raw := "SELECT " + col("c", field) + ", count(*), sum(c3) FROM r7 GROUP BY 1"
			against(b, func(int) {
				f.view(b, func(r store.Reader) error { // not from memory
					_, err := r.(*reader).aggregate(b.Context(), f.shape, q)
					return err
				})
			}, func(int) { f.sqlRows(b, raw, -1) })
		})
	}
	b.Run("stage again", func(b *testing.B) {
		q := &query.AggQuery{Groups: []query.GroupBy{{Field: bStage}}, Measures: []query.Measure{{Fn: query.Count}, {Fn: query.Sum, Field: bAmount}}}
		against(b, func(int) {
			f.view(b, func(r store.Reader) error {
				_, err := r.Aggregate(b.Context(), f.shape, q)
				return err
			})
		}, func(int) { f.sqlRows(b, "SELECT c4, count(*), sum(c3) FROM r7 GROUP BY 1", -1) })
	})
}

// BenchmarkAnchors finds places at every 1,000th record of an indexed order.
func BenchmarkAnchors(b *testing.B) {
	f := filled(b)
	q := &query.Query{Sort: []query.Sort{{Field: bAmount}}}
	against(b, func(int) {
		f.view(b, func(r store.Reader) error {
			p, st, err := compileAnchors(r.(*reader).layout, f.shape, q)
			require.NoError(b, err)
			a, err := r.(*reader).anchors(b.Context(), p, st, q, 1000) // not from memory
			require.NoError(b, err)
			require.EqualValues(b, f.rows, a.Count)
			return nil
		})
	}, func(int) { f.sqlRows(b, "SELECT id, c3 FROM r7 ORDER BY c3, id", f.rows) })
}

func BenchmarkCount(b *testing.B) {
	f := filled(b)
	x := query.And{query.Cmp{Field: bStage, Val: int64(3)}, query.Cmp{Field: bDue, Op: query.Lt, Val: int64(1_730_000_000_000)}}
	against(b, func(int) {
		f.view(b, func(r store.Reader) error {
			_, err := r.(*reader).count(b.Context(), f.shape, x, 0, defaultTime)
			return err
		})
	}, func(int) { f.sqlRows(b, "SELECT count(*) FROM r7 WHERE c4=? AND c6<?", 1, 3, int64(1_730_000_000_000)) })
}

var benchID atomic.Int64

// BenchmarkWrite commits one record a time from several clients.
func BenchmarkWrite(b *testing.B) {
	for _, clients := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			e := openTest(b, b.TempDir())
			require.NoError(b, e.Ensure(b.Context(), benchTenant, benchShape))
			b.ResetTimer()
			var left atomic.Int64
			left.Store(int64(b.N))
			var wg sync.WaitGroup
			for c := range clients {
				wg.Go(func() {
					rnd := rand.New(rand.NewPCG(uint64(c), 2))
					for left.Add(-1) >= 0 {
						ops := benchOps(rnd, int(benchID.Add(1)), 1)
						if _, err := e.Commit(b.Context(), benchTenant, &store.Commit{Origin: store.Origin{Actor: 1, Via: "bench", At: 1}, Ops: ops}); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			ours := b.Elapsed()
			b.ReportMetric(float64(rawWrites(b, b.N, 1))/float64(ours), "×raw")
			b.ReportMetric(float64(b.N)/ours.Seconds(), "rows/s")
		})
	}
}

// BenchmarkBulk commits 1,000 records a time.
func BenchmarkBulk(b *testing.B) {
	e := openTest(b, b.TempDir())
	require.NoError(b, e.Ensure(b.Context(), benchTenant, benchShape))
	rnd := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		b.StopTimer()
		ops := benchOps(rnd, int(benchID.Add(1000)), 1000)
		b.StartTimer()
		_, err := e.Commit(b.Context(), benchTenant, &store.Commit{Origin: store.Origin{Actor: 1, Via: "bench", At: 1}, Ops: ops})
		require.NoError(b, err)
	}
	ours := b.Elapsed()
	b.ReportMetric(float64(rawWrites(b, b.N*1000, 1000))/float64(ours), "×raw")
	b.ReportMetric(float64(b.N*1000)/ours.Seconds(), "rows/s")
}

// rawWrites inserts rows, change rows and grams in plain SQL, per rows in a
// transaction, one connection, and returns how long it took.
func rawWrites(b *testing.B, n, per int) time.Duration {
	b.Helper()
	e := openTest(b, b.TempDir())
	require.NoError(b, e.Ensure(b.Context(), benchTenant, benchShape))
	path := e.path(benchTenant)
	require.NoError(b, e.Close())
	c, err := openWriter(path)
	require.NoError(b, err)
	defer func() { require.NoError(b, c.close()) }()
	rnd := rand.New(rand.NewPCG(1, 2))
	var took time.Duration
	for done := 0; done < n; done += per {
		ops := benchOps(rnd, done, per)
		p, err := prepare(&layout{}, &store.Commit{Ops: ops})
		require.NoError(b, err)
		began := time.Now()
		require.NoError(b, c.run("BEGIN IMMEDIATE"))
		for i := range p.ops {
			o := &p.ops[i]
			v := o.op.Set
			key, _ := o.key(bName)
			owner := v[bOwner].([]int64)
			err := c.run("INSERT INTO r7(id,ver,ca,ua,cb,ub,c1,p1,c2,c3,c4,c5,c6) VALUES(?,1,1,1,1,1,?,?,?,?,?,?,?)", o.op.ID, v[bName], key, v[bPhone], v[bAmount], v[bStage], v[bOwner], v[bDue])
			require.NoError(b, err)
			require.NoError(b, c.run("INSERT INTO l7 VALUES(5,?,?)", owner[0], o.op.ID))
			require.NoError(b, c.run("INSERT INTO changes(seq,op,ent,rec,ver,by,at,via,cs,depth,aft) VALUES(?,'create',7,?,1,1,1,'bench','',0,?)", done+i+1, o.op.ID, o.after))
		}
		for i := range p.ops {
			require.NoError(b, c.run("INSERT INTO f7(rowid,g) VALUES(?,?)", p.ops[i].op.ID, string(p.ops[i].grams)))
		}
		require.NoError(b, c.run("COMMIT"))
		took += time.Since(began)
	}
	return took
}
