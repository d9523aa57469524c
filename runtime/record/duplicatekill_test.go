package record_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/record"
	"tongban/runtime/store"
)

func TestACopyThatIsKilledAtAnyPointIsWholeAfterARestart(t *testing.T) {
	const n = 2500 // more than is done at once
	for kill := range int64(7) {
		t.Run(fmt.Sprintf("at commit %d", kill), func(t *testing.T) {
			w := newWorld(t)
			e := w.entity("表", text("title"), field("n", "number"))
			w.many(e, n, func(i int) string { return fmt.Sprintf(`{"title":"t%d","n":%d}`, i, i) })
			made, err := w.records.DuplicateEntity(t.Context(), w.boss(), e.ID, "副本", true)
			require.NoError(t, err)

			whole := w.engine
			d := &dying{Engine: whole}
			d.left.Store(kill)
			w.engine = d
			w.restarted()
			killed := w.records.Recalculate(t.Context(), w.tenant)
			if kill < 4 {
				require.ErrorIs(t, killed, errKilled)
			}
			w.engine = whole
			w.clock = w.clock.Add(time.Minute) // the lease of the dead process runs out
			w.restarted()
			// Meanwhile somebody throws away a copy that is there, and changes another.
			rows, err := w.records.Query(t.Context(), w.boss(), made.ID, record.Request{Limit: 2})
			require.NoError(t, err)
			want := n * (n - 1) / 2
			gone := 0
			if len(rows.Rows) == 2 {
				b := w.batch(w.boss(), made)
				b.Changes = []record.Change{{Op: store.OpTrash, ID: rows.Rows[1].Record.ID}}
				_, err := w.records.Write(t.Context(), b)
				require.NoError(t, err)
				_, err = w.update(w.boss(), made, rows.Rows[0], `{"n":7000}`)
				require.NoError(t, err)
				gone, want = 1, want-1+7000
			}
			require.NoError(t, w.records.Recalculate(t.Context(), w.tenant))
			sum, err := w.records.Aggregate(t.Context(), w.boss(), made.ID, record.AggRequest{Metrics: []record.Metric{{Op: "sum", Field: "n"}, {Op: "count"}}})
			require.NoError(t, err)
			require.Equal(t, []string{strconv.Itoa(want), strconv.Itoa(n - gone)}, []string{string(sum.Groups[0].Metrics[0]), string(sum.Groups[0].Metrics[1])})
		})
	}
}
