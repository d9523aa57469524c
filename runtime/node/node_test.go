package node

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tongban/runtime/store"
	"tongban/runtime/store/sqlite"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// shared is a store that several nodes may use, and whose server has a clock.
type shared struct {
	store.Engine
	off time.Duration
}

func (s *shared) Info() store.Info { return store.Info{Name: "test", Distributed: true} }

func (s *shared) ServerTime(context.Context) (time.Time, error) { return time.Now().Add(s.off), nil }

// pipe is a connection within the process.
type pipe struct {
	in, out chan []byte
	once    *sync.Once
	over    chan struct{}
}

var errOver = errors.New("closed")

func (p *pipe) Read() ([]byte, error) {
	select {
	case b := <-p.in:
		return b, nil
	case <-p.over:
		return nil, errOver
	}
}

func (p *pipe) Write(b []byte) error {
	select {
	case p.out <- b:
		return nil
	case <-p.over:
		return errOver
	}
}

func (p *pipe) Close() error { p.once.Do(func() { close(p.over) }); return nil }

// world is some nodes on one store.
type world struct {
	t      *testing.T
	engine *shared
	mu     sync.Mutex
	at     map[string]*Node
	spoil  func(*pipe) Conn // what stands between two nodes
}

func newWorld(t *testing.T) *world {
	e, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return &world{t: t, engine: &shared{Engine: e}, at: map[string]*Node{}}
}

const fast = 20 * time.Millisecond

// start lets a node join and live until the returned function is called.
func (w *world) start(addr string, moved func(int)) (*Node, func()) {
	w.t.Helper()
	n, err := Join(w.t.Context(), Options{Engine: w.engine, Now: time.Now, Log: slog.New(slog.DiscardHandler), Moved: moved, Dial: w.dial, every: fast})
	require.NoError(w.t, err)
	n.At(addr)
	w.mu.Lock()
	w.at[addr] = n
	w.mu.Unlock()
	ctx, cancel := context.WithCancel(context.WithoutCancel(w.t.Context()))
	var running sync.WaitGroup
	running.Go(func() { n.Keep(ctx) })
	stop := sync.OnceFunc(func() { cancel(); running.Wait() })
	w.t.Cleanup(stop)
	return n, stop
}

func (w *world) dial(ctx context.Context, addr string) (Conn, error) {
	w.mu.Lock()
	to := w.at[addr]
	w.mu.Unlock()
	if to == nil {
		return nil, errOver
	}
	ab, ba, over := make(chan []byte, 16), make(chan []byte, 16), make(chan struct{})
	once := &sync.Once{}
	mine, theirs := &pipe{ba, ab, once, over}, &pipe{ab, ba, once, over}
	go func() { _ = to.Accept(context.WithoutCancel(ctx), theirs) }()
	if w.spoil != nil {
		return w.spoil(mine), nil
	}
	return mine, nil
}

func linked(n *Node, count int) func() bool {
	return func() bool {
		k := 0
		for _, p := range n.Peers() {
			if p.Linked {
				k++
			}
		}
		return k == count
	}
}

func TestNodesHoldDifferentNumbersAndHearOneAnother(t *testing.T) {
	w := newWorld(t)
	got := make(chan string, 10)
	var nodes []*Node
	numbers := map[int]bool{}
	for _, addr := range []string{"a", "b", "c"} {
		n, _ := w.start(addr, nil)
		n.Handle("greet", func(_ string, body []byte) { got <- addr + string(body) })
		nodes, numbers[n.Number()] = append(nodes, n), true
	}
	require.Len(t, numbers, 3)
	for _, n := range nodes {
		require.Eventually(t, linked(n, 2), 5*time.Second, fast)
	}
	nodes[0].Cast("greet", "hi")
	require.ElementsMatch(t, []string{`b"hi"`, `c"hi"`}, []string{<-got, <-got})
}

func TestANodeThatEndsIsMissedAndItsNumberIsFreeAgain(t *testing.T) {
	w := newWorld(t)
	a, _ := w.start("a", nil)
	b, kill := w.start("b", nil)
	require.Eventually(t, func() bool { return a.Lives(b.Name()) }, 5*time.Second, fast)
	kill() // without a word
	require.Eventually(t, func() bool { return !a.Lives(b.Name()) }, 5*time.Second, fast)
	c, _ := w.start("c", nil)
	require.Equal(t, b.Number(), c.Number())
	require.True(t, a.Lives(a.Name()))
}

func TestANodeThatLeavesGivesItsNumberBack(t *testing.T) {
	w := newWorld(t)
	a, stop := w.start("a", nil)
	stop()
	a.Leave(t.Context())
	left, err := signs(t.Context(), w.engine)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.Empty(t, left[0].sign.Run)
}

