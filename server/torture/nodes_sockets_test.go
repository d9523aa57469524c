package torture

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"
)

// crowd is many open pages in one table.
type crowd struct {
	t     *testing.T
	room  string
	pages []*member
	heard atomic.Int64
}

// member is one of a crowd. It comes back by itself when its socket ends.
type member struct {
	of    *crowd
	i     int
	token string

	mu   sync.Mutex // guards what follows
	conn *websocket.Conn
	seq  int64
	seen map[string]bool // record/version
	have map[string]int64
	twos int // told twice without need
	bad  []string
}

const crowdRoom = 40 // file descriptors for all else

// sockets is how many pages a test opens: TONGBAN_SOCKETS, or a few.
func sockets(t *testing.T, few int) int {
	t.Helper()
	n := few
	if v := os.Getenv("TONGBAN_SOCKETS"); v != "" {
		var err error
		n, err = strconv.Atoi(v)
		require.NoError(t, err, "TONGBAN_SOCKETS")
	}
	var lim syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &lim))
	lim.Cur = lim.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &lim); err != nil {
		t.Logf("file descriptors stay limited: %v", err)
	}
	if uint64(n+crowdRoom) > lim.Max {
		t.Skipf("%d sockets need more file descriptors than the %d allowed here", n, lim.Max)
	}
	return n
}

func newCrowd(t *testing.T, n int, ent string, tokens []string) *crowd {
	c := &crowd{t: t, room: "entity:" + ent}
	for i := range n {
		c.pages = append(c.pages, &member{of: c, i: i, token: tokens[i%len(tokens)], seen: map[string]bool{}, have: map[string]int64{}})
	}
	return c
}

// open lets all come, at most 64 at a time, and says how long it took.
func (c *crowd) open(bases ...string) time.Duration {
	began := time.Now()
	var wg sync.WaitGroup
	gate := make(chan struct{}, 64)
	for _, m := range c.pages {
		wg.Go(func() {
			gate <- struct{}{}
			defer func() { <-gate }()
			for try := 0; ; try++ {
				err := m.open(bases[(m.i+try)%len(bases)])
				if err == nil {
					return
				}
				if try > 100 {
					m.say("never came in: " + err.Error())
					return
				}
				pause(100 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

// open connects, from one of many addresses of this machine, and subscribes
// from where the page has been told.
func (m *member) open(base string) error {
	from := &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+m.i%50))}
	d := websocket.Dialer{
		ReadBufferSize: 512, WriteBufferSize: 256, WriteBufferPool: &pool, HandshakeTimeout: 20 * time.Second,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			return (&net.Dialer{LocalAddr: from}).DialContext(ctx, network, addr)
		},
	}
	conn, res, err := d.Dial(strings.Replace(base, "http", "ws", 1)+"/api/v1/ws", http.Header{"Authorization": {"Bearer " + m.token}})
	if err != nil {
		if res != nil {
			err = fmt.Errorf("%w: %d", err, res.StatusCode)
		}
		return err
	}
	m.mu.Lock()
	after := m.seq
	m.mu.Unlock()
	if err := conn.WriteJSON(row{"t": "sub", "id": 1, "room": m.of.room, "after": after}); err != nil {
		return errors.Join(err, conn.Close())
	}
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return err
	}
	for {
		var f frame
		if err := conn.ReadJSON(&f); err != nil {
			return errors.Join(err, conn.Close())
		}
		if m.take(&f) {
			break
		}
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	m.mu.Lock()
	m.conn = conn
	m.mu.Unlock()
	return nil
}

var pool sync.Pool

// frame is what the server says.
type frame struct {
	T      string
	Seq    int64
	Events []struct {
		Kind   string
		Record struct {
			ID      string
			Version int64
		}
	}
}

func (m *member) say(s string) {
	m.mu.Lock()
	m.bad = append(m.bad, s)
	m.mu.Unlock()
}

// take notes what it is told; true for the answer to the subscription.
func (m *member) take(f *frame) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch f.T {
	case "reset":
		m.bad = append(m.bad, "reset")
	case "events":
		for _, e := range f.Events {
			k := e.Record.ID + "/" + strconv.FormatInt(e.Record.Version, 10)
			if m.seen[k] {
				m.twos++
			}
			m.seen[k] = true
			m.have[e.Record.ID] = max(m.have[e.Record.ID], e.Record.Version)
		}
		m.of.heard.Add(int64(len(f.Events)))
		m.seq = max(m.seq, f.Seq)
	case "ok":
		m.seq = max(m.seq, f.Seq)
		return true
	}
	return false
}

// listen reads until the socket ends.
func (m *member) listen() {
	m.mu.Lock()
	conn := m.conn
	m.mu.Unlock()
	if conn == nil {
		return
	}
	for {
		var f frame
		if conn.ReadJSON(&f) != nil {
			_ = conn.Close()
			return
		}
		m.take(&f)
	}
}

func (c *crowd) listen() *sync.WaitGroup {
	var wg sync.WaitGroup
	for _, m := range c.pages {
		wg.Go(m.listen)
	}
	return &wg
}

func (c *crowd) close() {
	for _, m := range c.pages {
		m.mu.Lock()
		if m.conn != nil {
			_ = m.conn.Close()
		}
		m.mu.Unlock()
	}
}

// whole wants every page to have been told of all records, and of nothing twice.
func (c *crowd) whole(ids []string) {
	c.t.Helper()
	for _, m := range c.pages {
		m.mu.Lock()
		for _, id := range ids {
			if !m.seen[id+"/1"] {
				m.bad = append(m.bad, "not told of "+id)
			}
		}
		bad, twos := m.bad, m.twos
		m.mu.Unlock()
		require.Empty(c.t, bad, "page %d", m.i)
		require.Zero(c.t, twos, "page %d", m.i)
	}
}

func (c *crowd) soon(what string, n int64) {
	c.t.Helper()
	require.Eventually(c.t, func() bool { return c.heard.Load() >= n }, 30*time.Second, 10*time.Millisecond, what)
}

// rss is the resident memory of the program in MB.
func (p *program) rss() int {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Skip("no /proc here")
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if v, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(v)[0])
			require.NoError(p.t, err)
			return kb >> 10
		}
	}
	return 0
}

