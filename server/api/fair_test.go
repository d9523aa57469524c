package api_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
)

// A company that asks for more than it may have waiting is told when to come
// again; the other one's requests are answered meanwhile.
func TestAQueueThatIsFullSaysWhenToComeAgain(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		var rows []any
		for i := range 20 {
			rows = append(rows, m{"fields": m{"name": fmt.Sprintf("客户 %d", i), "qty": i, "amount": "1.00"}})
		}
		w.ok("POST", p.records(), w.owner, m{"records": rows})
		rec := w.ok("POST", p.records()+"/query", w.owner, m{"limit": 1}).str("records", 0, "id")
		tenant := w.tenantID(w.owner)
		scan := m{"sort": []any{m{"field": "amount"}}}

		crowd := w.crowd(tenant)
		a := w.refused(503, "query.waiting", "POST", p.records()+"/query", w.owner, scan)
		require.Equal(t, "2", a.Header.Get("Retry-After"))
		w.ok("GET", p.records()+"/"+rec, w.owner, nil)
		w.ok("POST", p.records()+"/query", w.owner, m{"sort": []any{m{"field": "name"}}})
		metrics := string(w.do("GET", "/metrics", "", nil).Raw)
		require.Contains(t, metrics, "tongban_heavy_refused_total 1")
		require.Regexp(t, `tongban_heavy_running [1-9]`, metrics)
		require.Contains(t, metrics, "tongban_heavy_waiting 64")

		other := *w
		other.owner = w.stranger()
		q := other.customers()
		w.ok("POST", q.records(), other.owner, m{"fields": m{"name": "a", "amount": "1.00"}})
		w.ok("POST", q.records()+"/query", other.owner, scan)

		crowd()
		w.ok("POST", p.records()+"/query", w.owner, scan)
	})
}

func (w *world) tenantID(token string) schema.TenantID {
	w.t.Helper()
	id, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, w.ok("GET", "/me", token, nil).str("tenant", "id"))
	require.True(w.t, ok)
	return id
}

// crowd fills a tenant's line in the queue of heavy reads, until what it returns is called.
func (w *world) crowd(tenant schema.TenantID) (leave func()) {
	w.t.Helper()
	const line = 64
	ctx, cancel := context.WithCancel(w.t.Context())
	w.t.Cleanup(cancel)
	var all sync.WaitGroup
	began := make(chan struct{})
	var once sync.Once
	enter := func() {
		out, err := w.prog.Heavy.Enter(ctx, tenant)
		if err != nil {
			return
		}
		once.Do(func() { close(began) })
		<-ctx.Done()
		out()
	}
	all.Go(enter)
	<-began
	for w.prog.Heavy.State().Waiting < line {
		all.Go(enter)
		pause(time.Millisecond)
	}
	return func() { cancel(); all.Wait() }
}
