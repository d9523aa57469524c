package torture

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAGracefulStopAnswersEveryRequestThatItAccepted(t *testing.T) {
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	began := time.Now()
	for round := 0; again(t, began, round, 3); round++ {
		id := p.ok("POST", "/entities/"+l.ent+"/imports", upload(t, "条目.csv", csvOf(fmt.Sprintf("g%d", round), 2000))).str("id")
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() { l.work(p, fmt.Sprintf("g%d_%d", round, w), never) })
		}
		pause(200 * time.Millisecond)
		took, err := p.stop()
		require.NoError(t, err, "it exits with 0")
		require.Less(t, took, 30*time.Second)
		wg.Wait()
		_, others := l.sum()
		require.Empty(t, others, "statuses that are no success")
		p.start()
		require.Equal(t, "done", p.settle("/imports/"+id).str("state"))
		// What had no answer was not begun: the records are those that were
		// acknowledged, before anything is sent again.
		got := 0
		for _, r := range l.all(p) {
			c, _ := r["fields"].(row)["code"].(string)
			if strings.Contains(c, "/") {
				got++
			}
		}
		made := 0
		for _, b := range l.list() {
			if b.made {
				made += batchOf
			}
		}
		require.Equal(t, made, got, "a request was done that had no answer")
		l.repeat(p)
	}
}

// clock shifts the clock of a program.
type clock struct {
	t    *testing.T
	path string
}

func newClock(t *testing.T) *clock {
	t.Helper()
	c := &clock{t, filepath.Join(t.TempDir(), "clock")}
	c.set(0)
	return c
}

func (c *clock) env() []string {
	return []string{"TONGBAN_TESTING=1", "TONGBAN_TEST_CLOCK=" + c.path}
}

func (c *clock) set(d time.Duration) {
	c.t.Helper()
	require.NoError(c.t, os.WriteFile(c.path+".new", []byte(d.String()), 0o600))
	require.NoError(c.t, os.Rename(c.path+".new", c.path))
	pause(120 * time.Millisecond) // the program reads it every 50 ms
}

func TestAClockThatJumpsEndsNoSessionAndDoublesNoID(t *testing.T) {
	c := newClock(t)
	p := newProgram(t, t.TempDir(), c.env()...)
	l := newLedger(t, p)
	key := header{"Idempotency-Key", "jump"}
	body := row{"fields": row{"name": "跳", "code": "jump"}}
	first := p.ok("POST", l.records(), body, key).str("id")
	var order []string
	for i, jump := range []time.Duration{0, time.Hour, -time.Hour, 23 * time.Hour, -23 * time.Hour, time.Second, -time.Second, 0} {
		c.set(jump)
		if i == 4 {
			p.kill() // ids rise although the clock of the new start is behind
			p.start()
		}
		p.ok("GET", "/me", nil)
		if i == 3 {
			pause(1200 * time.Millisecond) // the mark of ids follows the clock within a second
		}
		for range 3 {
			order = append(order, p.ok("POST", l.records(), row{"fields": row{"name": "序", "n": i}}).str("id"))
		}
		require.Equal(t, first, p.ok("POST", l.records(), body, key).str("id"), "the key still counts at %v", jump)
	}
	last := int64(0)
	for _, id := range order {
		n, err := strconv.ParseInt(strings.TrimPrefix(id, "rec_"), 36, 64)
		require.NoError(t, err)
		require.Greater(t, n, last, "ids rise")
		last = n
	}
	require.Len(t, l.all(p), 1+len(order))
	seqs := int64(0)
	for _, ch := range p.ok("GET", "/changes?after=0&limit=1000", nil).list("changes") {
		s, _ := ch["seq"].(float64)
		require.Greater(t, int64(s), seqs, "the log keeps its order")
		seqs = int64(s)
	}
	t.Run("a session ends when its time is over, not before", func(t *testing.T) {
		c.set(20 * 24 * time.Hour)
		p.ok("GET", "/me", nil)
		c.set(200 * 24 * time.Hour)
		require.Equal(t, 401, p.do("GET", "/me", nil).Status)
	})
	t.Run("a key is forgotten after a day", func(t *testing.T) {
		p.token = p.ok("POST", "/auth/login", row{"email": "owner@example.com", "password": password}).str("token")
		a := p.do("POST", l.records(), row{"fields": row{"name": "新"}}, key)
		require.Equal(t, 201, a.Status, "%s", a.Raw)
	})
}

func TestNothingThatIsSentEndsTheProgram(t *testing.T) {
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	addr := strings.TrimPrefix(p.base, "http://")
	var served atomic.Int64
	for _, raw := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\x16\x03\x01\x00", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", strings.Repeat("A", 70_000),
		"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
		"GET /api/v1/ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
	} {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		require.NoError(t, conn.SetDeadline(time.Now().Add(300*time.Millisecond)))
		if _, err := conn.Write([]byte(raw)); err == nil {
			if n, err := conn.Read(make([]byte, 1024)); err == nil && n > 0 {
				served.Add(1)
			}
		}
		require.NoError(t, conn.Close())
	}
	require.Positive(t, served.Load())
	const leaf, levels = `{"field":"n","op":"eq","value":1}`, 400
	deep := json.RawMessage(strings.Repeat(`{"and":[`+leaf+`,{"or":[`+leaf+`,`, levels) + leaf + strings.Repeat(`]}]}`, levels))
	for _, path := range []string{"/query", "/aggregate"} {
		a := p.do("POST", l.records()+path, row{"filter": deep})
		require.Equal(t, []any{400, "json.deep"}, []any{a.Status, a.str("code")}, "POST %s answers %s", path, a.Raw)
	}
	for _, body := range []any{row{"records": []any{nil, 1, "x", []any{}}}, row{"fields": row{"n": 1e308, "code": strings.Repeat("\u202e", 9999)}}, []any{}, nil} {
		for _, path := range []string{l.records(), l.records() + "/query", l.records() + "/aggregate", "/auth/login", "/apps"} {
			a, err := p.call("POST", path, body)
			require.NoError(t, err)
			require.Less(t, a.Status, 500, "POST %s answers %s", path, a.Raw)
		}
	}
	l.reads(p)
}
