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
	"tongban/schema"
)

// killed is what the process that is killed must know.
type killed struct {
	Dir    string
	Tenant schema.TenantID
	Entity schema.EntityID
	File   schema.FileID
	CSV    string
	Job    string
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
	if k.Job == "" {
		_, err := w.service.Import(t.Context(), w.boss(), ingest.ImportRequest{Entity: k.Entity, Source: ingest.Source{File: k.File, Name: "x.csv"}})
		require.NoError(t, err)
	}
	for range 6000 {
		pause() // until it is killed, or there is nothing left to do
		if w.service.Idle() {
			return
		}
	}
}

func TestAnImportSurvivesKill9(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	const rows = 8000
	w := newWorld(t)
	e := w.customers()
	k := killed{Dir: w.dir, Tenant: w.tenant, Entity: e.ID, File: 1, CSV: filepath.Join(w.dir, "x.csv")}
	require.NoError(t, os.WriteFile(k.CSV, []byte(customersCSV(rows, 50, ",")), 0o600))
	w.stop()
	kills := 0
	for try := range 30 {
		k.Job = map[bool]string{true: "", false: "there"}[try == 0]
		raw, err := json.Marshal(k)
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledProcess$")
		cmd.Env = append(os.Environ(), "TONGBAN_KILLED="+string(raw))
		require.NoError(t, cmd.Start())
		timer := time.AfterFunc(time.Duration(250+37*try)*time.Millisecond, func() {
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
	require.Positive(t, kills)
	w.open()
	require.Equal(t, rows-rows/50, w.count(e))
	seen := map[string]bool{}
	for _, r := range w.all(e) {
		require.False(t, seen[name(t, r, "name")], r)
		seen[name(t, r, "name")] = true
	}
}
