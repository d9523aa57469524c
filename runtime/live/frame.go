// Package live tells open pages what has changed: it keeps rooms, masks every
// event for those who see it, replays what a page has missed and passes on who
// is where. It knows no sockets: a Client is a queue with a function that
// writes. It never sends a value that its receiver could not read over the API.
package live

import (
	"strconv"
	"sync"

	"tongban/schema"
)

// Frame is one message to pages. It may be sent to many clients.
type Frame struct {
	Data []byte // JSON
	// Seq is up to where in the log the page is told with this frame; 0 where it
	// is about something else.
	Seq schema.Seq
	// ephemeral frames (who is where) are the first to go when a client is slow.
	ephemeral bool
	room      string

	once     sync.Once
	prepared any
}

// Prepared returns what build makes of the frame, made once however many
// clients ask: a door keeps its wire form here.
func (f *Frame) Prepared(build func([]byte) any) any {
	f.once.Do(func() { f.prepared = build(f.Data) })
	return f.prepared
}

func resetFrame(room string, seq schema.Seq) *Frame {
	b := append([]byte(`{"t":"reset","room":"`), room...)
	b = append(b, `","seq":`...)
	b = strconv.AppendInt(b, int64(seq), 10)
	return &Frame{Data: append(b, '}'), Seq: seq, room: room}
}
