package torture

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// entry makes a record and returns its path.
func (l *ledger) entry(p *program, fields row) string {
	l.t.Helper()
	return l.records() + "/" + p.ok("POST", l.records(), row{"fields": fields}).str("id")
}

func number(a *answer, field string) int {
	f, _ := a.JSON["fields"].(row)
	n, _ := f[field].(float64)
	return int(n)
}

func version(a *answer) int {
	v, _ := a.JSON["version"].(float64)
	return int(v)
}

func TestConditionalWritersLoseNoUpdate(t *testing.T) {
	const writers, each = 16, 10
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	path := l.entry(p, row{"name": "计数", "n": 0})
	var conflicts atomic.Int64
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for done := 0; done < each; {
				now, err := p.call("GET", path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				v := version(now)
				body, match := row{"fields": row{"n": number(now, "n") + 1}, "version": v}, []header(nil)
				if w%2 == 0 {
					body, match = row{"fields": row{"n": number(now, "n") + 1}}, []header{{"If-Match", strconv.Quote(strconv.Itoa(v))}}
				}
				a, err := p.call("PATCH", path, body, match...)
				switch {
				case err != nil:
					t.Error(err)
					return
				case a.Status == 200:
					done++
				case a.Status == 409 || a.Status == 412:
					conflicts.Add(1)
				default:
					t.Errorf("%d %s", a.Status, a.Raw)
					return
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, writers*each, number(p.ok("GET", path, nil), "n"))
	require.Positive(t, conflicts.Load(), "the writers have met")
}

func TestUnconditionalWritersAllStandInTheHistory(t *testing.T) {
	const each = 60
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	path := l.entry(p, row{"name": "起", "n": 0})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := 1; i <= each; i++ {
				f := row{"n": w*1000 + i}
				if w%2 == 1 {
					f = row{"name": fmt.Sprintf("名 %d-%d", w, i)}
				}
				if a, err := p.call("PATCH", path, row{"fields": f}); err != nil || a.Status != 200 {
					t.Errorf("%v %+v", err, a)
					return
				}
			}
		})
	}
	wg.Wait()
	now := p.ok("GET", path, nil)
	require.Equal(t, 1+4*each, version(now), "each write is a version")
	require.Equal(t, each, number(now, "n")%1000, "the last of one of the two writers of this field")
	history := p.ok("GET", path+"/history?limit=1000", nil).list("items")
	require.Len(t, history, 1+4*each)
	slices.Reverse(history)
	was := map[any]any{}
	for _, h := range history {
		changes, _ := h["changes"].([]any)
		for _, c := range changes {
			c, _ := c.(row)
			field, _ := c["field"].(row)
			if h["op"] != "create" {
				require.Equal(t, was[field["key"]], c["before"], "version %v replaces what the one before it left", h["version"])
			}
			was[field["key"]] = c["after"]
		}
	}
	require.EqualValues(t, number(now, "n"), was["n"])
}

func TestOneOfManyGetsAUniqueValue(t *testing.T) {
	const writers = 40
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	for round := range 5 {
		var made, refused atomic.Int64
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				a, err := p.call("POST", l.records(), row{"fields": row{"name": "抢", "code": fmt.Sprintf("Only-%d", round)}})
				switch {
				case err != nil:
					t.Error(err)
				case a.Status == 201:
					made.Add(1)
				case a.Status == 422 && a.str("code") == "field.notUnique":
					refused.Add(1)
				default:
					t.Errorf("%d %s", a.Status, a.Raw)
				}
			})
		}
		wg.Wait()
		require.Equal(t, []int64{1, writers - 1}, []int64{made.Load(), refused.Load()})
	}
	numbers := map[string]bool{}
	for _, r := range l.all(p) {
		no, _ := r["fields"].(row)["no"].(string)
		numbers[no] = true
	}
	require.Equal(t, map[string]bool{"A1": true, "A2": true, "A3": true, "A4": true, "A5": true}, numbers, "what was refused took no number")
}

func TestNumbersHaveNoGapsAndNoDoubles(t *testing.T) {
	const writers, each = 25, 8
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	var wg sync.WaitGroup
	for w := range writers {
		n := 0
		wg.Go(func() { l.work(p, "w"+strconv.Itoa(w), func() bool { n++; return n > each }) })
	}
	wg.Wait()
	l.verify(p) // also counts the numbers
	require.Len(t, l.all(p), writers*each*batchOf)
}

func TestARequestThatIsSentTwiceHappensOnceAlsoAcrossARestart(t *testing.T) {
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	body := row{"fields": row{"name": "一次", "code": "once"}}
	key := header{"Idempotency-Key", "once"}
	first := p.ok("POST", l.records(), body, key)
	appKey := header{"Idempotency-Key", "app"}
	app := p.ok("POST", "/apps", row{"name": "只有一个"}, appKey)
	export := p.ok("POST", "/entities/"+l.ent+"/exports", row{"format": "csv"}, header{"Idempotency-Key", "export"})
	for range 2 {
		p.kill()
		p.start()
		again := p.ok("POST", l.records(), body, key)
		require.Equal(t, []any{first.Status, first.JSON["id"], first.JSON["version"]}, []any{again.Status, again.JSON["id"], again.JSON["version"]})
		require.Equal(t, string(app.Raw), string(p.ok("POST", "/apps", row{"name": "只有一个"}, appKey).Raw))
		require.Equal(t, export.str("id"), p.ok("POST", "/entities/"+l.ent+"/exports", row{"format": "csv"}, header{"Idempotency-Key", "export"}).str("id"))
		require.Equal(t, 422, p.do("POST", l.records(), row{"fields": row{"name": "别的"}}, key).Status, "the key belongs to another request")
	}
	require.Len(t, l.all(p), 1)
	t.Run("and when it is sent many times at once", func(t *testing.T) {
		var ids sync.Map
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				for range 50 {
					a, err := p.call("POST", l.records(), row{"fields": row{"name": "并发"}}, header{"Idempotency-Key", "burst"})
					if err != nil {
						t.Error(err)
						return
					}
					if a.Status == 201 {
						ids.Store(a.str("id"), true)
						return
					}
					if a.Status != 409 {
						t.Errorf("%d %s", a.Status, a.Raw)
						return
					}
					pause(20 * time.Millisecond)
				}
			})
		}
		wg.Wait()
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		require.Equal(t, 1, n)
		require.Len(t, l.all(p), 2)
	})
}
