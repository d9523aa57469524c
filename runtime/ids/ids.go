// Package ids makes the numbers by which everything is known: time-ordered
// and below 2^53, so that JavaScript holds them exactly. It knows nothing of
// what the numbers are for.
package ids

import (
	"sync"
	"time"
)

// epoch is 2026-01-01T00:00:00Z in ms: 41 bits from there reach into 2095.
const epoch = 1767225600000

const (
	nodeBits = 4
	seqBits  = 8
	maxNode  = 1<<nodeBits - 1
	maxSeq   = 1<<seqBits - 1
)

// Source makes ids. It is safe for concurrent use.
type Source struct {
	now func() time.Time

	mu   sync.Mutex // guards what follows
	node int64
	// ms is the time of the last id. It may run ahead of the clock after a
	// burst, and stands still while the clock is set back.
	ms, seq int64
}

// New returns a source for one of at most 16 nodes that write to the same
// store; node is taken modulo 16. Two nodes with different numbers never make
// the same id.
func New(now func() time.Time, node int) *Source {
	return &Source{now: now, node: int64(node) & maxNode}
}

// Next returns an id that is greater than all that this source made before.
func (s *Source) Next() int64 {
	at := s.now().UnixMilli() - epoch
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case at > s.ms:
		s.ms, s.seq = at, 0
	case s.seq < maxSeq:
		s.seq++
	default:
		s.ms, s.seq = s.ms+1, 0
	}
	return s.ms<<(nodeBits+seqBits) | s.seq<<nodeBits | s.node
}

// Move lets further ids be those of another node.
func (s *Source) Move(node int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.node = int64(node) & maxNode
}

// Above lets all further ids be greater than one that was made before.
func (s *Source) Above(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ms := id >> (nodeBits + seqBits); ms >= s.ms {
		s.ms, s.seq = ms, maxSeq
	}
}

// Ahead returns an id that is greater than all that are made until some time after another.
func Ahead(id int64, d time.Duration) int64 {
	return id + d.Milliseconds()<<(nodeBits+seqBits)
}

// Time returns the moment at which an id was made, to within the length of a burst.
func Time(id int64) time.Time {
	return time.UnixMilli(id>>(nodeBits+seqBits) + epoch).UTC()
}
