package ingest_test

import (
	"os"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tongban/runtime/access"
	"tongban/runtime/ingest"
	"tongban/schema"
)

// TestAHundredThousandRowsComeInFast is the acceptance check's import, without
// the server. It takes its time: TONGBAN_SLOW=1 runs it.
func TestAHundredThousandRowsComeInFast(t *testing.T) {
	if os.Getenv("TONGBAN_SLOW") == "" {
		t.Skip("TONGBAN_SLOW is not set")
	}
	w := newWorld(t)
	e := w.customers()
	first := w.bring(e, "x.csv", []byte("名称\n哨兵\n"), nil)
	require.Equal(t, 1, first.Created)
	data := encode(t, simplifiedchinese.GB18030, customersCSV(100_000, 5882, ","))
	page, err := w.records.Query(t.Context(), w.boss(), e.ID, requestOne())
	require.NoError(t, err)
	one := page.Rows[0].Record.ID
	reads := watch(t, w, w.boss(), e.ID, one)
	from := clock()
	j := w.bring(e, "客户.csv", data, nil)
	took := time.Since(from)
	lat := reads()
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []int{100_000, 17, 99_983}, []int{j.Done, j.Failed, j.Created})
	slices.Sort(lat)
	t.Logf("%.0f rows/s in %v; point reads meanwhile: %d, p50 %v, p99 %v, worst %v", 99_983/took.Seconds(), took, len(lat), lat[len(lat)/2], lat[len(lat)*99/100], lat[len(lat)-1])
}

// watch reads one record over and over until the returned function is called.
func watch(t *testing.T, w *world, a access.Actor, e schema.EntityID, id schema.RecordID) func() []time.Duration {
	t.Helper()
	stop, lat := make(chan struct{}), []time.Duration{}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
			from := clock()
			if _, err := w.records.Get(t.Context(), a, e, id); err != nil {
				t.Errorf("read: %v", err)
				return
			}
			lat = append(lat, time.Since(from))
		}
	})
	return func() []time.Duration {
		close(stop)
		wg.Wait()
		return lat
	}
}

// TestAHundredThousandRowsOfAWorkbookComeInFast is the same with a workbook,
// there and back.
func TestAHundredThousandRowsOfAWorkbookComeInFast(t *testing.T) {
	if os.Getenv("TONGBAN_SLOW") == "" {
		t.Skip("TONGBAN_SLOW is not set")
	}
	w := newWorld(t)
	e := w.customers()
	w.bring(e, "x.csv", []byte(customersCSV(100_000, 0, ",")), nil)
	for _, format := range []string{ingest.JSONL, ingest.CSV, ingest.XLSX} {
		from := clock()
		out := w.export(w.boss(), ingest.ExportRequest{Entity: e.ID, Format: format})
		t.Logf("%s out: %.0f rows/s, %d MB", format, 100_000/time.Since(from).Seconds(), len(out)>>20)
		if format != ingest.XLSX {
			continue
		}
		into := w.customers()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		from = clock()
		j := w.bring(into, "x.xlsx", out, nil)
		runtime.ReadMemStats(&after)
		require.Equal(t, 100_000, j.Created, "%+v", j)
		t.Logf("in: %.0f rows/s, heap from the system +%d MB", 100_000/time.Since(from).Seconds(), int64(after.HeapSys-before.HeapSys)>>20)
	}
}

// TestALargeImportIsUndone takes several change sets back.
func TestALargeImportIsUndone(t *testing.T) {
	if os.Getenv("TONGBAN_SLOW") == "" {
		t.Skip("TONGBAN_SLOW is not set")
	}
	w := newWorld(t)
	e := w.customers()
	j := w.bring(e, "x.csv", []byte(customersCSV(45_000, 0, ",")), nil)
	require.Equal(t, 45_000, w.count(e))
	require.Empty(t, j.ChangeSet)
	from := clock()
	require.Equal(t, ingest.Undone, w.undo(j.ID).State)
	t.Logf("undone in %v", clock().Sub(from))
	require.Zero(t, w.count(e))
}
