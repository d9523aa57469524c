package torture

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// disk is a small file system of a test's own.
type disk struct {
	t    *testing.T
	path string
}

// newDisk mounts one; options are those of tmpfs.
func newDisk(t *testing.T, options string) *disk {
	t.Helper()
	d := &disk{t, t.TempDir()}
	if err := syscall.Mount("tmpfs", d.path, "tmpfs", 0, options); err != nil {
		t.Skipf("this machine does not let the test mount a small disk (%v): run it as root on Linux", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.path, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return d
}

func (d *disk) data() string { return filepath.Join(d.path, "data") }

// fill takes all the space that there is.
func (d *disk) fill() (free func()) {
	d.t.Helper()
	name := filepath.Join(d.path, "ballast")
	f, err := os.Create(name)
	require.NoError(d.t, err)
	for size := 1 << 20; size >= 1; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			require.ErrorIs(d.t, err, syscall.ENOSPC)
			size /= 2
		}
	}
	require.NoError(d.t, f.Close())
	return func() { require.NoError(d.t, os.Remove(name)) }
}

// crowd takes all the inodes that there are.
func (d *disk) crowd() (free func()) {
	d.t.Helper()
	dir := filepath.Join(d.path, "crowd")
	require.NoError(d.t, os.Mkdir(dir, 0o700))
	for i := 0; ; i++ {
		f, err := os.Create(filepath.Join(dir, strconv.Itoa(i)))
		if err != nil {
			require.ErrorIs(d.t, err, syscall.ENOSPC)
			break
		}
		require.NoError(d.t, f.Close())
	}
	return func() { require.NoError(d.t, os.RemoveAll(dir)) }
}

func (d *disk) remount(flags uintptr, options string) error {
	return syscall.Mount("", d.path, "", syscall.MS_REMOUNT|flags, options)
}

// refusedClearly wants 507 in the language that was asked for.
func refusedClearly(t *testing.T, p *program, what string, send func(lang header) *answer, code, zh, en string) {
	t.Helper()
	for lang, text := range map[string]string{"zh-CN": zh, "en": en} {
		a := send(header{"Accept-Language", lang})
		require.Equal(t, 507, a.Status, "%s answers %s\n%s", what, a.Raw, tail(p.log.String(), 2000))
		require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
		require.Equal(t, code, a.str("code"), "%s answers %s", what, a.Raw)
		require.NotEmpty(t, a.Header.Get("Retry-After"))
		if strings.HasPrefix(a.Header.Get("Content-Language"), lang[:2]) {
			require.Contains(t, a.str("detail"), text)
		}
	}
}

// reads wants everything that reads to go on.
func (l *ledger) reads(p *program) {
	l.t.Helper()
	p.ok("GET", "/me", nil)
	p.ok("GET", "/entities/"+l.ent, nil)
	p.ok("GET", "/entities/"+l.ent+"/records?limit=5&sort=-n", nil)
	p.ok("POST", l.records()+"/query", row{"search": "条目", "limit": 5})
	p.ok("GET", "/changes?after=0&limit=10", nil)
	p.ok("GET", "/readyz", nil)
}

// writesAgain wants a write to succeed within 30 s, without a restart.
func (l *ledger) writesAgain(p *program, tag string) {
	l.t.Helper()
	until := time.Now().Add(30 * time.Second)
	for i := 0; ; i++ {
		a, _ := l.create(p, fmt.Sprintf("%s-%d", tag, i))
		require.NotNil(l.t, a)
		if a.Status < 300 {
			return
		}
		require.True(l.t, time.Now().Before(until), "writes do not come back: %s", a.Raw)
		pause(100 * time.Millisecond)
	}
}

// exhaust writes with several writers until all of them are refused.
func (l *ledger) exhaust(p *program, tag string) {
	l.t.Helper()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			refused := 0
			l.work(p, fmt.Sprintf("%s%d", tag, w), func() bool {
				_, others := l.sum()
				refused = 0
				for _, n := range others {
					refused += n
				}
				return refused > 40
			})
		})
	}
	wg.Wait()
}

