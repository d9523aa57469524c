package record_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// benchWorld is the table of the benchmark driver with n rows.
func benchWorld(b *testing.B, n int) (*world, *schema.Entity, []schema.RecordID) {
	b.Helper()
	return benchWorldOf(b, n)
}

func benchWorldOf(b testing.TB, n int) (*world, *schema.Entity, []schema.RecordID) {
	b.Helper()
	w := newWorld(b)
	e := w.entity("customers", text("name"), text("phone"), field("email", "email"), choices("industry", "finance", "retail", "edu", "health"),
		choices("region", "华东", "华北"), choices("stage", "潜在", "赢单", "输单"), choices("level", "A", "B", "C"),
		field("amount", "number"), field("created_on", "date"), text("owner"), field("notes", "longText"))
	_, err := w.catalog.CreateView(b.Context(), w.boss(), e.ID, catalog.ViewInput{Name: "by amount", Sort: []catalog.ViewKey{{Field: "amount", Desc: true}}})
	require.NoError(b, err)
	e = w.fresh(e)
	var ids []schema.RecordID
	for at := 0; at < n; at += 1000 {
		var cs []record.Change
		for i := at; i < at+1000; i++ {
			cs = append(cs, record.Change{Op: store.OpCreate, Fields: benchRow(i)})
		}
		res, err := w.records.Write(b.Context(), w.batch(w.boss(), e, cs...))
		require.NoError(b, err)
		for _, r := range res.Rows {
			ids = append(ids, r.Record.ID)
		}
	}
	return w, e, ids
}

func benchRow(i int) map[string]any {
	return map[string]any{
		"name": fmt.Sprintf("公司%d", i), "phone": fmt.Sprintf("138%08d", i), "email": fmt.Sprintf("u%d@example.com", i),
		"industry": []string{"finance", "retail", "edu", "health"}[i%4], "region": []string{"华东", "华北"}[i%2],
		"stage": []string{"潜在", "赢单", "输单"}[i%3], "level": []string{"A", "B", "C"}[i%3], "amount": float64(i * 7 % 100000),
		"created_on": "2026-11-02", "owner": "李雷", "notes": "客户希望在下周之前收到报价，并且要求我们安排一次现场演示，最好能带上技术人员一起过去讲解一下产品的部署方式。",
	}
}

func BenchmarkService(b *testing.B) {
	w, e, ids := benchWorld(b, 5000)
	boss := w.boss()
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		for i := 0; b.Loop(); i++ {
			r, err := w.records.Get(b.Context(), boss, e.ID, ids[i%len(ids)])
			if err != nil {
				b.Fatal(err)
			}
			buf = r.AppendJSON(buf[:0], record.ByKey)
		}
	})
	b.Run("list 50", func(b *testing.B) {
		b.ReportAllocs()
		var buf []byte
		q := record.Request{Limit: 50, Sort: []record.SortKey{{Field: "amount", Desc: true}}, Filter: []byte(`{"and":[{"field":"industry","op":"eq","value":"finance"},{"field":"amount","op":"gt","value":500}]}`)}
		for b.Loop() {
			rows, err := w.records.Query(b.Context(), boss, e.ID, q)
			if err != nil {
				b.Fatal(err)
			}
			buf = buf[:0]
			for _, r := range rows.Rows {
				buf = r.AppendJSON(buf, record.ByKey)
			}
		}
	})
	b.Run("update", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			_, err := w.update(boss, e, &record.Row{Record: &schema.Record{ID: ids[i%len(ids)]}}, fmt.Sprintf(`{"amount":%d}`, i))
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("create 1000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var cs []record.Change
			for i := range 1000 {
				cs = append(cs, record.Change{Op: store.OpCreate, Fields: benchRow(i)})
			}
			if _, err := w.records.Write(b.Context(), w.batch(boss, e, cs...)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("json of a row", func(b *testing.B) {
		b.ReportAllocs()
		r, err := w.records.Get(b.Context(), boss, e.ID, ids[0])
		require.NoError(b, err)
		var buf []byte
		for b.Loop() {
			buf = r.AppendJSON(buf[:0], record.ByKey)
		}
	})
}