func TestANodeWhoseNumberWasTakenMeanwhileTakesAnother(t *testing.T) {
	w := newWorld(t)
	moved := make(chan int, 1)
	a, stop := w.start("a", func(n int) { moved <- n })
	stop() // it stands still
	require.NoError(t, drop(t.Context(), w.engine, a.Number(), a.seat.version))
	b, _ := w.start("b", nil)
	require.Equal(t, a.Number(), b.Number())
	a.beat(t.Context()) // and goes on
	require.NotEqual(t, b.Number(), a.Number())
	require.Equal(t, a.Number(), <-moved)
}

func TestANumberIsNotTakenFromANodeWhoseClockIsBehind(t *testing.T) {
	w := newWorld(t)
	var all []*Node
	for range Most {
		n, err := Join(t.Context(), Options{Engine: w.engine, Log: slog.New(slog.DiscardHandler), every: fast, Now: func() time.Time { return time.Now().Add(-10 * time.Minute) }})
		require.NoError(t, err)
		all = append(all, n)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var beating sync.WaitGroup
	for _, n := range all[:Most-1] {
		beating.Go(func() {
			for wait(ctx, fast) == nil {
				n.beat(ctx)
			}
		})
	}
	n, _ := w.start("late", nil) // finds out which one is silent
	require.Equal(t, all[Most-1].Number(), n.Number())
	cancel()
	beating.Wait()
}

func TestAWrongClockIsNoticed(t *testing.T) {
	w := newWorld(t)
	w.engine.off = -time.Hour
	n, _ := w.start("a", nil)
	require.InDelta(t, time.Hour.Seconds(), n.Skew().Seconds(), 1)
}

// spoiled changes what goes over a line after the greeting.
type spoiled struct {
	*pipe
	n int
}

func (s *spoiled) Write(b []byte) error {
	if s.n++; s.n > 1 {
		b[len(b)/2] ^= 1 // in the midst of what is said
	}
	return s.pipe.Write(b)
}

func TestALineThatSomebodyTampersWithEnds(t *testing.T) {
	w := newWorld(t)
	w.spoil = func(p *pipe) Conn { return &spoiled{pipe: p} }
	heard := make(chan []byte, 100)
	a, _ := w.start("a", nil)
	b, _ := w.start("b", nil)
	for _, n := range []*Node{a, b} {
		n.Handle("x", func(_ string, body []byte) { heard <- body })
	}
	caller := a
	if b.Name() < a.Name() {
		caller = b
	}
	for range 20 {
		caller.Cast("x", strings.Repeat("a", 200))
		<-time.After(fast)
	}
	require.Empty(t, heard)
}

func TestStrangersAreTurnedAway(t *testing.T) {
	w := newWorld(t)
	n, _ := w.start("a", nil)
	secret, err := n.theSecret(t.Context())
	require.NoError(t, err)
	stranger := &Node{run: "zzz"}
	for name, key := range map[string][]byte{"with a wrong secret": []byte("guess"), "with none": nil, "that reflects": secret[:31]} {
		conn, err := w.dial(t.Context(), "a")
		require.NoError(t, err)
		_, err = stranger.call(conn, key, n.Name())
		require.Error(t, err, name)
	}
	require.Empty(t, n.Peers())
	conn, err := w.dial(t.Context(), "a")
	require.NoError(t, err)
	var theirs, last hello
	require.NoError(t, hear(conn, &theirs))
	nonce, err := freshNonce()
	require.NoError(t, err)
	require.NoError(t, say(conn, hello{Run: "zzz", Nonce: nonce, Proof: proof([]byte("guess"), "caller", [][]byte{[]byte("zzz"), []byte(n.run), nonce, theirs.Nonce})}))
	require.Error(t, hear(conn, &last), "who proves nothing gets no proof: %v", last)
	conn, err = w.dial(t.Context(), "a")
	require.NoError(t, err)
	_, err = stranger.call(conn, secret, "another node")
	require.ErrorContains(t, err, "somebody else")
	require.NoError(t, conn.Close())
}

func TestOnlyANodeThatIsSilentTimeAfterTimeCountsAsDead(t *testing.T) {
	w := watch{}
	beat := int64(0)
	look := func(times int) {
		for range times {
			w.look([]seen{{number: 1, sign: sign{Run: "a", Beat: beat}}})
		}
	}
	look(1)
	for range 3 {
		look(deadAfter - 1)
		require.False(t, w.dead("a"))
		beat++
		look(1)
	}
	look(deadAfter)
	require.True(t, w.dead("a"))
}
