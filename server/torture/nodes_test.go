package torture

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"tongban/runtime/store/mongo/mongotest"
)

// soonest is how quickly rights must reach an open socket.
const soonest = time.Second

// newNodes starts two programs on one MongoDB and waits until they have found
// one another.
func newNodes(t *testing.T, flags ...string) (a, b *program) {
	t.Helper()
	uri := "TONGBAN_STORE=" + mongotest.Double(t, flags...)
	a = newProgram(t, t.TempDir(), uri)
	b = a.sibling()
	for _, p := range []*program{a, b} {
		p.sees("1 others, 1 linked")
	}
	return a, b
}

// sibling starts another node on the store, for the same person.
func (p *program) sibling(env ...string) *program {
	p.t.Helper()
	q := &program{t: p.t, data: p.t.TempDir(), env: append(env, p.env...), token: p.token}
	p.t.Cleanup(func() {
		q.kill()
		if p.t.Failed() {
			p.t.Logf("the other node said:\n%s", tail(q.log.String(), 12_000))
		}
	})
	q.start()
	return q
}

// sees waits until the node says something of the others.
func (p *program) sees(what string) {
	p.t.Helper()
	last := ""
	require.Eventually(p.t, func() bool {
		a, err := p.call("GET", "/readyz", nil)
		if err != nil {
			return false
		}
		last = string(a.Raw)
		return strings.Contains(last, what)
	}, 30*time.Second, 50*time.Millisecond, "%s", what)
}

// page is one open page.
type page struct {
	t     *testing.T
	conn  *websocket.Conn
	told  chan map[string]any
	ended chan error
}

func (p *program) page(t *testing.T, token string, rooms ...string) *page {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial(strings.Replace(p.base, "http", "ws", 1)+"/api/v1/ws", http.Header{"Authorization": {"Bearer " + token}})
	require.NoError(t, err)
	g := &page{t: t, conn: conn, told: make(chan map[string]any, 1000), ended: make(chan error, 1)}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		for {
			var m map[string]any
			if err := conn.ReadJSON(&m); err != nil {
				g.ended <- err
				return
			}
			g.told <- m
		}
	}()
	for i, r := range rooms {
		g.say(row{"t": "sub", "id": i + 1, "room": r})
		g.hear("the room opens", func(m map[string]any) bool { return m["t"] == "ok" })
	}
	return g
}

func (g *page) say(v any) {
	g.t.Helper()
	require.NoError(g.t, g.conn.WriteJSON(v))
}

// hear waits for a message.
func (g *page) hear(what string, ok func(map[string]any) bool) map[string]any {
	g.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case m := <-g.told:
			if ok(m) {
				return m
			}
		case <-late:
			require.Fail(g.t, "not heard: "+what)
		}
	}
}

func kind(k string) func(map[string]any) bool {
	return func(m map[string]any) bool { return m["t"] == k }
}

// members waits until as many people as n are shown.
func (g *page) members(n int) []any {
	g.t.Helper()
	m := g.hear(fmt.Sprint("that there are others: ", n), func(m map[string]any) bool {
		all, _ := m["members"].([]any)
		return m["t"] == "presence" && len(all) == n
	})
	return m["members"].([]any)
}

func TestPeopleOnTwoNodesSeeOneAnother(t *testing.T) {
	a, b := newNodes(t)
	l := newLedger(t, a)
	rec := a.ok("POST", l.records(), row{"fields": row{"name": "x"}}).str("id")
	room := "entity:" + l.ent
	b.waitFor(l)
	here, there := a.page(t, a.token, room), b.page(t, a.token, room)
	here.say(row{"t": "presence", "id": 9, "room": room, "cursor": row{"record": rec, "field": "name"}})
	one := there.members(1)[0].(map[string]any)
	require.Equal(t, map[string]any{"record": rec, "field": "name"}, one["cursor"])
	require.Equal(t, "老板", one["user"].(map[string]any)["name"])
	late := b.page(t, a.token, room)
	late.say(row{"t": "presence", "id": 9, "room": room})
	late.members(1)
	here.members(1)
	require.NoError(t, here.conn.Close())
	there.members(1)
	require.NoError(t, late.conn.Close())
	there.members(0)
	// One who opens a table only later is told who was there before.
	there.say(row{"t": "presence", "id": 9, "room": room})
	pause(time.Second) // what was told at once reached a node without this table
	fresh := a.page(t, a.token, room)
	began := time.Now()
	fresh.members(1)
	require.Less(t, time.Since(began), 2*time.Second, "it asks")
}

