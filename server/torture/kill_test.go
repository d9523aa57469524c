package torture

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"mime/multipart"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"tongban/runtime/store/mongo/mongotest"
)

func never() bool { return false }

// missed is how often a kill may miss the work that it is meant for before a test says so.
const missed = 60

func TestAKilledProgramLosesDoublesAndTearsNothing(t *testing.T) {
	t.Run("on sqlite", func(t *testing.T) { killLoop(t, 5, 20) })
	t.Run("on mongodb", func(t *testing.T) { killLoop(t, 2, 3, "TONGBAN_STORE="+mongotest.Start(t)) })
}

// killLoop kills the program while it writes, at least so many times, and
// expects so many acknowledged writes a round at least.
func killLoop(t *testing.T, rounds, least int, env ...string) {
	t.Helper()
	p := newProgram(t, t.TempDir(), env...)
	l := newLedger(t, p)
	repeated, slowest := 0, time.Duration(0)
	began := time.Now()
	round := 0
	for ; again(t, began, round, rounds); round++ {
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() { l.work(p, fmt.Sprintf("k%d-%d", round, w), never) })
		}
		pause(time.Duration(100+rand.IntN(500)) * time.Millisecond)
		p.kill()
		wg.Wait()
		slowest = max(slowest, p.start())
		l.verify(p)
		repeated += l.repeat(p)
		l.verify(p)
	}
	acked, others := l.sum()
	require.Greater(t, acked, least*round, "the writers have written")
	if len(env) > 0 {
		delete(others, 503) // the server still holds a transaction of the killed program
	}
	require.Empty(t, others, "statuses that are no success")
	require.Less(t, slowest, 10*time.Second)
	t.Logf("%d kills, %d acknowledged, %d repeated, LOST 0, DUP 0, TORN 0, slowest start %v", round, acked, repeated, slowest.Round(time.Millisecond))
}

// upload is a multipart body with a CSV file.
func upload(t testing.TB, name, csv string) *form {
	t.Helper()
	f := &form{}
	w := multipart.NewWriter(&f.Buffer)
	part, err := w.CreateFormFile("file", name)
	require.NoError(t, err)
	_, err = part.Write([]byte(csv))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	f.kind = w.FormDataContentType()
	return f
}

func csvOf(prefix string, rows int) string {
	var b strings.Builder
	b.WriteString("name,code,n\n")
	for i := range rows {
		fmt.Fprintf(&b, "导入 %d,%s-%d,%d\n", i, prefix, i, i)
	}
	return b.String()
}

// settle waits until a job has ended.
func (p *program) settle(path string) *answer {
	p.t.Helper()
	for range 600 {
		a := p.ok("GET", path, nil)
		if s := a.str("state"); s != "queued" && s != "running" && s != "undoing" {
			return a
		}
		pause(50 * time.Millisecond)
	}
	require.Fail(p.t, "the job does not end", path)
	return nil
}

// restartUntilSettled kills the program again and again while a job runs.
func (p *program) restartUntilSettled(path string, kills int) *answer {
	p.t.Helper()
	for i := range kills {
		pause(time.Duration(30+rand.IntN(60*(i+1))) * time.Millisecond)
		p.kill()
		p.start()
	}
	return p.settle(path)
}

func TestAKilledImportIsThereWholeAndOnce(t *testing.T) {
	const rows = 4000
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	began := time.Now()
	resumed := 0
	round := 0
	for ; again(t, began, round, 2) || resumed == 0 && round < missed; round++ {
		prefix := "i" + strconv.Itoa(round)
		id := p.ok("POST", "/entities/"+l.ent+"/imports", upload(t, "条目.csv", csvOf(prefix, rows))).str("id")
		done := p.restartUntilSettled("/imports/"+id, 3)
		require.Equal(t, "done", done.str("state"), "%s", done.Raw)
		require.InDelta(t, rows, done.JSON["created"], 0)
		if done.JSON["resumedAt"] != nil {
			resumed++
		}
		seen := map[string]int{}
		for _, r := range l.all(p) {
			c, _ := r["fields"].(row)["code"].(string)
			if strings.HasPrefix(c, prefix+"-") {
				seen[c]++
			}
		}
		require.Len(t, seen, rows)
		for c, n := range seen {
			require.Equal(t, 1, n, c)
		}
	}
	require.Positive(t, resumed, "the kills have met running imports")
}

