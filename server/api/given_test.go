package api_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Records that were there before a number or an identifier was asked for get
// theirs too, in the order in which they were made.
func TestRecordsThatAreThereGetNumbersAndIdentifiers(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		const many = 2500
		for at := 0; at < many; at += 500 {
			var recs []m
			for i := at; i < at+500; i++ {
				recs = append(recs, m{"fields": m{"name": strconv.Itoa(i)}})
			}
			w.ok("POST", p.records(), w.owner, m{"records": recs})
		}
		fields := "/entities/" + p.ent + "/fields"
		w.ok("POST", fields, w.owner, m{"name": "编号", "key": "no", "type": "autoNumber", "options": m{"pattern": "KH-{0000}"}})
		var others sync.WaitGroup
		for i := range 4 { // people go on meanwhile
			others.Go(func() {
				for k := range 25 {
					a := w.do("POST", p.records(), w.owner, m{"fields": m{"name": fmt.Sprintf("neu %d %d", i, k)}})
					if a.Status != 201 {
						t.Errorf("%s", a.Raw)
					}
				}
			})
		}
		others.Wait()
		w.ok("POST", fields, w.owner, m{"name": "标识", "key": "uid", "type": "uuid"})
		settled := func(key string) {
			require.Eventually(t, func() bool { return w.fieldNamed(p.ent, key)["updating"] == nil }, 30*time.Second, 20*time.Millisecond)
		}
		settled("no")
		settled("uid")
		numbers, ids, last := map[string]bool{}, map[string]bool{}, ""
		cursor := ""
		for {
			a := w.ok("POST", p.records()+"/query", w.owner, m{"limit": 1000, "cursor": cursor})
			for i := range a.list("records") {
				no, uid := a.str("records", i, "fields", "no"), a.str("records", i, "fields", "uid")
				require.Len(t, uid, 36)
				require.Regexp(t, `^KH-\d{4}$`, no)
				numbers[no], ids[uid] = true, true
				if i := len(numbers); i <= many {
					require.Greater(t, no, last, "in the order of their making")
					last = no
				}
				require.InDelta(t, 1, a.at("records", i, "version"), 0, "nobody changed them")
			}
			if cursor = a.str("nextCursor"); cursor == "" {
				break
			}
		}
		require.Len(t, ids, many+100)
		require.Len(t, numbers, many+100, "no number twice")
		for i := 1; i <= many+100; i++ {
			require.True(t, numbers[fmt.Sprintf("KH-%04d", i)], "no gap at %d", i)
		}
		found := w.ok("POST", p.records()+"/query", w.owner, m{"search": "KH-1234"})
		require.Len(t, found.list("records"), 1, "they are found")
	})
}
