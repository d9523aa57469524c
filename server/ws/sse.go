package ws

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/live"
	"tongban/schema"
	"tongban/schema/fail"
)

// streamLife ends a stream now and then, so that a page that has gone without
// a word does not hold it; browsers come back by themselves with Last-Event-ID.
const streamLife = 10 * time.Minute

var errStreamFull = errors.New("the stream's reader is behind")

// Stream answers GET /events?room=…&after=…: the frames of one room as
// server-sent events.
func (d *Door) Stream(c *fiber.Ctx) error {
	a, session, err := d.o.Caller(c)
	if err != nil {
		return d.o.Fail(c, err)
	}
	room := c.Query("room")
	after := c.QueryInt("after")
	frames := make(chan []*live.Frame, 64)
	write := func(fs []*live.Frame) error {
		select {
		case frames <- fs:
			return nil
		case <-time.After(writeWait):
			return errStreamFull
		}
	}
	done := make(chan struct{})
	client, err := d.o.Hub.Connect(c.UserContext(), a, session, write, func(live.Reason) { close(done) })
	if err != nil {
		return d.o.Fail(c, err)
	}
	seq, err := d.o.Hub.Subscribe(c.UserContext(), client, room, schema.Seq(after))
	if err != nil {
		d.o.Hub.Disconnect(client)
		if fail.KindOf(err) == fail.NotFound {
			err = fail.New(fail.NotFound, "room.unknown").On("room")
		}
		return d.o.Fail(c, err)
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set("X-Accel-Buffering", "no")
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer d.o.Hub.Disconnect(client)
		pump(w, frames, done, seq)
	})
	return nil
}

func pump(w *bufio.Writer, frames <-chan []*live.Frame, done <-chan struct{}, seq schema.Seq) {
	end := time.NewTimer(streamLife)
	beat := time.NewTicker(pingEvery)
	defer end.Stop()
	defer beat.Stop()
	if !event(w, "ready", fmt.Appendf(nil, `{"seq":%d}`, seq)) {
		return
	}
	for {
		select {
		case fs := <-frames:
			for _, f := range fs {
				if !event(w, "", f.Data) {
					return
				}
			}
		case <-beat.C:
			if !event(w, "beat", []byte("{}")) {
				return
			}
		case <-done:
			return
		case <-end.C:
			return
		}
	}
}

// event writes one event; false where the reader has gone.
func event(w *bufio.Writer, name string, data []byte) bool {
	if name != "" {
		if _, err := w.WriteString("event: " + name + "\n"); err != nil {
			return false
		}
	}
	if _, err := w.WriteString("data: "); err != nil {
		return false
	}
	if _, err := w.Write(append(slices.Clip(data), "\n\n"...)); err != nil {
		return false
	}
	return w.Flush() == nil
}
