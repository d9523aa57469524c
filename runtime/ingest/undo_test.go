package ingest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/ingest"
	"tongban/runtime/store"
	"tongban/schema"
)

func TestAnUndoThatComesWhileAJobIsBeingPutAwayIsDone(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	asked := make(chan error, 1)
	look := func(tenant schema.TenantID, c *store.Commit) {
		if tenant != store.System || len(c.Docs) == 0 || c.Docs[0].Body != nil {
			return
		}
		// The job has ended and is taken off the queue: this is the moment.
		w.before.Store(nil)
		_, id, _ := strings.Cut(c.Docs[0].Key, "/")
		go func() {
			_, err := w.service.Undo(w.Context(), w.boss(), id)
			asked <- err
		}()
		<-time.After(200 * time.Millisecond) // it goes through, or waits for us
	}
	w.before.Store(&look)
	j := w.bring(e, "x.csv", []byte(customersCSV(10, 100, ",")), nil)
	require.NoError(t, <-asked)
	j = w.wait(j.ID)
	require.Equal(t, ingest.Undone, j.State)
	require.Zero(t, w.count(e))
}