// waitFor waits until a node knows the ledger's table.
func (p *program) waitFor(l *ledger) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		a, err := p.call("GET", l.records(), nil)
		return err == nil && a.Status == 200
	}, 10*time.Second, 20*time.Millisecond)
}

func TestRightsAndSessionsReachSocketsOfTheOtherNodeWithinASecond(t *testing.T) {
	a, b := newNodes(t)
	l := newLedger(t, a)
	room := "entity:" + l.ent
	grant := func(hidden bool) row {
		g := row{"entity": l.ent, "read": true, "write": true}
		if hidden {
			g["fields"] = row{"code": "hidden"}
		}
		return row{"grants": []any{g}}
	}
	role := a.ok("POST", "/roles", row{"name": "读者", "grants": grant(false)["grants"]}).str("id")
	a.ok("POST", "/members", row{"email": "bob@example.com", "name": "Bob", "password": password, "roles": []any{role}})
	login := func() string {
		return a.ok("POST", "/auth/login", row{"email": "bob@example.com", "password": password}).str("token")
	}
	bob := login()
	path := l.records() + "/" + a.ok("POST", l.records(), row{"fields": row{"name": "x", "code": "secret-0"}}).str("id")
	b.waitFor(l)
	reads := func() string { return string(b.as(bob, "GET", path).Raw) }
	for _, hide := range []bool{true, false} { // also where no page is open that hears of it
		a.ok("PATCH", "/roles/"+role, grant(hide))
		require.Eventually(t, func() bool { return strings.Contains(reads(), "secret-0") != hide }, soonest, 10*time.Millisecond)
	}
	g := b.page(t, bob, room)
	worst := time.Duration(0)
	for i := range 6 {
		hide := i%2 == 0
		began := time.Now()
		a.ok("PATCH", "/roles/"+role, grant(hide))
		g.hear("a reset after the change of the role", kind("reset"))
		worst = max(worst, time.Since(began))
		code := fmt.Sprint("secret-", i+1)
		a.ok("PATCH", path, row{"fields": row{"name": "y", "code": code}})
		m := fmt.Sprint(g.hear("the edit", kind("events")))
		require.Equal(t, hide, !strings.Contains(m, code), m)
	}
	t.Logf("a role reaches the other node's sockets within %v", worst)
	require.Less(t, worst, soonest)
	worst = 0
	for range 6 {
		token := login()
		h := b.page(t, token, room)
		owner := a.token
		a.token = token
		began := time.Now()
		a.ok("POST", "/auth/logout", row{})
		a.token = owner
		select {
		case err := <-h.ended:
			require.True(t, websocket.IsCloseError(err, 4401), "%v", err)
		case <-time.After(5 * time.Second):
			require.Fail(t, "the socket stays open")
		}
		worst = max(worst, time.Since(began))
		require.Equal(t, 401, b.as(token, "GET", "/me").Status)
	}
	t.Logf("the end of a session reaches the other node's sockets within %v", worst)
	require.Less(t, worst, soonest)
	require.Empty(t, g.ended, "who did not sign out stays")
}

// as asks with another token.
func (p *program) as(token, method, path string) *answer {
	p.t.Helper()
	return p.do(method, path, nil, header{"Authorization", "Bearer " + token})
}

