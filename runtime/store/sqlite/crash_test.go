package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// crashDir, in the environment, makes the test program the child that writes
// there until it is killed.
const crashDir = "TONGBAN_CRASH_DIR"

const crashTenant schema.TenantID = 5

var crashShape = &store.Shape{Entity: 9, Rev: 1, Fields: []store.FieldShape{
	{ID: 1, Kind: schema.KindText, Searchable: true, SortKey: store.SortPinyin, Indexed: true},
	{ID: 2, Kind: schema.KindInt},
	{ID: 3, Kind: schema.KindText, Unique: true},
	{ID: 4, Kind: schema.KindSet},
	{ID: 5, Kind: schema.KindText, SortKey: store.SortNatural},
}}

// crashChild writes from several goroutines and prints a line for each commit
// that was acknowledged.
func crashChild(dir string) int {
	e, err := Open(context.Background(), Options{Dir: dir, Now: time.Now})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	base := time.Now().UnixNano() / 1000 << 4
	var mu sync.Mutex
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := 0; ; n++ {
				line, err := crashWrite(e, base, int64(w), n)
				mu.Lock()
				if err != nil {
					fmt.Println("error", err)
				} else {
					fmt.Println(line)
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return 0
}

// crashWrite commits a batch of three records that belong together, one that
// changes them, or one that trashes one of them.
func crashWrite(e *Engine, base, w int64, n int) (string, error) {
	ctx := context.Background()
	at := base + w*100_000_000 + int64(n/3)*4
	ids := []schema.RecordID{schema.RecordID(at), schema.RecordID(at + 1), schema.RecordID(at + 2)}
	o := store.Origin{Actor: 1, Via: "crash", At: 1, ChangeSet: strconv.FormatInt(at, 10)}
	var ops []store.Op
	for i, id := range ids {
		text := func(version int) string { return fmt.Sprintf("撞毁 %d 版 %d", id, version) }
		code := fmt.Sprintf("code-%d", id)
		switch n % 3 {
		case 0:
			op := store.Op{Kind: store.OpCreate, Shape: crashShape, ID: id, Set: schema.Values{1: text(1), 2: int64(1), 3: code, 4: []int64{at, int64(i)}}}
			op.Numbers = []store.Number{{Field: 5, Counter: "crash", Prefix: "N"}}
			ops = append(ops, op)
		case 1:
			ops = append(ops, store.Op{
				Kind: store.OpUpdate, Shape: crashShape, ID: id, IfVersion: 1,
				Set: schema.Values{1: text(2), 2: int64(2), 4: []int64{at}}, Before: schema.Values{1: text(1), 2: int64(1), 4: []int64{at, int64(i)}},
			})
		default:
			if i == 0 {
				ops = append(ops, store.Op{Kind: store.OpTrash, Shape: crashShape, ID: id, IfVersion: 2, Before: schema.Values{3: code}})
			}
		}
	}
	c := &store.Commit{Origin: o, Ops: ops}
	if n%3 == 0 {
		c.Docs = []store.DocOp{{Kind: "crash", Key: o.ChangeSet, Body: []byte("x"), Log: true}}
	}
	_, err := e.Commit(ctx, crashTenant, c)
	return fmt.Sprintf("ok %d %d", at, n%3), err
}

// TestAKilledWriterLosesAndTearsNothing kills the child again and again, and
// then looks: all that was acknowledged is there, nothing is there by half.
// TONGBAN_CRASH_KILLS sets how often (default 4).
func TestAKilledWriterLosesAndTearsNothing(t *testing.T) {
	kills := 4
	if n, err := strconv.Atoi(os.Getenv("TONGBAN_CRASH_KILLS")); err == nil {
		kills = n
	}
	dir := t.TempDir()
	acknowledged := map[int64]int{} // batch → last step
	total := 0
	for kill := range kills {
		for _, line := range runAndKill(t, dir, time.Duration(20+kill%7*40)*time.Millisecond) {
			var at int64
			var step int
			_, err := fmt.Sscanf(line, "ok %d %d", &at, &step)
			require.NoError(t, err, line)
			acknowledged[at] = step
			total++
		}
		checkAfterCrash(t, dir, acknowledged)
	}
	require.Greater(t, total, kills, "the child has written")
	t.Logf("%d kills, %d acknowledged commits", kills, total)
}

// runAndKill runs the child for a while and returns what it acknowledged.
func runAndKill(t *testing.T, dir string, after time.Duration) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), crashDir+"="+dir)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var lines []string
	r := bufio.NewReader(out)
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			break // a last line without its end was not acknowledged
		}
		require.NoError(t, err)
		if len(lines) == 0 {
			time.AfterFunc(after, func() {
				if err := cmd.Process.Kill(); err != nil {
					t.Errorf("kill: %v", err)
				}
			})
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	require.Error(t, cmd.Wait(), "the child was killed")
	return lines
}

