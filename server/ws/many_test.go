package ws_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// heard is one event as a page gets it.
type heard struct {
	Kind   string
	Record struct {
		ID      string
		Version int64
		Fields  struct{ Name string }
	}
}

// listener is a page that only listens.
type listener struct {
	conn *websocket.Conn
	seq  int64
	last map[string]string // the name of each record
	made map[string]int    // how often each was told of as created
	bad  []string
	told chan heard // nil: not wanted
}

var small = websocket.Dialer{
	ReadBufferSize: 512, WriteBufferSize: 512,
	NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := (&net.Dialer{}).DialContext(ctx, network, addr)
		if tcp, ok := c.(*net.TCPConn); ok {
			err = tcp.SetReadBuffer(4096)
		}
		return c, err
	},
}

func (d *door) listener(told chan heard) *listener {
	d.t.Helper()
	return d.listenerBy(websocket.DefaultDialer, told)
}

func (d *door) listenerBy(dialer *websocket.Dialer, told chan heard) *listener {
	d.t.Helper()
	conn, _, err := dialer.DialContext(d.t.Context(), "ws://"+d.addr+"/ws", http.Header{"Authorization": {"x"}})
	require.NoError(d.t, err)
	d.t.Cleanup(func() { _ = conn.Close() })
	say(d.t, conn, map[string]any{"t": "sub", "id": 1, "room": d.room()})
	hear(d.t, conn, "ok")
	require.NoError(d.t, conn.SetReadDeadline(time.Time{}))
	return &listener{conn: conn, last: map[string]string{}, made: map[string]int{}, told: told}
}

// listen reads until done says that all is heard, or the connection ends.
func (l *listener) listen(done func(*listener) bool) {
	for !done(l) {
		var m struct {
			T      string
			Seq    int64
			Events []heard
		}
		if err := l.conn.ReadJSON(&m); err != nil {
			l.bad = append(l.bad, err.Error())
			return
		}
		switch m.T {
		case "events":
			if m.Seq <= l.seq {
				l.bad = append(l.bad, fmt.Sprintf("%d after %d", m.Seq, l.seq))
			}
			l.seq = m.Seq
			for _, e := range m.Events {
				l.last[e.Record.ID] = e.Record.Fields.Name
				if e.Kind == "created" {
					l.made[e.Record.ID]++
				}
				if l.told != nil {
					l.told <- e
				}
			}
		case "reset":
			l.bad = append(l.bad, "reset")
		}
	}
}

func (d *door) rename(id schema.RecordID, name string) {
	d.t.Helper()
	_, err := d.recs.Write(d.t.Context(), record.Batch{
		Actor: d.boss, Entity: d.entity, Via: "api", Changes: []record.Change{{Op: store.OpUpdate, ID: id, Fields: map[string]any{"name": name}}},
	})
	require.NoError(d.t, err)
}

func TestAllSocketsOfATableHearEveryChangeOnceAndInOrder(t *testing.T) {
	const sockets, writers, each = 300, 4, 15
	d := newDoor(t)
	ls := make([]*listener, sockets)
	for i := range ls {
		ls[i] = d.listener(nil)
	}
	require.Equal(t, sockets, d.door.Sockets())
	final := func(w, i int) string { return fmt.Sprintf("w%d-%d-final", w, i) }
	var want sync.Map
	var reading, writing sync.WaitGroup
	for _, l := range ls {
		reading.Go(func() {
			l.listen(func(l *listener) bool {
				n := 0
				for _, name := range l.last {
					if strings.HasSuffix(name, "-final") {
						n++
					}
				}
				return n == writers*each
			})
		})
	}
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				rec := d.create("new")
				d.rename(rec.ID, "on the way")
				d.rename(rec.ID, final(w, i))
				want.Store(schema.FormatID(schema.PrefixRecord, rec.ID), final(w, i))
			}
		})
	}
	writing.Wait()
	stop := time.AfterFunc(30*time.Second, func() {
		for _, l := range ls {
			_ = l.conn.Close()
		}
	})
	reading.Wait()
	stop.Stop()
	for i, l := range ls {
		require.Empty(t, l.bad, "socket %d", i)
		require.Len(t, l.last, writers*each)
		for id, name := range l.last {
			w, _ := want.Load(id)
			require.Equal(t, w, name)
			require.Equal(t, 1, l.made[id], "socket %d is told once that %s is new", i, id)
		}
	}
}

