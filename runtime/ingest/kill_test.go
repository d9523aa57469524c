package ingest_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/ingest"
	"tongban/runtime/store"
	"tongban/schema"
)

// killed is what the process that is killed must know.
type killed struct {
	Dir    string
	Tenant schema.TenantID
	Entity schema.EntityID
	File   schema.FileID
	CSV    string
}

// TestKilledProcess is the process that gets killed; alone it does nothing.
func TestKilledProcess(t *testing.T) {
	raw := os.Getenv("TONGBAN_KILLED")
	if raw == "" {
		t.Skip("run by TestAnImportSurvivesKill9")
	}
	var k killed
	require.NoError(t, json.Unmarshal([]byte(raw), &k))
	w := &world{TB: t, dir: k.Dir, tenant: k.Tenant, files: &files{all: map[schema.FileID][]byte{}, name: map[schema.FileID]string{}}}
	data, err := os.ReadFile(k.CSV)
	require.NoError(t, err)
	require.Equal(t, k.File, w.files.put("x.csv", data))
	w.open()
	if w.onlyJob() == "" {
		_, err := w.service.Import(t.Context(), w.boss(), ingest.ImportRequest{Entity: k.Entity, Source: ingest.Source{File: k.File, Name: "x.csv"}})
		require.NoError(t, err)
	}
	w.wait(w.onlyJob()) // until it is done, or this process is killed
}

// onlyJob is the id of the one job of the tenant, "" before there is one.
func (w *world) onlyJob() string {
	w.Helper()
	id := ""
	err := w.engine.View(w.Context(), w.tenant, func(r store.Reader) error {
		docs, err := r.Docs(w.Context(), "ingest", "imp_", "", 10)
		for _, d := range docs {
			require.Empty(w, id, "two jobs")
			id = d.Key
		}
		return err
	})
	require.NoError(w, err)
	return id
}

func TestAnImportSurvivesKill9(t *testing.T) {
	if testing.Short() || os.Getenv("TONGBAN_TEST_ENGINE") == "mongo" {
		t.Skip("starts processes on one folder")
	}
	const rows = 30_000
	w := newWorld(t)
	e := w.customers()
	k := killed{Dir: w.dir, Tenant: w.tenant, Entity: e.ID, File: 1, CSV: filepath.Join(w.dir, "x.csv")}
	require.NoError(t, os.WriteFile(k.CSV, []byte(customersCSV(rows, 50, ",")), 0o600))
	w.stop()
	kills := 0
	for try := range 60 {
		raw, err := json.Marshal(k)
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledProcess$")
		cmd.Env = append(os.Environ(), "TONGBAN_KILLED="+string(raw))
		require.NoError(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(200+25*try)*time.Millisecond, func() {
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Errorf("kill: %v", err)
			}
		})
		err = cmd.Wait()
		timer.Stop()
		if err == nil {
			break
		}
		kills++
	}
	t.Logf("killed %d times", kills)
	require.Positive(t, kills)
	w.open()
	j := w.wait(w.onlyJob())
	require.Equal(t, ingest.Done, j.State, "%+v", j.Error)
	require.Equal(t, []int{rows, rows / 50, rows - rows/50}, []int{j.Done, j.Failed, j.Created})
	require.Equal(t, rows-rows/50, w.count(e))
	seen := map[string]bool{}
	for _, r := range w.all(e) {
		require.False(t, seen[name(t, r, "name")], r)
		seen[name(t, r, "name")] = true
	}
}
