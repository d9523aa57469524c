package file_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/file"
	"tongban/runtime/ids"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
	"tongban/schema/fail"
)

type world struct {
	t     *testing.T
	at    time.Time
	files *file.Service
	who   access.Actor
	root  string
}

// onBoth runs a scenario with bytes on the disk and with bytes in the store.
func onBoth(t *testing.T, quota int64, fn func(t *testing.T, w *world)) {
	t.Helper()
	for _, name := range []string{"disk", "chunks"} {
		t.Run("with bytes on "+name, func(t *testing.T) {
			w := &world{t: t, at: time.Now(), who: access.Actor{Tenant: 7, User: 1}, root: t.TempDir()}
			now := func() time.Time { return w.at }
			engine, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: now})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, engine.Close()) })
			src := ids.New(now, 0)
			var blobs file.Blobs = file.NewDisk(w.root)
			if name == "chunks" {
				blobs = file.NewChunks(engine, src, now)
			}
			w.files = file.New(file.Options{Engine: engine, Blobs: blobs, IDs: src, Now: now, Quota: quota})
			fn(t, w)
		})
	}
}

func (w *world) save(body string) *file.Info {
	w.t.Helper()
	f, err := w.files.Save(w.t.Context(), w.who, "a.txt", strings.NewReader(body))
	require.NoError(w.t, err)
	return f
}

func (w *world) read(f *file.Info) (string, error) {
	w.t.Helper()
	r, err := w.files.Open(w.t.Context(), w.who.Tenant, f)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	require.NoError(w.t, err)
	return string(b), r.Close()
}

func (w *world) used() int64 {
	w.t.Helper()
	n, err := w.files.Used(w.t.Context(), w.who.Tenant)
	require.NoError(w.t, err)
	return n
}

func (w *world) attach(f *file.Info) {
	w.t.Helper()
	own, err := w.files.Own(w.t.Context(), w.who, []schema.FileID{f.ID})
	require.NoError(w.t, err)
	require.Equal(w.t, []schema.FileID{f.ID}, own)
}

func TestSweep_takes_what_was_never_used_and_nothing_else(t *testing.T) {
	onBoth(t, 0, func(t *testing.T, w *world) {
		kept, left, twin := w.save("kept"), w.save("left behind"), w.save("kept")
		w.attach(kept)
		require.EqualValues(t, 4+11+4, w.used())
		n, err := w.files.SweepAll(t.Context())
		require.NoError(t, err)
		require.Zero(t, n, "nothing is old yet")

		w.at = w.at.Add(file.Unused + time.Hour)
		fresh := w.save("new")
		n, err = w.files.SweepAll(t.Context())
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.EqualValues(t, 4+3, w.used())
		for _, f := range []*file.Info{left, twin} {
			_, err = w.files.Info(t.Context(), w.who.Tenant, f.ID)
			require.Equal(t, fail.NotFound, fail.KindOf(err))
		}
		_, err = w.read(left)
		require.Equal(t, fail.NotFound, fail.KindOf(err), "its bytes are gone")
		got, err := w.read(kept)
		require.NoError(t, err)
		require.Equal(t, "kept", got, "the bytes that it shared with a swept file are there")
		got, err = w.read(fresh)
		require.NoError(t, err)
		require.Equal(t, "new", got)
	})
}

func TestSweep_keeps_bytes_that_were_just_saved_again(t *testing.T) {
	onBoth(t, 0, func(t *testing.T, w *world) {
		w.save("the same")
		w.at = w.at.Add(file.Unused + time.Hour)
		if entries, err := os.ReadDir(w.root); err == nil && len(entries) > 0 { // the clock of the disk is not ours
			require.NoError(t, filepath.WalkDir(w.root, func(path string, _ os.DirEntry, err error) error {
				if err != nil {
					return err
				}
				return os.Chtimes(path, w.at, w.at)
			}))
		}
		again := w.save("the same")
		n, err := w.files.SweepAll(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, n)
		got, err := w.read(again)
		require.NoError(t, err)
		require.Equal(t, "the same", got)
	})
}

func TestQuota_holds_also_for_many_uploads_at_once(t *testing.T) {
	const quota = 10 * 1000
	onBoth(t, quota, func(t *testing.T, w *world) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		fit, refused := 0, 0
		for i := range 16 {
			wg.Go(func() {
				_, err := w.files.Save(context.WithoutCancel(t.Context()), w.who, "a.bin", bytes.NewReader(bytes.Repeat([]byte{byte(i)}, 1000)))
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					fit++
				case fail.Of(err) != nil && fail.Of(err).Code == "file.quota":
					refused++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, 10, fit)
		require.Equal(t, 6, refused)
		require.EqualValues(t, fit*1000, w.used(), "what is counted is what is there")
		_, err := w.files.Save(t.Context(), w.who, "a.bin", strings.NewReader("y"))
		require.Equal(t, "file.quota", fail.Of(err).Code)
		require.Equal(t, fail.TooLarge, fail.KindOf(err))
		other := w.who
		other.Tenant = 8
		_, err = w.files.Save(t.Context(), other, "a.bin", strings.NewReader("another company has room"))
		require.NoError(t, err)
	})
}
