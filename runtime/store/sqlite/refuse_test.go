package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
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

// A field becomes searched and sorted by, and the disk fills while that is made
// for the records that there are. It is gone on with when there is room again.
func TestWhatIsMadeForAFieldIsGoneOnWithAfterTheDiskWasFull(t *testing.T) {
	const rows = 6000
	disk := smallDisk(t)
	e, err := Open(t.Context(), Options{Dir: filepath.Join(disk, "db"), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	plain := &store.Shape{Entity: 7, Rev: 1, Fields: []store.FieldShape{{ID: 1, Kind: schema.KindText}}}
	for from := 0; from < rows; from += 1000 {
		c := &store.Commit{}
		for i := from; i < from+1000; i++ {
			c.Ops = append(c.Ops, store.Op{Kind: store.OpCreate, Shape: plain, ID: schema.RecordID(i + 1), Set: schema.Values{1: fmt.Sprintf("a text of its own, %d, %x", i, i*7919)}})
		}
		_, err := e.Commit(t.Context(), 1, c)
		require.NoError(t, err)
	}
	free := fillDisk(t, disk)
	left, err := os.Stat(filepath.Join(disk, "ballast"))
	require.NoError(t, err)
	require.NoError(t, os.Truncate(filepath.Join(disk, "ballast"), left.Size()-200<<10)) // enough to say what the field is from now on
	sought := &store.Shape{Entity: 7, Rev: 2, Fields: []store.FieldShape{{ID: 1, Kind: schema.KindText, Searchable: true, Indexed: true, Unique: true}}}
	require.NoError(t, e.Ensure(t.Context(), 1, sought))
	require.Eventually(t, func() bool {
		e.refused.mu.Lock()
		defer e.refused.mu.Unlock()
		return errors.Is(e.refused.all[1], store.ErrFull)
	}, 10*time.Second, time.Millisecond, "the disk is too small for it")

	free()
	require.NoError(t, putDoc(t, e, "after"))
	f, err := e.acquire(t.Context(), 1, false)
	require.NoError(t, err)
	defer e.release(f)
	whole := columnNow{Kind: schema.KindText, Indexed: true, Grammed: true, Claimed: true}
	require.Eventually(t, func() bool { return f.layout.Load().tables[7].Cols[1] == whole }, 20*time.Second, 5*time.Millisecond)
	require.NoError(t, e.View(t.Context(), 1, func(r store.Reader) error {
		n, err := r.Count(t.Context(), sought, query.TextOp{Field: 1, Val: "text of its own"}, 0)
		require.EqualValues(t, rows, n, "no record was skipped")
		return err
	}))
	var claims int64
	require.NoError(t, f.do(t.Context(), func(w *writer) (err error) {
		claims, _, err = w.c.number("SELECT count(*) FROM uniq")
		return err
	}))
	require.EqualValues(t, rows, claims, "each value is claimed")
}
