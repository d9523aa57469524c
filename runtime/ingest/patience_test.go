package ingest_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/ingest"
	"tongban/runtime/store"
	"tongban/schema"
)

func TestJobsWaitOutAFullDisk(t *testing.T) {
	const rows = 20_000
	w := newWorld(t)
	e := w.customers()
	file := w.files.put("x.csv", []byte(customersCSV(rows, 50, ",")))
	started, err := w.service.Import(t.Context(), w.boss(), ingest.ImportRequest{Entity: e.ID, Source: ingest.Source{File: file, Name: "x.csv"}})
	require.NoError(t, err)
	job := func(id string) *ingest.Job {
		j, err := w.service.Get(t.Context(), w.boss(), id)
		require.NoError(t, err)
		return j
	}
	waits := func(id string) bool {
		for _, n := range job(id).Notes {
			if n.Code == "store.full" {
				return true
			}
		}
		return false
	}
	full := func(id string) {
		w.full.Store(true)
		require.Eventually(t, func() bool { return waits(id) }, 10*time.Second, 5*time.Millisecond, "it tells that it waits")
		<-time.After(1500 * time.Millisecond) // it has tried again
		j := job(id)
		require.Equal(t, ingest.Running, j.State)
		require.Less(t, j.Done, rows)
		w.full.Store(false)
	}
	require.Eventually(t, func() bool { return job(started.ID).Done > 0 }, 10*time.Second, time.Millisecond)
	full(started.ID)
	j := w.wait(started.ID)
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Empty(t, j.Notes, "it waits no more")
	require.NotEmpty(t, j.ResumedAt)
	require.Equal(t, []int{rows, rows / 50, rows - rows/50}, []int{j.Done, j.Failed, j.Created})
	seen := map[string]bool{}
	for _, r := range w.all(e) {
		require.False(t, seen[name(t, r, "name")], "a row went in twice")
		seen[name(t, r, "name")] = true
	}
	require.Len(t, seen, rows-rows/50, "a row was lost")
}

func TestExportsWaitOutAFullDisk(t *testing.T) {
	w := newWorld(t)
	e := w.customers()
	w.bring(e, "x.csv", []byte(customersCSV(20_000, 1000, ",")), nil)
	// The disk fills as the export begins.
	look := func(tenant schema.TenantID, c *store.Commit) {
		if tenant == w.tenant && len(c.Docs) == 1 && strings.Contains(string(c.Docs[0].Body), string(ingest.Running)) {
			w.before.Store(nil)
			w.full.Store(true)
		}
	}
	w.before.Store(&look)
	started, err := w.service.Export(t.Context(), w.boss(), ingest.ExportRequest{Entity: e.ID, Format: "csv"})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		j, err := w.service.Get(t.Context(), w.boss(), started.ID)
		return err == nil && len(j.Notes) > 0 && j.Notes[0].Code == "store.full"
	}, 10*time.Second, 5*time.Millisecond, "it tells that it waits")
	w.full.Store(false)
	j := w.wait(started.ID)
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Empty(t, j.Notes)
	lines, err := csv.NewReader(bytes.NewReader(w.files.all[j.File])).ReadAll()
	require.NoError(t, err)
	require.Len(t, lines, w.count(e)+1, "a heading and each record once")
}
