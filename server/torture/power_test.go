package torture

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestACopyOfTheFolderAtAnyMomentHoldsWhatWasAcknowledged plays a loss of power:
// the folder is copied while it is written to, as a disk would be found that
// has all that was synced, and in its log perhaps a part of what was not.
func TestACopyOfTheFolderAtAnyMomentHoldsWhatWasAcknowledged(t *testing.T) {
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	began := time.Now()
	round := 0
	for ; again(t, began, round, 5); round++ {
		var wg sync.WaitGroup
		stop := make(chan struct{})
		for w := range 4 {
			wg.Go(func() {
				l.work(p, fmt.Sprintf("p%d-%d", round, w), func() bool {
					select {
					case <-stop:
						return true
					default:
						return false
					}
				})
			})
		}
		pause(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		before := l.snapshot()
		lost := t.TempDir()
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGSTOP)) // one moment, whatever the log goes through
		copyFolder(t, p.data, lost, round%2 == 1)
		require.NoError(t, p.cmd.Process.Signal(syscall.SIGCONT))
		close(stop)
		wg.Wait()
		survivor := &program{t: t, data: lost, token: p.token}
		t.Cleanup(survivor.bury)
		survivor.start()
		before.verifyAcknowledged(survivor)
		_, err := survivor.stop()
		require.NoError(t, err)
		out, err := survivor.command("fsck").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Contains(t, string(out), "ok")
	}
	acked, _ := l.sum()
	t.Logf("%d copies, %d acknowledged", round, acked)
}

// snapshot is the ledger at this moment.
func (l *ledger) snapshot() *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := &ledger{t: l.t, app: l.app, ent: l.ent, batches: map[string]*batch{}}
	for tag, b := range l.batches {
		c := *b
		out.batches[tag] = &c
	}
	return out
}

// verifyAcknowledged is verify where more may have been written since.
func (l *ledger) verifyAcknowledged(p *program) {
	l.t.Helper()
	steps := map[string]int{}
	for _, r := range l.all(p) {
		f, _ := r["fields"].(row)
		c, _ := f["code"].(string)
		n, _ := f["n"].(float64)
		require.NotContains(l.t, steps, c)
		steps[c] = int(n)
	}
	require.Zero(l.t, len(steps)%batchOf, "batches are whole")
	for _, b := range l.batches {
		for i := range batchOf {
			n, ok := steps[code(b.tag, i)]
			require.True(l.t, ok || !b.made, "%s was acknowledged before the copy", code(b.tag, i))
			require.GreaterOrEqual(l.t, n, b.n)
			require.Equal(l.t, steps[code(b.tag, 0)], n, "%s is torn", b.tag)
		}
	}
}

// copyFolder copies the database before its log, so that the log holds all that
// the database file does not. torn adds the beginning of a write that never
// ended, and leaves out the file that is only memory.
func copyFolder(t *testing.T, from, to string, torn bool) {
	t.Helper()
	var files, logs []string
	require.NoError(t, filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || d.IsDir():
			return err
		case strings.HasSuffix(path, "-wal"):
			logs = append(logs, path)
		case strings.HasSuffix(path, "-shm") && torn:
		default:
			files = append(files, path)
		}
		return nil
	}))
	for _, path := range append(files, logs...) {
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		require.NoError(t, err)
		if torn && strings.HasSuffix(path, "-wal") && len(b) > 0 {
			b = append(b, b[:rand.IntN(min(len(b), 9000))]...)
		}
		rel, err := filepath.Rel(from, path)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(to, rel)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(to, rel), b, 0o600))
	}
}
