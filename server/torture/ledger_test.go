package torture

import (
	"fmt"
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const batchOf = 3 // records that belong together

type row = map[string]any

// ledger writes batches of records that belong together and remembers what was
// acknowledged. Afterwards it compares.
type ledger struct {
	t   *testing.T
	app string
	ent string

	mu      sync.Mutex
	batches map[string]*batch
	acked   int
	others  map[int]int // statuses that were no success
}

// batch is what is known of three records.
type batch struct {
	tag   string
	ids   []string
	made  bool // acknowledged
	n     int  // the last acknowledged step
	tried int  // the last step that was asked for
}

func newLedger(t *testing.T, p *program) *ledger {
	t.Helper()
	l := &ledger{t: t, batches: map[string]*batch{}, others: map[int]int{}}
	l.app = p.ok("POST", "/apps", row{"name": "账本"}).str("id")
	l.ent = p.ok("POST", "/apps/"+l.app+"/entities", row{"name": "条目", "fields": []any{
		row{"key": "name", "name": "名称", "type": "text"},
		row{"key": "code", "name": "编码", "type": "text", "unique": true},
		row{"key": "n", "name": "步", "type": "number"},
		row{"key": "no", "name": "单号", "type": "autoNumber", "options": row{"pattern": "A{0}"}},
	}}).str("id")
	return l
}

func (l *ledger) records() string { return "/entities/" + l.ent + "/records" }

func code(tag string, i int) string { return tag + "/" + strconv.Itoa(i) }

func creation(tag string) row {
	var recs []any
	for i := range batchOf {
		recs = append(recs, row{"fields": row{"name": "条目 " + tag, "code": code(tag, i), "n": 0}})
	}
	return row{"records": recs}
}

// create makes a batch; it may be called again with the same tag. The answer
// is nil where the connection broke.
func (l *ledger) create(p *program, tag string, headers ...header) (*answer, *batch) {
	l.mu.Lock()
	b := l.batches[tag]
	if b == nil {
		b = &batch{tag: tag}
		l.batches[tag] = b
	}
	l.mu.Unlock()
	a, err := p.call("POST", l.records(), creation(tag), append(headers, header{"Idempotency-Key", "create-" + tag})...)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil {
		return nil, b
	}
	if a.Status >= 300 {
		l.others[a.Status]++
		return a, b
	}
	l.acked++
	b.made, b.ids = true, nil
	for _, r := range a.list("records") {
		id, _ := r["id"].(string)
		b.ids = append(b.ids, id)
	}
	return a, b
}

// step raises the number of a whole batch at once.
func (l *ledger) step(p *program, b *batch) *answer {
	l.mu.Lock()
	b.tried = max(b.tried, b.n) + 1
	to := b.tried
	var recs []any
	for _, id := range b.ids {
		recs = append(recs, row{"id": id, "fields": row{"n": to}})
	}
	l.mu.Unlock()
	a, err := p.call("PATCH", l.records(), row{"records": recs}, header{"Idempotency-Key", fmt.Sprintf("step-%s-%d", b.tag, to)})
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case err != nil:
		return nil
	case a.Status >= 300:
		l.others[a.Status]++
	default:
		l.acked++
		b.n = to
	}
	return a
}

// work creates and steps until done says so or a connection breaks.
func (l *ledger) work(p *program, name string, done func() bool) {
	for i := 0; !done(); i++ {
		a, b := l.create(p, name+"-"+strconv.Itoa(i))
		if a == nil {
			return
		}
		if a.Status >= 300 {
			continue
		}
		if i%2 == 0 && l.step(p, b) == nil {
			return
		}
	}
}

// all reads every record, in pages.
func (l *ledger) all(p *program) []row {
	l.t.Helper()
	var out []row
	for cursor := ""; ; {
		body := row{"limit": 1000}
		if cursor != "" {
			body["cursor"] = cursor
		}
		a := p.ok("POST", l.records()+"/query", body)
		out = append(out, a.list("records")...)
		if cursor = a.str("nextCursor"); cursor == "" {
			return out
		}
	}
}

// verify counts what is lost, double and torn among all records.
func (l *ledger) verify(p *program) {
	l.t.Helper()
	lost, dup, torn := 0, 0, 0
	steps := map[string]int{}
	numbers := map[string]bool{}
	all := l.all(p)
	for _, r := range all {
		f, _ := r["fields"].(row)
		c, _ := f["code"].(string)
		n, _ := f["n"].(float64)
		no, _ := f["no"].(string)
		if _, ok := steps[c]; ok || numbers[no] || no == "" {
			dup++
		}
		steps[c], numbers[no] = int(n), true
	}
	for i := range all {
		if !numbers["A"+strconv.Itoa(i+1)] {
			torn++ // a number is given out with its record or not at all
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	known := 0
	for _, b := range l.batches {
		first, there := steps[code(b.tag, 0)]
		for i := range batchOf {
			n, ok := steps[code(b.tag, i)]
			switch {
			case ok != there, n != first:
				torn++
			case b.made && !ok, ok && n < b.n:
				lost++
			case ok && n > b.tried:
				dup++
			}
			if ok {
				known++
			}
		}
	}
	require.Equal(l.t, []int{0, 0, 0}, []int{lost, dup, torn}, "LOST, DUP, TORN of %d records", len(all))
	require.Len(l.t, all, known, "records that nobody asked for")
}

// repeat sends again, with the same keys, what had no answer: afterwards each
// batch is there once. A program that was killed within a transaction of MongoDB
// leaves it open until the server ends it, so a repeat may be asked to wait.
func (l *ledger) repeat(p *program) (repeated int) {
	l.t.Helper()
	for _, b := range l.list() {
		if b.made {
			continue
		}
		repeated++
		a, _ := l.create(p, b.tag)
		for wait := 0; a != nil && a.Status == 503 && wait < 40; wait++ {
			require.NotEmpty(l.t, a.Header.Get("Retry-After"))
			pause(250 * time.Millisecond)
			a, _ = l.create(p, b.tag)
		}
		require.NotNil(l.t, a)
		require.Less(l.t, a.Status, 300, "%s", a.Raw)
	}
	return repeated
}

func (l *ledger) list() []*batch {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]*batch, 0, len(l.batches))
	for _, b := range l.batches {
		out = append(out, b)
	}
	return out
}

func (l *ledger) sum() (acked int, others map[int]int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.acked, maps.Clone(l.others)
}
