package sqlite

import (
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
)

// smallDisk is a file system that a test may fill.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("this machine does not let the test mount a small disk (%v)", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

func fillDisk(t *testing.T, dir string) (free func()) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "ballast"))
	require.NoError(t, err)
	for size := 1 << 20; size >= 1; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
	require.NoError(t, f.Close())
	return func() { require.NoError(t, os.Remove(f.Name())) }
}

func docOf(t *testing.T, e *Engine, key string) (string, error) {
	t.Helper()
	var body string
	err := e.View(t.Context(), 1, func(r store.Reader) error {
		d, err := r.Doc(t.Context(), "k", key)
		body = string(d.Body)
		return err
	})
	return body, err
}

func putDoc(t *testing.T, e *Engine, key string) error {
	t.Helper()
	_, err := e.Commit(t.Context(), 1, &store.Commit{Docs: []store.DocOp{{Kind: "k", Key: key, IfVersion: -1, Body: []byte(key)}}})
	return err
}

func TestAFullDiskAtTheStartServesReadersAndWritesWhenThereIsRoomAgain(t *testing.T) {
	disk := smallDisk(t)
	dir := filepath.Join(disk, "db")
	e, err := Open(t.Context(), Options{Dir: dir, Now: time.Now})
	require.NoError(t, err)
	require.NoError(t, putDoc(t, e, "before"))
	require.NoError(t, e.Close())
	free := fillDisk(t, disk)
	e, err = Open(t.Context(), Options{Dir: dir, Now: time.Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	for range 3 {
		body, err := docOf(t, e, "before")
		require.NoError(t, err)
		require.Equal(t, "before", body)
		require.ErrorIs(t, putDoc(t, e, "full"), store.ErrFull)
		require.ErrorIs(t, e.Writable(t.Context(), 1), store.ErrFull)
	}
	free()
	require.Eventually(t, func() bool { return putDoc(t, e, "after") == nil }, 10*time.Second, 20*time.Millisecond)
	require.NoError(t, e.Writable(t.Context(), 1))
	for _, key := range []string{"before", "after"} {
		body, err := docOf(t, e, key)
		require.NoError(t, err)
		require.Equal(t, key, body)
	}
	_, err = docOf(t, e, "full")
	require.ErrorIs(t, err, store.ErrNotFound, "what was refused is not there")
}

func TestAReadOnlyDiskServesReadersAlsoAfterACrash(t *testing.T) {
	for name, clean := range map[string]bool{"stopped": true, "killed": false} {
		t.Run(name, func(t *testing.T) {
			disk := smallDisk(t)
			dir := filepath.Join(disk, "db")
			e, err := Open(t.Context(), Options{Dir: dir, Now: time.Now})
			require.NoError(t, err)
			require.NoError(t, putDoc(t, e, "before"))
			if !clean { // what a kill leaves: the file and what stands beside it
				copied := filepath.Join(disk, "copy")
				require.NoError(t, os.CopyFS(copied, os.DirFS(dir)))
				dir = copied
			}
			require.NoError(t, e.Close())
			require.NoError(t, syscall.Mount("", disk, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, "size=8m"))
			e, err = Open(t.Context(), Options{Dir: dir, Now: time.Now})
			require.NoError(t, err)
			defer func() { require.NoError(t, e.Close()) }()
			body, err := docOf(t, e, "before")
			require.NoError(t, err)
			require.Equal(t, "before", body)
			require.ErrorIs(t, putDoc(t, e, "refused"), store.ErrReadOnly)
			require.NoError(t, syscall.Mount("", disk, "", syscall.MS_REMOUNT, "size=8m"))
			require.Eventually(t, func() bool { return putDoc(t, e, "after") == nil }, 10*time.Second, 20*time.Millisecond)
			_, err = fs.Stat(os.DirFS(dir), filepath.Join("tenants", "1.db-wal"))
			require.NoError(t, err, "it is open for writing again")
			require.False(t, e.loose)
			require.NotNil(t, e.lock, "the folder is locked before anything is written")
		})
	}
}

func TestADiskThatFillsWhileTheEngineRunsIsToldAndSoIsTheEndOfIt(t *testing.T) {
	disk := smallDisk(t)
	now := time.Now()
	e, err := Open(t.Context(), Options{Dir: filepath.Join(disk, "db"), Now: func() time.Time { return now }})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	require.NoError(t, putDoc(t, e, "before"))
	require.NoError(t, e.Refusing(t.Context()))
	free := fillDisk(t, disk)
	require.NoError(t, e.Refusing(t.Context()), "nothing was refused yet")
	for i := 0; ; i++ {
		if err := putDoc(t, e, "full"+strconv.Itoa(i)); err != nil {
			require.ErrorIs(t, err, store.ErrFull)
			break
		}
	}
	for range 3 {
		now = now.Add(2 * lookAgain)
		require.ErrorIs(t, e.Refusing(t.Context()), store.ErrFull)
	}
	free()
	require.ErrorIs(t, e.Refusing(t.Context()), store.ErrFull, "it is tried once a second")
	now = now.Add(2 * lookAgain)
	require.NoError(t, e.Refusing(t.Context()))
	require.NoError(t, putDoc(t, e, "after"))
}
