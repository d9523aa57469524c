package ingest_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/ingest"
	"tongban/runtime/store"
	"tongban/schema"
)

// counted are files that know how often they were opened.
type counted struct {
	*files
	opened atomic.Int64
}

func (c *counted) Open(ctx context.Context, t schema.TenantID, id schema.FileID) (io.ReadCloser, error) {
	c.opened.Add(1)
	return c.files.Open(ctx, t, id)
}

// node is the import service of a process that shares the store with others.
func (w *world) node(owner string, alive ...string) (*ingest.Service, *counted) {
	f := &counted{files: w.files}
	return ingest.New(ingest.Options{
		Engine: w.engine, Catalog: w.catalog, Policy: access.New(clock), Records: w.records, Files: f, IDs: w.ids, Now: clock,
		Log: slog.New(slog.DiscardHandler), Owner: owner,
		Lives: func(o string) bool { return strings.Contains(strings.Join(alive, " "), o) },
	}), f
}

// run lets a service work until the test ends.
func (w *world) run(s *ingest.Service) {
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := s.Run(ctx); err != nil {
			w.Errorf("run: %v", err)
		}
	}()
	w.Cleanup(func() {
		cancel()
		<-done
	})
}

// Two nodes find the job of a third, which is gone, at the same moment: one of
// them works on it, the other does not touch it.
func TestAJobThatTwoNodesWantIsDoneByOne(t *testing.T) {
	const rows = 2000
	w := newWorld(t)
	e := w.customers()
	gone, _ := w.node("gone")
	file := w.files.put("x.csv", []byte(customersCSV(rows, 50, ",")))
	started, err := gone.Import(t.Context(), w.boss(), ingest.ImportRequest{Entity: e.ID, Source: ingest.Source{File: file, Name: "x.csv"}})
	require.NoError(t, err)

	// Who claims the job waits until the other has read that nobody has it.
	var claims atomic.Int64
	both := make(chan struct{})
	look := func(tenant schema.TenantID, c *store.Commit) {
		if tenant != store.System || len(c.Docs) != 1 || c.Docs[0].Kind != "ingestQueue" || c.Docs[0].Body == nil {
			return
		}
		if claims.Add(1) == 2 {
			close(both)
		}
		select {
		case <-both:
		case <-time.After(10 * time.Second):
		}
	}
	w.before.Store(&look)
	first, files1 := w.node("first", "first", "second")
	second, files2 := w.node("second", "first", "second")
	w.run(first)
	w.run(second)

	j := w.wait(started.ID)
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []int{rows, rows / 50, rows - rows/50}, []int{j.Done, j.Failed, j.Created})
	require.Equal(t, rows-rows/50, w.count(e))
	require.Empty(t, j.ResumedAt, "it was begun once")
	opened := []int64{files1.opened.Load(), files2.opened.Load()}
	require.Contains(t, opened, int64(0), "one of the two left it alone: %v", opened)
	require.EqualValues(t, 2, claims.Load(), "both wanted it")
}