func TestARequestRepeatedAtTheOtherNodeHappensOnce(t *testing.T) {
	a, b := newNodes(t)
	l := newLedger(t, a)
	b.waitFor(l)
	key := header{"Idempotency-Key", "once"}
	body := row{"fields": row{"name": "x"}}
	one, two := a.ok("POST", l.records(), body, key), b.ok("POST", l.records(), body, key)
	require.Equal(t, one.str("id"), two.str("id"))
	app, again := a.ok("POST", "/apps", row{"name": "一"}, key), b.ok("POST", "/apps", row{"name": "一"}, key)
	require.Equal(t, app.str("id"), again.str("id"))
	require.Len(t, l.all(a), 1)
}

// Pages sit at two nodes while people write at both. One node is killed: its
// pages and writers go to the other.
func TestTheDeathOfANodeCostsNoEvent(t *testing.T) {
	for name, flags := range map[string][]string{"by push": nil, "by polling": {"--no-streams"}} {
		t.Run(name, func(t *testing.T) { nodeDies(t, flags) })
	}
}

func nodeDies(t *testing.T, flags []string) {
	a, b := newNodes(t, flags...)
	l := newLedger(t, a)
	b.waitFor(l)
	c := newCrowd(t, sockets(t, 60), l.ent, []string{a.token})
	c.open(a.base, b.base)
	stop := make(chan struct{})
	var reading, writing sync.WaitGroup
	for _, m := range c.pages {
		reading.Go(func() { m.stay(stop, a.base, b.base) })
	}
	var mu sync.Mutex
	made := map[string]float64{} // the version of each record
	for i, p := range []*program{a, b} {
		id, v := writeSomewhere(t, l, fmt.Sprint("early", i), p, p)
		made[id] = v
	}
	c.learn(made) // who sits at one node hears of what is done at the other
	for w := range 3 {
		writing.Go(func() {
			for i := range 25 {
				id, v := writeSomewhere(t, l, fmt.Sprintf("w%d-%d", w, i), []*program{a, b}[(w+i)%2], b)
				mu.Lock()
				made[id] = v
				if len(made) == 32 {
					a.kill()
				}
				mu.Unlock()
			}
		})
	}
	writing.Wait()
	c.learn(made)
	close(stop)
	c.close()
	reading.Wait()
	for _, m := range c.pages {
		require.Empty(t, m.bad, "page %d", m.i)
	}
	all := map[string]float64{}
	for _, r := range l.all(b) {
		v, _ := r["version"].(float64)
		id, _ := r["id"].(string)
		all[id] = v
	}
	require.Equal(t, all, made, "what was acknowledged is what there is")
}

// writeSomewhere makes a record and changes it, at another node where the
// first does not answer.
func writeSomewhere(t *testing.T, l *ledger, tag string, p, other *program) (string, float64) {
	body := row{"fields": row{"name": tag}}
	send := func(method, path string, key string) *answer {
		for try := range 200 {
			to := p
			if try%2 == 1 {
				to = other
			}
			r, err := to.call(method, path, body, header{"Idempotency-Key", key})
			if err == nil && r.Status < 300 {
				return r
			}
			pause(50 * time.Millisecond)
		}
		return nil
	}
	r := send("POST", l.records(), tag+"/c")
	if r == nil {
		t.Error("never written: " + tag)
		return "", 0
	}
	id := r.str("id")
	body = row{"fields": row{"name": tag + "!"}}
	if r = send("PATCH", l.records()+"/"+id, tag+"/u"); r == nil {
		t.Error("never changed: " + tag)
		return "", 0
	}
	v, _ := r.JSON["version"].(float64)
	return id, v
}

// stay reads, and comes back to one node or the other, until stop.
func (m *member) stay(stop chan struct{}, bases ...string) {
	for try := 0; ; try++ {
		m.listen()
		select {
		case <-stop:
			return
		default:
		}
		if err := m.open(bases[(m.i+try)%len(bases)]); err != nil {
			pause(20 * time.Millisecond)
		}
	}
}

// learn waits until all pages know the newest state of all records.
func (c *crowd) learn(made map[string]float64) {
	c.t.Helper()
	late := time.Now().Add(30 * time.Second)
	for _, m := range c.pages {
		for m.lacks(made) > 0 && time.Now().Before(late) {
			pause(20 * time.Millisecond)
		}
		require.Zero(c.t, m.lacks(made), "what page %d has not been told, of %d", m.i, len(made))
	}
}

