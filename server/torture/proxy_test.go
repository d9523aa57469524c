package torture

import (
	wire "encoding/binary"
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
	delay        atomic.Int64 // of each answer
	cut          atomic.Int64 // close a connection after so many bytes of answers; 0: never
	doomed       atomic.Int64 // so many answers to a commit are cut off: it is made, but nobody hears of it
	dead         atomic.Int64 // connections up to this one carry nothing any more, and nobody is told
	made         atomic.Int64 // connections so far

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
		w := &way{commits: map[uint32]bool{}, no: x.made.Add(1)}
		go x.pipe(w, s, c, func(m []byte) bool { return w.request(m) })
		go x.pipe(w, c, s, func(m []byte) bool { return x.answer(c, w, m) })
	}
}

// way is one connection: it knows which requests on it are commits.
type way struct {
	no      int64
	mu      sync.Mutex
	commits map[uint32]bool
	sent    int64 // bytes of answers
}

// request takes note of a commit. A message of the protocol is 16 bytes of
// head, 4 of flags, the kind of its section and a document, whose first name,
// behind 4 bytes of length and 1 of type, is the command.
func (w *way) request(m []byte) bool {
	const opMsg, name = 2013, 26
	command := "commitTransaction\x00"
	if len(m) > name+len(command) && wire.LittleEndian.Uint32(m[12:]) == opMsg && string(m[name:name+len(command)]) == command {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.commits[wire.LittleEndian.Uint32(m[4:])] = true
	}
	return true
}

// answersCommit reports whether a message answers a commit.
func (w *way) answersCommit(m []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := wire.LittleEndian.Uint32(m[8:])
	is := w.commits[id]
	delete(w.commits, id)
	return is
}

// answer lets the faults have an answer; false: the connection is cut before it.
func (x *proxy) answer(c net.Conn, w *way, m []byte) bool {
	if d := time.Duration(x.delay.Load()); d > 0 {
		pause(d/2 + rand.N(d))
	}
	if w.answersCommit(m) && x.doomed.Add(-1) >= 0 {
		return false
	}
	w.sent += int64(len(m))
	if most := x.cut.Load(); most > 0 && w.sent > most {
		_, _ = c.Write(m[:len(m)/2]) // it ends in the middle of a message
		return false
	}
	return true
}

// pipe carries messages until one side ends or pass says so.
func (x *proxy) pipe(w *way, to, from net.Conn, pass func([]byte) bool) {
	defer func() {
		closeHard(to)
		closeHard(from)
		x.mu.Lock()
		delete(x.conns, to)
		delete(x.conns, from)
		x.mu.Unlock()
	}()
	for {
		m, err := message(from)
		for x.hole.Load() {
			pause(10 * time.Millisecond)
		}
		if err != nil {
			return
		}
		if w.no <= x.dead.Load() {
			continue
		}
		if !pass(m) {
			return
		}
		if _, err := to.Write(m); err != nil {
			return
		}
	}
}

// message reads one message of the protocol.
func message(r io.Reader) ([]byte, error) {
	var head [16]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	size := wire.LittleEndian.Uint32(head[:])
	if size < 16 || size > 64<<20 {
		return nil, fmt.Errorf("a message of %d bytes", size)
	}
	m := make([]byte, size)
	copy(m, head[:])
	_, err := io.ReadFull(r, m[16:])
	return m, err
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
	direct := mongotest.Double(t)
	x, uri := newProxy(t, direct)
	p := newProgram(t, t.TempDir(), "TONGBAN_STORE="+uri)
	l := newLedger(t, p)
	clean := func() {
		x.refuse.Store(false)
		x.hole.Store(false)
		x.delay.Store(0)
		x.cut.Store(0)
		x.doomed.Store(0)
	}
	faults := []struct {
		name   string
		healed bool // by the store itself: nobody is told to come back later
		set    func()
	}{
		{"reset", false, func() {
			for range 4 {
				x.reset()
				pause(100 * time.Millisecond)
			}
		}},
		{"refuse", false, func() { x.refuse.Store(true); x.reset(); pause(800 * time.Millisecond) }},
		{"black hole", false, func() { x.hole.Store(true); pause(1500 * time.Millisecond) }},
		{"dead connections", false, func() { x.dead.Store(x.made.Load()); pause(500 * time.Millisecond) }},
		{"cut in the middle", false, func() {
			for i := range 6 {
				x.cut.Store(int64(2000 + i*1700))
				pause(80 * time.Millisecond)
			}
		}},
		{"cut at commits", true, func() { x.doomed.Store(20); pause(1500 * time.Millisecond) }},
		{"aborted transactions", true, func() {
			mongotest.Inject(t, direct, mongotest.Fault{On: "commit", Do: "conflict", Chance: 0.4}, mongotest.Fault{On: "write", Do: "conflict", Chance: 0.1})
			pause(800 * time.Millisecond)
			require.Positive(t, mongotest.Inject(t, direct))
		}},
		{"latency", true, func() { x.delay.Store(int64(40 * time.Millisecond)); pause(800 * time.Millisecond) }},
	}
	began := time.Now()
	for round := 0; again(t, began, round, 1); round++ {
		for i, f := range faults {
			_, before := l.sum()
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
			if f.healed {
				require.Equal(t, before, others, "%s is healed without a word", f.name)
			}
			t.Logf("%s: %v after it ended; refused so far %v", f.name, time.Since(healed).Round(time.Millisecond), others)
		}
	}
	l.repeat(p)
	l.verify(p)
}

// Nothing here carries a key: what keeps the writes single is that the store
// finds out by itself what became of a commit whose answers never come. A few
// cuts are healed by asking again; where there is no end of them, by the mark that
// the commit has left.
func TestAWriteIsMadeOnceThoughTheAnswersToItsCommitAreCut(t *testing.T) {
	x, uri := newProxy(t, mongotest.Double(t))
	p := newProgram(t, t.TempDir(), "TONGBAN_STORE="+uri)
	l := newLedger(t, p)
	const (
		endless  = 1 << 40
		patience = 10 * time.Second // of the store with one commit
	)
	for name, cuts := range map[string]int64{"once": 1, "three times": 3, "for long": endless} {
		t.Run(name, func(t *testing.T) {
			x.doomed.Store(cuts)
			defer time.AfterFunc(patience+patience/5, func() { x.doomed.Store(0) }).Stop()
			a, err := p.call("POST", l.records(), creation(name))
			require.NoError(t, err)
			require.Less(t, x.doomed.Swap(0), cuts, "an answer was cut")
			require.Less(t, a.Status, 300, "%s\n%s", a.Raw, tail(p.log.String(), 2000))
			found := p.ok("POST", l.records()+"/query", row{"filter": row{"field": "code", "op": "startsWith", "value": name + "/"}})
			require.Len(t, found.list("records"), batchOf)
			for _, r := range found.list("records") {
				require.EqualValues(t, 1, r["version"])
			}
		})
	}
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
