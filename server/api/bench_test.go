package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"tongban/server/config"
	"tongban/server/wire"
)

// benchServer starts a server with one entity of 200 records.
func benchServer(b *testing.B) (base, token, records, one string) {
	b.Helper()
	settings := map[string]string{"TONGBAN_DATA": b.TempDir(), "TONGBAN_ADDR": "127.0.0.1:0"}
	c, err := config.Load(func(k string) (string, bool) { v, ok := settings[k]; return v, ok })
	require.NoError(b, err)
	c.RateLimit = "off"
	store, err := wire.Open(b.Context(), c, slog.New(slog.DiscardHandler), now)
	require.NoError(b, err)
	prog, err := wire.Build(b.Context(), store, "bench")
	require.NoError(b, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(b.Context()))
	addr, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- prog.Serve(ctx, func(a string) { addr <- a }) }()
	b.Cleanup(func() { stop(); require.NoError(b, <-done) })
	base = "http://" + <-addr + "/api/v1"
	ask := func(method, path string, body any) map[string]any {
		raw, err := json.Marshal(body)
		require.NoError(b, err)
		var out map[string]any
		require.NoError(b, json.Unmarshal(send(b, &fasthttp.Client{}, method, base+path, token, raw), &out))
		return out
	}
	token, _ = ask("POST", "/auth/signup", m{"email": "a@example.com", "password": password, "name": "A", "tenantName": "B"})["token"].(string)
	app, _ := ask("POST", "/apps", m{"name": "A"})["id"].(string)
	ent, _ := ask("POST", "/apps/"+app+"/entities", m{"name": "E", "fields": []any{
		m{"key": "name", "name": "名称", "type": "text"},
		m{"key": "amount", "name": "金额", "type": "decimal"},
		m{"key": "notes", "name": "备注", "type": "longText"},
		m{"key": "stage", "name": "阶段", "type": "singleSelect", "options": m{"choices": []any{m{"name": "赢单"}, m{"name": "输单"}}}},
	}})["id"].(string)
	records = base + "/entities/" + ent + "/records"
	var rows []any
	for range 200 {
		rows = append(rows, m{"fields": m{"name": "华信科技", "amount": "12.50", "notes": "第一次拜访", "stage": "赢单"}})
	}
	made, _ := ask("POST", "/entities/"+ent+"/records", m{"records": rows})["records"].([]any)
	first, _ := made[0].(map[string]any)
	id, _ := first["id"].(string)
	return base, token, records, records + "/" + id
}

func send(tb testing.TB, cl *fasthttp.Client, method, url, token string, body []byte) []byte {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.Header.SetMethod(method)
	req.SetRequestURI(url)
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	if body != nil {
		req.Header.SetContentType("application/json")
		req.SetBodyRaw(body)
	}
	require.NoError(tb, cl.Do(req, res))
	require.Less(tb, res.StatusCode(), 300, "%s", res.Body())
	return append([]byte(nil), res.Body()...)
}

// bareFiber answers every request with the same bytes: the floor of an answer over HTTP.
func bareFiber(b *testing.B, body []byte) string {
	b.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/*", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(body)
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	done := make(chan error, 1)
	go func() { done <- app.Listener(ln) }()
	b.Cleanup(func() { require.NoError(b, app.Shutdown()); require.NoError(b, <-done) })
	return "http://" + ln.Addr().String() + "/x"
}

// burst sends n requests by some clients and returns how long they took.
func burst(b *testing.B, cl *fasthttp.Client, url, token string, clients, n int) time.Duration {
	b.Helper()
	var wg sync.WaitGroup
	began := time.Now()
	for c := range clients {
		wg.Go(func() {
			req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			defer fasthttp.ReleaseRequest(req)
			defer fasthttp.ReleaseResponse(res)
			for range n/clients + min(1, max(0, n%clients-c)) {
				req.SetRequestURI(url)
				req.Header.Set("Authorization", "Bearer "+token)
				if err := cl.Do(req, res); err != nil || res.StatusCode() != fiber.StatusOK {
					b.Errorf("status %d, %v", res.StatusCode(), err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// BenchmarkGetRecord reads one record over HTTP, rights and session checked.
// The client runs in the same process, for both sides.
func BenchmarkGetRecord(b *testing.B) {
	_, token, _, one := benchServer(b)
	cl := &fasthttp.Client{MaxConnsPerHost: 64}
	floor := bareFiber(b, send(b, cl, "GET", one, token, nil))
	for _, clients := range []int{1, 16} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			const step = 512 // by turns, so that both see the same machine
			burst(b, cl, floor, token, clients, step)
			burst(b, cl, one, token, clients, step)
			var ours, bare time.Duration
			for left := b.N; left > 0; left -= step {
				b.StopTimer()
				bare += burst(b, cl, floor, token, clients, min(step, left))
				b.StartTimer()
				ours += burst(b, cl, one, token, clients, min(step, left))
			}
			b.ReportMetric(float64(b.N)/ours.Seconds(), "req/s")
			b.ReportMetric(float64(bare)/float64(ours), "×fiber")
		})
	}
}

func BenchmarkQueryFifty(b *testing.B) {
	_, token, records, _ := benchServer(b)
	cl := &fasthttp.Client{}
	for b.Loop() {
		send(b, cl, "POST", records+"/query", token, []byte(`{"limit":50,"sort":[{"field":"amount","dir":"desc"}]}`))
	}
}

func BenchmarkPatchRecord(b *testing.B) {
	_, token, _, one := benchServer(b)
	cl := &fasthttp.Client{}
	for b.Loop() {
		send(b, cl, "PATCH", one, token, []byte(`{"fields":{"notes":"又一次"}}`))
	}
}
