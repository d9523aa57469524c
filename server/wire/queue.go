package wire

import (
	"runtime"
	"time"

	"tongban/runtime/fair"
	"tongban/server/ops"
)

// The limits of heavy reads: those that no index serves.
const (
	heavyWaiting = 64               // of one tenant
	heavyWait    = 10 * time.Second // of each
	// heavyRemote is how many may run for each core where the work is done by a
	// database server.
	heavyRemote = 4
)

// queueOf shares out the room for heavy reads. One tenant always leaves room for another.
func queueOf(b *Base, m *ops.Metrics) *fair.Queue {
	room := max(2, runtime.GOMAXPROCS(0))
	if b.Engine.Info().Distributed {
		room *= heavyRemote
	}
	var q *fair.Queue
	observe := m.Queue(func() (int, int) {
		s := q.State()
		return s.Running, s.Waiting
	})
	q = fair.New(fair.Options{Room: room, Each: max(1, room/2), Waiting: heavyWaiting, Wait: heavyWait, Now: b.Now, Observe: observe})
	return q
}