func TestSocketsThatTakeNothingAreDroppedAndDelayNobody(t *testing.T) {
	const quick, stuck = 30, 30
	d := newDoor(t)
	for range stuck {
		d.listenerBy(&small, nil) // nobody reads
	}
	var got atomic.Int64
	var ls []*listener
	for range quick {
		ls = append(ls, d.listener(nil))
	}
	rec := d.create("begin")
	var reading sync.WaitGroup
	for _, l := range ls {
		reading.Go(func() {
			l.listen(func(l *listener) bool {
				if l.seq > 0 {
					got.Add(1)
				}
				return slices.Contains([]string{"end"}, l.last[schema.FormatID(schema.PrefixRecord, rec.ID)])
			})
		})
	}
	long := strings.Repeat("长", 900)
	worst := time.Duration(0)
	require.Equal(t, quick+stuck, d.door.Sockets())
	for i := range 1200 { // more than the kernel and the queue of a socket take together, and sooner than a write runs into its deadline
		began := time.Now()
		d.rename(rec.ID, fmt.Sprintf("%d%s", i, long))
		worst = max(worst, time.Since(began))
		<-time.After(2 * time.Millisecond)
		if i%300 == 299 {
			<-time.After(500 * time.Millisecond) // the quick ones catch up
			d.ahead.Add(int64(11 * time.Second)) // what has been stuck so far is over its patience now
			<-time.After(1500 * time.Millisecond)
			if d.door.Sockets() == quick {
				break
			}
		}
	}
	require.Less(t, worst, 5*time.Second, "a writer waits for no reader")
	require.Equal(t, quick, d.door.Sockets(), "the stuck ones are dropped, and only they")
	d.rename(rec.ID, "end")
	reading.Wait()
	for _, l := range ls {
		require.Empty(t, l.bad)
	}
}

// BenchmarkFanOut: one edit to all of a table's open pages, over loopback in
// one process; the worst of all pages counts.
func BenchmarkFanOut(b *testing.B) {
	for _, n := range []int{1, 200, 1000} {
		b.Run(fmt.Sprintf("sockets=%d", n), func(b *testing.B) {
			d := newDoor(b)
			rec := d.create("begin")
			told := make(chan heard, 2*n)
			var reading sync.WaitGroup
			var ls []*listener
			for range n {
				l := d.listener(told)
				ls = append(ls, l)
				reading.Go(func() { l.listen(func(*listener) bool { return false }) })
			}
			var each []time.Duration
			var writes time.Duration
			b.ResetTimer()
			for i := range b.N {
				began := time.Now()
				d.rename(rec.ID, fmt.Sprint("n", i))
				writes += time.Since(began)
				for range n {
					<-told
					each = append(each, time.Since(began))
				}
			}
			b.StopTimer()
			slices.Sort(each)
			b.ReportMetric(float64(each[len(each)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(each[len(each)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(writes.Microseconds())/1000/float64(b.N), "write-ms")
			for _, l := range ls {
				_ = l.conn.Close()
			}
			reading.Wait()
		})
	}
}

// raw marks the floor: the same number of bare sockets of the library, to
// which one prepared message is written in turn.
func BenchmarkFanOutFloor(b *testing.B) {
	const n = 1000
	up := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferSize: 1024, WriteBufferPool: &sync.Pool{}}
	conns := make(chan *websocket.Conn, n)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c, err := up.Upgrade(w, r, nil); err == nil {
			conns <- c
		}
	})}
	go func() { _ = srv.Serve(ln) }()
	defer func() { _ = srv.Close() }()
	told := make(chan struct{}, n)
	var all []*websocket.Conn
	for range n {
		c, _, err := small.DialContext(b.Context(), "ws://"+ln.Addr().String(), nil)
		require.NoError(b, err)
		go func() {
			for {
				var m json.RawMessage
				if c.ReadJSON(&m) != nil {
					return
				}
				told <- struct{}{}
			}
		}()
		defer func() { _ = c.Close() }()
		all = append(all, <-conns)
	}
	msg, err := websocket.NewPreparedMessage(websocket.TextMessage, []byte(`{"t":"events","room":"`+strings.Repeat("x", 250)+`"}`))
	require.NoError(b, err)
	var each []time.Duration
	b.ResetTimer()
	for range b.N {
		began := time.Now()
		for _, c := range all {
			if err := c.WritePreparedMessage(msg); err != nil {
				b.Fatal(err)
			}
		}
		for range n {
			<-told
			each = append(each, time.Since(began))
		}
	}
	b.StopTimer()
	slices.Sort(each)
	b.ReportMetric(float64(each[len(each)*99/100].Microseconds())/1000, "p99-ms")
}

// All pages come back at once: they are let in one after the other, and all of
// them are. Other requests are answered meanwhile.
func TestACrowdOfSocketsIsLetInOneAfterTheOther(t *testing.T) {
	const crowd, rate = 80, 40
	d := newDoorOf(t, rate)
	began := time.Now()
	came := make([]time.Duration, crowd)
	var coming sync.WaitGroup
	for i := range crowd {
		coming.Go(func() {
			c, _, err := d.dial(nil)
			if err != nil {
				t.Error(err)
				return
			}
			came[i] = time.Since(began)
			_ = c.Close()
		})
	}
	resp, err := http.Get("http://" + d.addr + "/plain")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Less(t, time.Since(began), time.Second, "others are answered meanwhile")
	coming.Wait()
	slices.Sort(came)
	require.Less(t, came[0], time.Second)
	require.Greater(t, came[crowd-1], 1500*time.Millisecond, "80 at 40 a second")
	require.Less(t, came[crowd-1], 4*time.Second)
}