// tokens are API tokens of the owner: sockets of many sessions.
func (p *program) tokens(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = p.ok("POST", "/tokens", row{"name": fmt.Sprint("t", i), "scopes": []any{"read"}}).str("token")
	}
	return out
}

// A crowd sits in one table while people write; then the server is killed and
// all of them come back at once, to be told what they missed.
func TestACrowdIsToldEverythingAlsoAfterAllHadToComeBack(t *testing.T) {
	n := sockets(t, 300)
	p := newProgram(t, t.TempDir())
	l := newLedger(t, p)
	before := p.rss()
	c := newCrowd(t, n, l.ent, p.tokens(50))
	took := c.open(p.base)
	idle := p.rss()
	readers := c.listen()
	var ids []string
	var slowest []time.Duration
	write := func(k int) {
		for i := range k {
			began := time.Now()
			ids = append(ids, p.ok("POST", l.records(), row{"fields": row{"name": fmt.Sprint("行", i)}}).str("id"))
			slowest = append(slowest, time.Since(began))
		}
	}
	write(20)
	c.soon("everybody hears", int64(n*len(ids)))
	loaded := p.rss()
	p.kill()
	readers.Wait()
	p.start()
	token := p.token
	write(10) // nobody is there
	// Others work meanwhile: they read, and write to the table that all enter.
	stop, rest := make(chan struct{}), make(chan []time.Duration)
	go func() {
		var each []time.Duration
		for made := 0; ; {
			select {
			case <-stop:
				rest <- each
				return
			default:
			}
			began := time.Now()
			if a, err := p.call("GET", l.records()+"/"+ids[0], nil); err == nil && a.Status == 200 {
				each = append(each, time.Since(began))
			}
			if made < 20 {
				write(1)
				made++
			}
			pause(2 * time.Millisecond)
		}
	}()
	storm := c.open(p.base)
	close(stop)
	each := <-rest
	slices.Sort(each)
	readers = c.listen()
	require.Equal(t, token, p.token)
	write(5)
	c.soon("everybody hears again", int64(n*len(ids)))
	slices.Sort(slowest)
	t.Logf("%d sockets: opened in %v, again in %v (%d edits meanwhile); %d MB before, %d idle, %d after events, %d after the storm; a write at most %v; a read meanwhile p99 %v of %d",
		n, took, storm, len(ids)-35, before, idle, loaded, p.rss(), slowest[len(slowest)-1], each[len(each)*99/100], len(each))
	c.whole(ids)
	require.Less(t, p.rss(), 1024)
	require.Less(t, storm, 30*time.Second)
	c.close()
	readers.Wait()
}
