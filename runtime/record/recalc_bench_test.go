package record_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	zs "zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// benchRows is how many records the background is measured on; a million:
// TONGBAN_BENCH_ROWS=1000000.
func benchRows(b *testing.B) int {
	b.Helper()
	n := 20_000
	if s := os.Getenv("TONGBAN_BENCH_ROWS"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		require.NoError(b, err)
	}
	return n
}

// BenchmarkBackground measures what changes of an entity do to the records that
// are there, beside plain SQL that updates one column of as many rows.
func BenchmarkBackground(b *testing.B) {
	n := benchRows(b)
	w, e, ids := benchWorld(b, n)
	floor := plainUpdates(b, n)
	report := func(b *testing.B, took time.Duration) {
		b.Helper()
		rate := float64(n) / took.Seconds()
		b.ReportMetric(rate, "rows/s")
		b.ReportMetric(rate/floor, "x-plain-sql")
		b.ReportMetric(0, "ns/op")
	}
	timed := func(b *testing.B, change func() error) time.Duration {
		b.Helper()
		from := time.Now()
		require.NoError(b, change())
		require.NoError(b, w.records.Recalculate(b.Context(), w.tenant))
		return time.Since(from)
	}
	add := func(in catalog.FieldInput) func() error {
		return func() error {
			_, err := w.catalog.AddField(b.Context(), w.boss(), e.ID, in)
			return err
		}
	}
	made := 0
	formula := func(src string) catalog.FieldInput {
		made++
		f := field("f"+strconv.Itoa(made), "formula")
		f.Options.Formula = src
		return f
	}
	b.Run("formula of a number", func(b *testing.B) {
		for b.Loop() {
			report(b, timed(b, add(formula("{amount} * 1.06"))))
		}
	})
	b.Run("formula of texts", func(b *testing.B) {
		for b.Loop() {
			report(b, timed(b, add(formula(`IF({level} = "A", UPPER({name}), {industry} & "-" & {stage})`))))
			from := time.Now()
			w.untilIndexed(b, e, "f"+strconv.Itoa(made))
			b.ReportMetric(time.Since(from).Seconds(), "s-until-indexed")
		}
	})
	b.Run("rollup", func(b *testing.B) {
		items := w.children(e, ids)
		e = w.fresh(e)
		for b.Loop() {
			made++
			f := field("f"+strconv.Itoa(made), "rollup")
			f.Options = schema.Options{Link: e.FieldNamed("items").ID, Field: items.FieldNamed("price").ID, Op: "sum"}
			report(b, timed(b, add(f)))
		}
	})
	b.Run("conversion of text to number", func(b *testing.B) {
		for b.Loop() {
			made++
			key := "t" + strconv.Itoa(made)
			require.NoError(b, add(text(key))())
			b.StopTimer()
			w.fill(e, key, n)
			w.clock = w.clock.Add(time.Hour) // what changed just now is gone through twice
			b.StartTimer()
			report(b, timed(b, func() error {
				_, err := w.records.Convert(b.Context(), w.boss(), e.ID, w.named(e, key).ID, catalog.ConvertInput{Type: "number"})
				return err
			}))
		}
	})
}

// untilIndexed waits for the search index to have a field's texts.
func (w *world) untilIndexed(b *testing.B, e *schema.Entity, key string) {
	b.Helper()
	snap, err := w.catalog.Tenant(b.Context(), w.tenant)
	require.NoError(b, err)
	q := &query.Query{Where: query.TextOp{Field: snap.Entity(e.ID).FieldNamed(key).ID, Val: "ab"}, Limit: 1}
	for how := store.PlanBuilding; how == store.PlanBuilding; time.Sleep(50 * time.Millisecond) {
		require.NoError(b, w.engine.View(b.Context(), w.tenant, func(r store.Reader) error {
			p, err := r.Explain(b.Context(), snap.Shape(e.ID), q)
			how = p.Steps[0].How
			return err
		}))
	}
}

// children makes a table of as many records, each linked to one of those given.
func (w *world) children(e *schema.Entity, ids []schema.RecordID) *schema.Entity {
	w.Helper()
	items := w.entity("items", text("name"), field("price", "number"),
		catalog.FieldInput{Name: "of", Key: "of", Type: "link", Options: schema.Options{Entity: e.ID}, InverseName: "items"})
	for part := range slices.Chunk(ids, 1000) {
		b := w.batch(w.boss(), items)
		for i, id := range part {
			b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Fields: map[string]any{"price": float64(i), "of": []any{schema.FormatID(schema.PrefixRecord, id)}}})
		}
		_, err := w.records.Write(w.Context(), b)
		require.NoError(w, err)
	}
	return w.fresh(items)
}

// fill gives every record of a table a text of digits.
func (w *world) fill(e *schema.Entity, key string, n int) {
	w.Helper()
	q := record.Request{Limit: 1000}
	for done := 0; done < n; {
		rows, err := w.records.Query(w.Context(), w.boss(), e.ID, q)
		require.NoError(w, err)
		b := w.batch(w.boss(), e)
		for _, r := range rows.Rows {
			b.Changes = append(b.Changes, record.Change{Op: store.OpUpdate, ID: r.Record.ID, Fields: map[string]any{key: strconv.Itoa(done)}})
			done++
		}
		_, err = w.records.Write(w.Context(), b)
		require.NoError(w, err)
		q.Cursor = rows.Next
	}
}

// plainUpdates returns how many rows a second plain SQL updates, one column, a
// thousand to a transaction, through the same driver.
func plainUpdates(b *testing.B, n int) float64 {
	b.Helper()
	c, err := zs.OpenConn(filepath.Join(b.TempDir(), "plain.db"), zs.OpenReadWrite|zs.OpenCreate)
	require.NoError(b, err)
	defer func() { require.NoError(b, c.Close()) }()
	run := func(sql string) { require.NoError(b, sqlitex.ExecuteTransient(c, sql, nil)) }
	run("PRAGMA journal_mode=WAL")
	run("PRAGMA synchronous=FULL")
	run("CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b REAL, c REAL)")
	run(fmt.Sprintf("WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM i WHERE n<%d) INSERT INTO t SELECT n, printf('%%0200d', n), n, NULL FROM i", n))
	from := time.Now()
	s, err := c.Prepare("UPDATE t SET c=b*1.06 WHERE id=?")
	require.NoError(b, err)
	for at := 1; at <= n; {
		run("BEGIN")
		for range 1000 {
			s.BindInt64(1, int64(at))
			_, err := s.Step()
			require.NoError(b, err)
			require.NoError(b, s.Reset())
			at++
		}
		run("COMMIT")
	}
	require.NoError(b, s.Finalize())
	return float64(n) / time.Since(from).Seconds()
}
