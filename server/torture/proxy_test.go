package torture

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store/mongo/mongotest"
)

// proxy stands between the program and its database and breaks what goes by.
type proxy struct {
	t      *testing.T
	ln     net.Listener
	target string

	refuse, hole atomic.Bool
	delay        atomic.Int64 // of each piece of an answer
	cut          atomic.Int64 // close a connection after so many bytes of answers; 0: never

	mu    sync.Mutex
	conns map[net.Conn]bool
}

// newProxy returns a proxy and the URI by which the database is reached through it.
func newProxy(t *testing.T, uri string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(uri)
	require.NoError(t, err)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	x := &proxy{t: t, ln: ln, target: u.Host, conns: map[net.Conn]bool{}}
	go x.accept()
	t.Cleanup(func() {
		require.NoError(t, ln.Close())
		x.reset()
	})
	u.Host = ln.Addr().String()
	q := u.Query()
	q.Set("directConnection", "true") // or the driver would go past the proxy
	q.Del("replicaSet")
	u.RawQuery = q.Encode()
	return x, u.String()
}

func (x *proxy) accept() {
	for {
		c, err := x.ln.Accept()
		if err != nil {
			return
		}
		if x.refuse.Load() {
			closeHard(c)
			continue
		}
		s, err := net.Dial("tcp", x.target)
		if err != nil {
			closeHard(c)
			continue
		}
		x.mu.Lock()
		x.conns[c], x.conns[s] = true, true
		x.mu.Unlock()
		go x.pipe(s, c, false)
		go x.pipe(c, s, true)
	}
}

// pipe carries bytes until one side ends; answers suffer the faults.
func (x *proxy) pipe(to, from net.Conn, answers bool) {
	defer func() {
		closeHard(to)
		closeHard(from)
		x.mu.Lock()
		delete(x.conns, to)
		delete(x.conns, from)
		x.mu.Unlock()
	}()
	buf := make([]byte, 32<<10)
	var sent int64
	for {
		n, err := from.Read(buf)
		for x.hole.Load() {
			pause(10 * time.Millisecond)
		}
		if answers {
			if d := time.Duration(x.delay.Load()); d > 0 {
				pause(d/2 + rand.N(d))
			}
			if most := x.cut.Load(); most > 0 && sent+int64(n) > most {
				return
			}
			sent += int64(n)
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// reset cuts all connections.
func (x *proxy) reset() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for c := range x.conns {
		closeHard(c)
	}
}

func closeHard(c io.Closer) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not a farewell; it may be closed already
	}
	_ = c.Close()
}

func TestABrokenWayToMongoDBLosesAndDoublesNothing(t *testing.T) {
	x, uri := newProxy(t, mongotest.Double(t))
	p := newProgram(t, t.TempDir(), "TONGBAN_STORE="+uri)
	l := newLedger(t, p)
	clean := func() {
		x.refuse.Store(false)
		x.hole.Store(false)
		x.delay.Store(0)
		x.cut.Store(0)
	}
	faults := []struct {
		name string
		set  func()
	}{
		{"reset", func() {
			for range 4 {
				x.reset()
				pause(100 * time.Millisecond)
			}
		}},
		{"refuse", func() { x.refuse.Store(true); x.reset(); pause(800 * time.Millisecond) }},
		{"black hole", func() { x.hole.Store(true); pause(1500 * time.Millisecond) }},
		{"cut in the middle", func() {
			for i := range 6 {
				x.cut.Store(int64(2000 + i*1700))
				pause(80 * time.Millisecond)
			}
		}},
		{"latency", func() { x.delay.Store(int64(40 * time.Millisecond)); pause(800 * time.Millisecond) }},
	}
	began := time.Now()
	for round := 0; again(t, began, round, 1); round++ {
		for i, f := range faults {
			var stop atomic.Bool
			var wg sync.WaitGroup
			for w := range 4 {
				wg.Go(func() { l.work(p, fmt.Sprintf("m%d-%d-%d", round, i, w), stop.Load) })
			}
			pause(100 * time.Millisecond)
			f.set()
			clean()
			healed := time.Now()
			l.writesAgain(p, fmt.Sprintf("healed-%d-%d", round, i))
			require.Less(t, time.Since(healed), 15*time.Second, "after %s", f.name)
			stop.Store(true)
			wg.Wait()
			_, others := l.sum()
			for status := range others {
				require.Equal(t, 503, status, "%s: %v\n%s", f.name, others, tail(p.log.String(), 4000))
			}
			t.Logf("%s: %v after it ended; refused so far %v", f.name, time.Since(healed).Round(time.Millisecond), others)
		}
	}
	l.repeat(p)
	l.verify(p)
}

func TestAProgramWithoutItsMongoDBSaysComeBackLater(t *testing.T) {
	x, uri := newProxy(t, mongotest.Double(t))
	p := newProgram(t, t.TempDir(), "TONGBAN_STORE="+uri)
	l := newLedger(t, p)
	x.refuse.Store(true)
	x.reset()
	began := time.Now()
	var wg sync.WaitGroup
	for _, method := range []string{"POST", "GET"} {
		wg.Go(func() {
			var body any
			if method == "POST" {
				body = creation("refused")
			}
			a, err := p.call(method, l.records(), body)
			if err != nil || a.Status != 503 || a.Header.Get("Retry-After") == "" || a.str("code") != "store.unavailable" {
				t.Errorf("%s: %v %+v", method, err, a)
			}
		})
	}
	wg.Wait()
	require.Less(t, time.Since(began), 15*time.Second)
	require.Equal(t, 503, p.do("GET", "/readyz", nil).Status)
	require.Equal(t, 200, p.do("GET", "/healthz", nil).Status)
	x.refuse.Store(false)
	l.writesAgain(p, "after")
	require.Equal(t, 200, p.do("GET", "/readyz", nil).Status)
}
