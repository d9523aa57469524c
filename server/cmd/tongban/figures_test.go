package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What the program may need, in MB of resident memory and in time.
const (
	startMost   = 500 * time.Millisecond
	idleMost    = 40
	loadedMost  = 200
	millionMost = 400 // MB, with a million records in use
)

// built is the program as it is released.
func built(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat("/proc/self/smaps_rollup"); err != nil {
		t.Skip("memory is read from /proc")
	}
	bin := filepath.Join(t.TempDir(), "tongban")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", "-o", bin, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return bin
}

type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	base string
}

// launch starts the program and returns how long it took until it was ready.
func launch(t testing.TB, bin, data string) (*process, time.Duration) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := ln.Addr().String()
	require.NoError(t, ln.Close())
	p := &process{t: t, base: "http://" + addr}
	p.cmd = exec.Command(bin, "serve")
	p.cmd.Env = []string{"TONGBAN_DATA=" + data, "TONGBAN_ADDR=" + addr, "TONGBAN_RATE_LIMIT=off", "TONGBAN_LOG_LEVEL=warn"}
	p.cmd.Stderr = os.Stderr
	began := time.Now()
	require.NoError(t, p.cmd.Start())
	for time.Since(began) < 20*time.Second {
		if res, err := http.Get(p.base + "/readyz"); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return p, time.Since(began)
			}
		}
		<-time.After(time.Millisecond)
	}
	p.stop()
	require.Fail(t, "not ready within 20 s")
	return nil, 0
}

func (p *process) stop() {
	http.DefaultClient.CloseIdleConnections()
	require.NoError(p.t, p.cmd.Process.Signal(syscall.SIGTERM))
	require.NoError(p.t, p.cmd.Wait())
}

// memory is what the process holds, in MB: what is its own, and its share of
// what others map too.
func (p *process) memory() float64 {
	p.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", p.cmd.Process.Pid))
	require.NoError(p.t, err)
	m := regexp.MustCompile(`(?m)^Pss:\s+(\d+) kB`).FindSubmatch(b)
	require.NotNil(p.t, m)
	kb, err := strconv.Atoi(string(m[1]))
	require.NoError(p.t, err)
	return float64(kb) / 1024
}

func (p *process) post(path, token string, body any) map[string]any {
	p.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(p.t, err)
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.base+"/api/v1"+path, bytes.NewReader(raw))
	require.NoError(p.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := http.DefaultClient.Do(req)
	require.NoError(p.t, err)
	defer func() { require.NoError(p.t, res.Body.Close()) }()
	out, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	require.Less(p.t, res.StatusCode, 300, "%s: %.300s", path, out)
	var v map[string]any
	require.NoError(p.t, json.Unmarshal(out, &v))
	return v
}

func TestFirstStartIsQuickAndSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	bin := built(t)
	best := time.Hour
	for i := range 3 { // others may use the machine: the best of three
		p, took := launch(t, bin, filepath.Join(t.TempDir(), strconv.Itoa(i)))
		best = min(best, took)
		mb := p.memory()
		p.stop()
		t.Logf("ready after %s with %.1f MB", took.Round(time.Millisecond), mb)
		require.Less(t, mb, float64(idleMost))
	}
	require.Less(t, best, startMost)
}

// load fills a company with records and reads them in every way.
func (p *process) load(rows int) {
	p.t.Helper()
	in := p.post("/auth/signup", "", map[string]any{"email": "a@example.com", "password": "Some-long-password-1", "name": "A", "tenantName": "B"})
	token, _ := in["token"].(string)
	app, _ := p.post("/apps", token, map[string]any{"name": "A"})["id"].(string)
	type m = map[string]any
	ent, _ := p.post("/apps/"+app+"/entities", token, m{"name": "E", "fields": []any{
		m{"key": "name", "name": "名称", "type": "text"},
		m{"key": "amount", "name": "金额", "type": "decimal"},
		m{"key": "city", "name": "城市", "type": "text"},
		m{"key": "notes", "name": "备注", "type": "longText"},
		m{"key": "day", "name": "日期", "type": "date"},
		m{"key": "stage", "name": "阶段", "type": "singleSelect", "options": m{"choices": []any{m{"name": "赢单"}, m{"name": "输单"}, m{"name": "洽谈"}}}},
	}})["id"].(string)
	records := "/entities/" + ent + "/records"
	stages := []string{"赢单", "输单", "洽谈"}
	for at := 0; at < rows; at += 1000 {
		batch := make([]any, 0, 1000)
		for i := at; i < at+1000; i++ {
			batch = append(batch, m{"fields": m{
				"name": fmt.Sprintf("华信科技 %d 号", i), "amount": strconv.Itoa(i % 9973), "city": fmt.Sprintf("城市%d", i%97), "notes": strings.Repeat("第一次拜访。", 5+i%7),
				"day": fmt.Sprintf("2026-%02d-%02d", i%12+1, i%28+1), "stage": stages[i%3],
			}})
		}
		p.post(records, token, m{"records": batch})
	}
	for i := range 50 {
		for _, q := range []m{
			{"limit": 100, "sort": []any{m{"field": "amount", "dir": "desc"}}},
			{"limit": 100, "filter": m{"field": "stage", "op": "eq", "value": stages[i%3]}, "sort": []any{m{"field": "name"}}},
			{"limit": 100, "search": strconv.Itoa(i * 7)},
		} {
			p.post(records+"/query", token, q)
		}
	}
}

// BenchmarkFigures prints how long a start takes and what memory the program
// needs at rest and with 100,000 records that were just written and read, or as
// many as TONGBAN_BENCH_ROWS says.
func BenchmarkFigures(b *testing.B) {
	bin := built(b)
	rows, most := 100_000, float64(loadedMost)
	if s := os.Getenv("TONGBAN_BENCH_ROWS"); s != "" {
		n, err := strconv.Atoi(s)
		require.NoError(b, err)
		if rows = n; n > 100_000 {
			most = millionMost
		}
	}
	for b.Loop() {
		data := b.TempDir()
		p, first := launch(b, bin, data)
		<-time.After(time.Second)
		idle := p.memory()
		p.load(rows)
		loaded := p.memory()
		p.stop()
		again, second := launch(b, bin, data)
		again.stop()
		b.ReportMetric(float64(first.Milliseconds()), "first-start-ms")
		b.ReportMetric(float64(second.Milliseconds()), "second-start-ms")
		b.ReportMetric(idle, "idle-MB")
		b.ReportMetric(loaded, "loaded-MB")
		if first > startMost || idle > idleMost || loaded > most {
			b.Errorf("more than %s, %d MB, %.0f MB", startMost, idleMost, most)
		}
	}
}