func checkAfterCrash(t *testing.T, dir string, acknowledged map[int64]int) {
	t.Helper()
	e, err := Open(t.Context(), Options{Dir: dir, Now: time.Now})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close()) }()
	live, trash := map[schema.RecordID]*schema.Record{}, map[schema.RecordID]*schema.Record{}
	var log []store.Change
	require.NoError(t, e.View(t.Context(), crashTenant, func(r store.Reader) error {
		for isTrash, into := range map[bool]map[schema.RecordID]*schema.Record{false: live, true: trash} {
			q := &query.Query{Limit: 1000, Trash: isTrash}
			for {
				page, err := r.Find(t.Context(), crashShape, q)
				if err != nil {
					return err
				}
				for _, rec := range page.Records {
					into[rec.ID] = rec
				}
				if q.After = page.Next; q.After == nil {
					break
				}
			}
		}
		for {
			var last schema.Seq
			if len(log) > 0 {
				last = log[len(log)-1].Seq
			}
			some, err := r.Changes(t.Context(), last, 1000)
			if err != nil || len(some) == 0 {
				return err
			}
			log = append(log, some...)
		}
	}))
	lost := checkAcknowledged(live, trash, acknowledged)
	torn, dup := checkWhole(t, live, trash, log)
	require.Equal(t, []int{0, 0, 0}, []int{lost, dup, torn}, "LOST, DUP, TORN")
	checkDerived(t, e, live)
}

// checkAcknowledged counts the acknowledged steps that are not there.
func checkAcknowledged(live, trash map[schema.RecordID]*schema.Record, acknowledged map[int64]int) (lost int) {
	for at, step := range acknowledged {
		for i := range int64(3) {
			id := schema.RecordID(at + i)
			r := live[id]
			if r == nil {
				r = trash[id]
			}
			switch {
			case r == nil, step >= 1 && r.Version < 2, step == 2 && i == 0 && r.Version < 3:
				lost++
			}
		}
	}
	return lost
}

// checkWhole counts batches of which only a part is there, and log lines that
// are missing or there twice.
func checkWhole(t *testing.T, live, trash map[schema.RecordID]*schema.Record, log []store.Change) (torn, dup int) {
	t.Helper()
	lines := map[schema.RecordID]schema.Version{}
	docs := map[string]bool{}
	numbers := map[string]bool{}
	for i, c := range log {
		require.Equal(t, schema.Seq(i+1), c.Seq)
		if c.Op == store.OpDoc {
			docs[c.DocKey] = true
			continue
		}
		if c.Version != lines[c.Record]+1 {
			dup++
		}
		lines[c.Record] = c.Version
	}
	all := map[schema.RecordID]*schema.Record{}
	for _, m := range []map[schema.RecordID]*schema.Record{live, trash} {
		for id, r := range m {
			if all[id] != nil {
				dup++
			}
			all[id] = r
			n, _ := r.Values[5].(string)
			if numbers[n] || n == "" {
				dup++
			}
			numbers[n] = true
		}
	}
	for i := range len(all) {
		if !numbers["N"+strconv.Itoa(i+1)] {
			torn++
		}
	}
	for id, r := range all {
		if lines[id] != r.Version {
			torn++
		}
		first := schema.RecordID(r.Values[4].([]int64)[0])
		for i := range schema.RecordID(3) {
			other := all[first+i]
			if other == nil || min(other.Version, 2) != min(r.Version, 2) || !docs[strconv.FormatInt(int64(first), 10)] {
				torn++
			}
		}
	}
	return torn, dup
}

// checkDerived compares what is derived from the records with them, and lets
// SQLite check the file.
func checkDerived(t *testing.T, e *Engine, live map[schema.RecordID]*schema.Record) {
	t.Helper()
	f, err := e.acquire(t.Context(), crashTenant, false)
	require.NoError(t, err)
	defer e.release(f)
	checks := []struct {
		sql  string
		want string
	}{
		{"SELECT count(*) FROM f9 WHERE f9 MATCH '\"撞毁\"'", strconv.Itoa(len(live))},
		{"SELECT count(*) FROM f9_docsize", strconv.Itoa(len(live))},
		{"SELECT count(DISTINCT rid) FROM l9", strconv.Itoa(len(live))},
		{"SELECT count(*) FROM uniq", strconv.Itoa(len(live))},
		{"SELECT count(*) FROM r9 WHERE p1 IS NULL", "0"},
		{"PRAGMA integrity_check", "ok"},
	}
	got := make([]string, len(checks))
	require.NoError(t, f.do(t.Context(), func(w *writer) error {
		for i, check := range checks {
			err := w.c.rows(check.sql, nil, func(s *zs.Stmt) error { got[i] = s.ColumnText(0); return nil })
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for i, check := range checks {
		require.Equal(t, check.want, got[i], check.sql)
	}
}
