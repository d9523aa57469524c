package record_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// filling is a store whose disk is full after some commits, until it has room.
type filling struct {
	store.Engine
	left    atomic.Int64
	refused atomic.Int64
}

func (f *filling) Commit(ctx context.Context, t schema.TenantID, c *store.Commit) (*store.Receipt, error) {
	if f.left.Add(-1) < 0 {
		f.refused.Add(1)
		return nil, store.Full(syscall.ENOSPC)
	}
	return f.Engine.Commit(ctx, t, c)
}

// inBackground lets the service work until the returned function is called.
func (w *world) inBackground() (stop func()) {
	ctx, cancel := context.WithCancel(w.Context())
	var working sync.WaitGroup
	working.Go(func() { w.records.Run(ctx) })
	return func() { cancel(); working.Wait() }
}

// A new formula or a conversion is half done when the disk fills. It
// waits, and goes on by itself soon after there is room again.
func TestWorkInTheBackgroundWaitsOutAFullDisk(t *testing.T) {
	const n = 3500 // more than is done at once
	const plenty = 1 << 40
	for name, c := range map[string]struct {
		ask  func(w *world, e *schema.Entity)
		done func(w *world, e *schema.Entity)
	}{
		"a backfill": {
			func(w *world, e *schema.Entity) {
				_, err := w.catalog.AddField(w.Context(), w.boss(), e.ID, formulaField("twice", "{amount}*2"))
				require.NoError(w, err)
			},
			func(w *world, e *schema.Entity) {
				sum, err := w.records.Aggregate(w.Context(), w.boss(), e.ID, record.AggRequest{Metrics: []record.Metric{{Op: "filled", Field: "twice"}, {Op: "sum", Field: "twice"}}})
				require.NoError(w, err)
				require.Equal(w, "3500", string(sum.Groups[0].Metrics[0]))
				require.Equal(w, "12246500", string(sum.Groups[0].Metrics[1]))
			},
		},
		"a conversion": {
			func(w *world, e *schema.Entity) {
				_, err := w.records.Convert(w.Context(), w.boss(), e.ID, w.named(e, "amount").ID, catalog.ConvertInput{Type: "text"})
				require.NoError(w, err)
			},
			func(w *world, e *schema.Entity) {
				require.Equal(w, "text", w.named(e, "amount").Type)
				require.Equal(w, []string{`{"amount":"0"}`, `{"amount":"1"}`}, w.column(e, "amount")[:2])
				sum, err := w.records.Aggregate(w.Context(), w.boss(), e.ID, record.AggRequest{Metrics: []record.Metric{{Op: "filled", Field: "amount"}}})
				require.NoError(w, err)
				require.Equal(w, "3500", string(sum.Groups[0].Metrics[0]))
			},
		},
	} {
		for _, fillsAt := range []int64{1, 3} { // before its first step, and between two
			t.Run(fmt.Sprintf("%s at commit %d", name, fillsAt), func(t *testing.T) {
				w := newWorld(t)
				e := w.entity("表", text("title"), field("amount", "number"))
				w.many(e, n, func(i int) string { return fmt.Sprintf(`{"title":"t","amount":%d}`, i) })
				c.ask(w, e)
				disk := &filling{Engine: w.engine}
				disk.left.Store(fillsAt)
				w.engine = disk
				w.restarted()
				defer w.inBackground()()
				require.Eventually(t, func() bool { return disk.refused.Load() > 0 }, 10*time.Second, time.Millisecond)
				behind, err := w.records.Behind(t.Context(), w.tenant)
				require.NoError(t, err)
				require.True(t, behind, "it waits")
				rows, err := w.records.Query(t.Context(), w.boss(), e.ID, record.Request{Limit: 3})
				require.NoError(t, err)
				require.Len(t, rows.Rows, 3, "people read meanwhile")
				disk.left.Store(plenty)
				require.Eventually(t, func() bool {
					behind, err := w.records.Behind(t.Context(), w.tenant)
					return err == nil && !behind
				}, 20*time.Second, 10*time.Millisecond, "it goes on by itself")
				c.done(w, e)
			})
		}
	}
}