// lacks counts the records whose newest state the page has not been told.
func (m *member) lacks(made map[string]float64) (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for id, v := range made {
		if float64(m.have[id]) != v {
			n++
		}
	}
	return n
}

func TestAnImportGoesOnAtAnotherNode(t *testing.T) {
	const rows = 6000
	a, b := newNodes(t)
	l := newLedger(t, a)
	b.waitFor(l)
	id := a.ok("POST", "/entities/"+l.ent+"/imports", upload(t, "条目.csv", csvOf("i", rows))).str("id")
	require.Eventually(t, func() bool {
		n, _ := b.ok("GET", "/imports/"+id, nil).JSON["created"].(float64)
		return n > 0
	}, 30*time.Second, 5*time.Millisecond)
	a.kill()
	half := b.ok("GET", "/imports/"+id, nil)
	require.Equal(t, "running", half.str("state"), "killed in the middle")
	var done *answer
	require.Eventually(t, func() bool {
		done = b.ok("GET", "/imports/"+id, nil)
		return done.str("state") != "running"
	}, 90*time.Second, 100*time.Millisecond)
	require.Equal(t, "done", done.str("state"), "%s", done.Raw)
	require.InDelta(t, rows, done.JSON["created"], 0)
	codes := map[any]bool{}
	for _, r := range l.all(b) {
		codes[r["fields"].(row)["code"]] = true
	}
	require.Len(t, codes, rows)
	b.sees("0 others")
}

func TestANodeWithAWrongClockGetsNoWork(t *testing.T) {
	a := newProgram(t, t.TempDir(), "TONGBAN_STORE="+mongotest.Double(t))
	clock := filepath.Join(t.TempDir(), "clock")
	require.NoError(t, os.WriteFile(clock, []byte("+45s"), 0o600))
	b := a.sibling("TONGBAN_TESTING=1", "TONGBAN_TEST_CLOCK="+clock)
	require.Equal(t, 503, b.do("GET", "/readyz", nil).Status)
	require.Equal(t, 200, a.do("GET", "/readyz", nil).Status)
	require.Contains(t, b.log.String(), "set both by NTP")
	require.NoError(t, os.WriteFile(clock, []byte("0s"), 0o600))
	require.Eventually(t, func() bool { return b.do("GET", "/readyz", nil).Status == 200 }, 10*time.Second, 50*time.Millisecond)
}

func TestMetricsAreForThisMachineOrForATokenHolder(t *testing.T) {
	p := newProgram(t, t.TempDir())
	p.token = ""
	get := func(p *program, h ...header) *answer {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.base+"/metrics", nil)
		require.NoError(t, err)
		for _, one := range h {
			req.Header.Set(one[0], one[1])
		}
		res, err := p.http.Do(req)
		require.NoError(t, err)
		raw, err := io.ReadAll(res.Body)
		require.NoError(t, errors.Join(err, res.Body.Close()))
		return &answer{Status: res.StatusCode, Raw: raw}
	}
	require.Contains(t, string(get(p).Raw), "tongban_sockets 0")
	for _, h := range []header{{"X-Forwarded-For", "203.0.113.7"}, {"Forwarded", "for=203.0.113.7"}, {"Via", "1.1 proxy"}} {
		require.Equal(t, 403, get(p, h).Status, h)
	}
	q := p.sibling("TONGBAN_METRICS_TOKEN=0123456789abcdef")
	require.Equal(t, 401, get(q).Status)
	require.Equal(t, 401, get(q, header{"Authorization", "Bearer 0123456789abcdee"}).Status)
	require.Contains(t, string(get(q, header{"Authorization", "Bearer 0123456789abcdef"}, header{"X-Forwarded-For", "203.0.113.7"}).Raw), "tongban_live_clients")
	out, err := q.command("config", "print").CombinedOutput()
	require.NoError(t, err)
	require.NotContains(t, string(out), "0123456789abcdef")
}
