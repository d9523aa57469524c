package record_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

var errKilled = errors.New("killed")

// dying is a store that a program uses until it is killed at a commit.
type dying struct {
	store.Engine
	left atomic.Int64
}

func (d *dying) Commit(ctx context.Context, t schema.TenantID, c *store.Commit) (*store.Receipt, error) {
	if d.left.Add(-1) < 0 {
		return nil, errKilled
	}
	return d.Engine.Commit(ctx, t, c)
}

// many makes n records through the write path.
func (w *world) many(e *schema.Entity, n int, fields func(i int) string) {
	w.Helper()
	for from := 0; from < n; from += 1000 {
		b := w.batch(w.boss(), e)
		for i := from; i < min(n, from+1000); i++ {
			b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Fields: in(w, fields(i))})
		}
		_, err := w.records.Write(w.Context(), b)
		require.NoError(w, err)
	}
}

func TestAConversionThatIsKilledAtAnyPointGoesOnAfterARestart(t *testing.T) {
	for kill := int64(1); kill <= 14; kill++ {
		t.Run(fmt.Sprintf("at commit %d", kill), func(t *testing.T) {
			w := newWorld(t)
			e := w.entity("表", text("title"), text("n"))
			const n = 2500 // more than is done at once
			w.many(e, n, func(i int) string { return fmt.Sprintf(`{"title":"t","n":"%d"}`, i) })
			id := w.named(e, "n").ID
			_, err := w.records.Convert(t.Context(), w.boss(), e.ID, id, catalog.ConvertInput{Type: "number"})
			require.NoError(t, err)

			whole := w.engine
			d := &dying{Engine: whole}
			d.left.Store(kill)
			w.engine = d
			w.restarted()
			require.ErrorIs(t, w.records.Recalculate(t.Context(), w.tenant), errKilled)
			// The lease of the dead process runs out; meanwhile somebody writes.
			w.engine = whole
			w.clock = w.clock.Add(time.Minute)
			w.restarted()
			rows, err := w.records.Query(t.Context(), w.boss(), e.ID, record.Request{Limit: 3})
			require.NoError(t, err)
			_, err = w.update(w.boss(), e, rows.Rows[1], `{"n":"777"}`)
			if w.named(e, "n").Type == "number" {
				_, err = w.update(w.boss(), e, rows.Rows[1], `{"n":777}`)
			}
			require.NoError(t, err)
			_, err = w.update(w.boss(), e, rows.Rows[2], `{"n":null}`)
			require.NoError(t, err)
			require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))

			f := w.named(e, "n")
			require.Equal(t, "number", f.Type)
			require.Nil(t, f.Moving)
			sum, err := w.records.Aggregate(t.Context(), w.boss(), e.ID, record.AggRequest{Metrics: []record.Metric{{Op: "sum", Field: "n"}}})
			require.NoError(t, err)
			require.Equal(t, strconv.Itoa(n*(n-1)/2-1-2+777), string(sum.Groups[0].Metrics[0]))
			_, err = w.records.Revert(t.Context(), w.boss(), e.ID, id)
			require.NoError(t, err)
			require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
			got := w.column(e, "n")
			require.Equal(t, []string{`{"n":"0"}`, `{"n":"777"}`, `{}`, `{"n":"3"}`}, got[:4])
		})
	}
}