func TestAKilledExportIsThereWholeOrNotAtAll(t *testing.T) {
	const rows = 4000
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	id := p.ok("POST", "/entities/"+l.ent+"/imports", upload(t, "条目.csv", csvOf("e", rows))).str("id")
	require.Equal(t, "done", p.settle("/imports/"+id).str("state"))
	began := time.Now()
	for round := 0; again(t, began, round, 3); round++ {
		format := []string{"csv", "jsonl", "xlsx"}[round%3]
		id := p.ok("POST", "/entities/"+l.ent+"/exports", row{"format": format}).str("id")
		pause(time.Duration(rand.IntN(80)) * time.Millisecond)
		p.kill()
		p.start()
		done := p.settle("/exports/" + id)
		require.Equal(t, "done", done.str("state"), "%s", done.Raw)
		file := p.ok("GET", done.str("fileUrl"), nil)
		switch format {
		case "csv":
			require.Equal(t, rows+1, strings.Count(string(file.Raw), "\n"))
		case "jsonl":
			require.Equal(t, rows, strings.Count(string(file.Raw), "\n"))
		default:
			book, err := excelize.OpenReader(bytes.NewReader(file.Raw))
			require.NoError(t, err)
			lines, err := book.GetRows(book.GetSheetName(0))
			require.NoError(t, err)
			require.Len(t, lines, rows+1)
		}
	}
}

// fields makes and deletes fields until the connection breaks, and knows which
// must be there, and which may.
type fields struct {
	must, may map[string]bool
}

func (f *fields) work(t *testing.T, p *program, ent, prefix string) {
	for i := 0; ; i++ {
		key := prefix + "_" + strconv.Itoa(i)
		in := row{"key": key, "name": key, "type": []string{"text", "number", "date", "singleSelect"}[i%4]}
		if i%4 == 3 {
			in["options"] = row{"choices": []any{row{"name": "甲"}, row{"name": "乙"}}}
		}
		f.may[key] = true
		a, err := p.call("POST", "/entities/"+ent+"/fields", in)
		if err != nil {
			return
		}
		if a.Status >= 300 {
			if a.str("code") != "field.tooMany" {
				t.Errorf("add a field: %s", a.Raw)
			}
			return
		}
		f.must[key] = true
		if i%12 == 5 { // few stay: an entity has room for 200
			continue
		}
		delete(f.must, key)
		if a, err = p.call("DELETE", "/entities/"+ent+"/fields/"+a.str("id"), nil); err != nil {
			return
		}
		if a.Status < 300 {
			delete(f.may, key)
		}
	}
}

func (f *fields) verify(t *testing.T, p *program, ent string) {
	t.Helper()
	there := map[string]bool{}
	for _, fld := range p.ok("GET", "/entities/"+ent, nil).list("fields") {
		key, _ := fld["key"].(string)
		if there[key] = true; !strings.Contains(key, "_") {
			continue
		}
		require.True(t, f.may[key], "field %s is deleted", key)
		p.ok("POST", "/entities/"+ent+"/records/query", row{
			"filter": row{"field": key, "op": "isEmpty"}, "sort": []any{row{"field": key, "dir": "asc"}}, "limit": 1,
		})
	}
	for key := range f.must {
		require.True(t, there[key], "field %s was acknowledged", key)
	}
}

func TestAKilledChangeOfTheSchemaLeavesTheOldOrTheNew(t *testing.T) {
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	f := &fields{must: map[string]bool{}, may: map[string]bool{}}
	began := time.Now()
	const most = 20 // a table has room for so many rounds
	for round := 0; round < most && again(t, began, round, 4); round++ {
		var wg sync.WaitGroup
		wg.Go(func() { l.work(p, "s"+strconv.Itoa(round), never) })
		wg.Go(func() { f.work(t, p, l.ent, "f"+strconv.Itoa(round)) })
		pause(time.Duration(100+rand.IntN(200)) * time.Millisecond)
		p.kill()
		wg.Wait()
		p.start()
		l.repeat(p)
		l.verify(p)
		f.verify(t, p, l.ent)
	}
	require.NotEmpty(t, f.must)
}

func TestAKilledBulkEditIsDoneOrNotBegun(t *testing.T) {
	const rows = 1000
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	id := p.ok("POST", "/entities/"+l.ent+"/imports", upload(t, "条目.csv", csvOf("b", rows))).str("id")
	require.Equal(t, "done", p.settle("/imports/"+id).str("state"))
	all := l.all(p)
	require.Len(t, all, rows)
	began := time.Now()
	cut := 0
	for round := 1; again(t, began, round, 6) || cut == 0 && round < missed; round++ {
		var edits []any
		for _, r := range all {
			edits = append(edits, row{"id": r["id"], "fields": row{"n": -round}})
		}
		acked := make(chan bool, 1)
		go func() {
			a, err := p.call("PATCH", l.records(), row{"records": edits})
			acked <- err == nil && a.Status < 300
		}()
		pause(time.Duration(rand.IntN(40)) * time.Millisecond)
		p.kill()
		done := <-acked
		p.start()
		steps := map[float64]int{}
		for _, r := range l.all(p) {
			n, _ := r["fields"].(row)["n"].(float64)
			steps[n]++
			if n != float64(-round) {
				steps[0]++
			}
		}
		changed := steps[float64(-round)]
		require.Contains(t, []int{0, rows}, changed, "a part of a batch was done")
		require.True(t, !done || changed == rows, "an acknowledged batch was lost")
		if !done {
			cut++
		}
	}
	require.Positive(t, cut, "the kills have met edits")
}
