package record_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// wide is an entity of many fields with rows in which all of them are filled.
func (w *world) wide(fields, rows int) (*schema.Entity, record.Request) {
	w.Helper()
	ins := []catalog.FieldInput{text("title")}
	for i := 1; i < fields; i++ {
		ins = append(ins, field(fmt.Sprintf("f%d", i), []string{"text", "number", "date"}[i%3]))
	}
	e := w.entity(fmt.Sprintf("wide %d", fields), ins...)
	for from := 0; from < rows; from += 500 {
		b := w.batch(w.boss(), e)
		for i := from; i < from+500; i++ {
			row := map[string]any{"title": strconv.Itoa(i)}
			for j := 1; j < fields; j++ {
				row[fmt.Sprintf("f%d", j)] = []any{"一些文字", float64(i), "2026-11-25"}[j%3]
			}
			b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Fields: row})
		}
		_, err := w.records.Write(w.Context(), b)
		require.NoError(w, err)
	}
	q := record.Request{Limit: 50}
	for i := 1; i <= 8; i++ {
		q.Fields = append(q.Fields, fmt.Sprintf("f%d", i*2))
	}
	return e, q
}

func TestAnEntityHasAtMost500Fields(t *testing.T) {
	w := newWorld(t)
	e, _ := w.wide(catalog.MaxFields, 0)
	require.Equal(t, 500, catalog.MaxFields)
	_, err := w.catalog.AddField(t.Context(), w.boss(), e.ID, text("one_more"))
	requireFail(t, err, fail.Invalid, "field.tooMany", "")
}

func BenchmarkWide(b *testing.B) {
	for _, n := range []int{20, 200} {
		b.Run(fmt.Sprintf("8 of %d fields", n), func(b *testing.B) {
			w := newWorld(b)
			e, q := w.wide(n, 2000)
			boss := w.boss()
			var buf []byte
			b.ReportAllocs()
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
	}
}