func TestAFullDiskRefusesWritesAndNothingElse(t *testing.T) {
	d := newDisk(t, "size=48m")
	p := newProgram(t, d.data())
	l := newLedger(t, p)
	var stop atomic.Bool
	time.AfterFunc(300*time.Millisecond, func() { stop.Store(true) })
	l.work(p, "before", stop.Load)
	free := d.fill()
	l.exhaust(p, "full")
	_, others := l.sum()
	require.Equal(t, []int{507}, keys(others))
	refusedClearly(t, p, "create", func(lang header) *answer { return l.refused(p, lang) }, "store.full", "存储空间", "storage space")
	big := upload(t, "图.bin", strings.Repeat("x", 100<<10))
	refusedClearly(t, p, "upload", func(lang header) *answer { return p.do("POST", "/files", big, lang) }, "store.full", "存储空间", "storage space")
	l.reads(p)
	require.Contains(t, string(p.ok("GET", "/readyz", nil).Raw), "reading only: the disk")
	l.verify(p)
	free()
	require.Eventually(t, func() bool {
		return !strings.Contains(string(p.ok("GET", "/readyz", nil).Raw), "reading only")
	}, 5*time.Second, 50*time.Millisecond, "room is noticed though nobody writes")
	l.writesAgain(p, "after")
	l.repeat(p)
	l.verify(p)
	p.kill()
	p.start()
	l.verify(p)
}

func TestADiskWithoutInodesRefusesFilesAndNothingElse(t *testing.T) {
	d := newDisk(t, "size=64m,nr_inodes=200")
	p := newProgram(t, d.data())
	l := newLedger(t, p)
	a, _ := l.create(p, "before")
	require.Less(t, a.Status, 300)
	free := d.crowd()
	small := upload(t, "图.bin", "x")
	refusedClearly(t, p, "upload", func(lang header) *answer { return p.do("POST", "/files", small, lang) }, "store.full", "存储空间", "storage space")
	l.reads(p)
	a, _ = l.create(p, "meanwhile") // needs no new file
	require.Less(t, a.Status, 300, "%s", a.Raw)
	free()
	p.ok("POST", "/files", small)
	l.writesAgain(p, "after")
	l.verify(p)
}

func TestAReadOnlyFolderIsNamedAndNeedsNoRestartAfterwards(t *testing.T) {
	d := newDisk(t, "size=64m")
	p := newProgram(t, d.data())
	l := newLedger(t, p)
	a, _ := l.create(p, "before")
	require.Less(t, a.Status, 300)
	p.kill() // a disk that is in use for writing does not turn read-only
	require.NoError(t, d.remount(syscall.MS_RDONLY, "size=64m"))
	p.start()
	refusedClearly(t, p, "login", func(lang header) *answer {
		return p.do("POST", "/auth/login", row{"email": "owner@example.com", "password": password}, lang)
	}, "store.readOnly", "只读", "read-only")
	refusedClearly(t, p, "create", func(lang header) *answer { return l.refused(p, lang) }, "store.readOnly", "只读", "read-only")
	require.Contains(t, string(p.ok("GET", "/readyz", nil).Raw), "reading only")
	l.reads(p)
	require.NoError(t, d.remount(0, "size=64m"))
	l.writesAgain(p, "after")
	l.verify(p)
}

func TestAFullDiskAtTheStartServesReadersAndWritesAgainLater(t *testing.T) {
	for _, way := range []string{"killed", "stopped"} {
		t.Run(way, func(t *testing.T) {
			d := newDisk(t, "size=48m")
			p := newProgram(t, d.data())
			l := newLedger(t, p)
			a, _ := l.create(p, "before")
			require.Less(t, a.Status, 300)
			if way == "stopped" {
				_, err := p.stop()
				require.NoError(t, err)
			} else {
				p.kill()
			}
			free := d.fill()
			p.start()
			l.reads(p)
			refusedClearly(t, p, "create", func(lang header) *answer { return l.refused(p, lang) }, "store.full", "存储空间", "storage space")
			if way == "stopped" { // a kill leaves room behind that takes some writes
				require.Contains(t, string(p.ok("GET", "/readyz", nil).Raw), "reading only")
			}
			free()
			l.writesAgain(p, "after")
			l.repeat(p)
			l.verify(p)
			require.Eventually(t, func() bool { // the disk is tried once a second
				return !strings.Contains(string(p.ok("GET", "/readyz", nil).Raw), "reading only")
			}, 5*time.Second, 50*time.Millisecond)
		})
	}
}

// refused creates until that is refused: room that the store already has may
// still do for a few.
func (l *ledger) refused(p *program, lang header) *answer {
	l.t.Helper()
	for {
		a, _ := l.create(p, fmt.Sprintf("refused-%d", len(l.list())), lang)
		require.NotNil(l.t, a)
		if a.Status >= 300 {
			return a
		}
	}
}

func keys(m map[int]int) []int {
	var out []int
	for k := range m {
		out = append(out, k)
	}
	return out
}
