package ws

import (
	"bufio"
	"errors"
	"fmt"
	"slices"
	"strconv"
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
	if err := d.turns.wait(d.o.Hub.Life()); err != nil {
		return d.o.Fail(c, err)
	}
	a, session, err := d.o.Caller(c)
	if err != nil {
		return d.o.Fail(c, err)
	}
	room, after, err := streamQuery(c)
	if err != nil {
		return d.o.Fail(c, err)
	}
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
	seq, err := d.o.Hub.Subscribe(c.UserContext(), client, room, after)
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

// streamQuery reads what a stream is asked for, as strictly as the routes do.
func streamQuery(c *fiber.Ctx) (room string, after schema.Seq, err error) {
	for k, v := range c.Context().QueryArgs().All() {
		switch string(k) {
		case "room":
			room = string(v)
		case "after":
			n, err := strconv.ParseInt(string(v), 10, 64)
			if len(v) > 0 && (err != nil || n < 0) {
				return "", 0, fail.New(fail.Invalid, "param.invalid").On("after")
			}
			after = schema.Seq(n)
		default:
			return "", 0, fail.New(fail.Invalid, "param.unknown")
		}
	}
	if last, err := strconv.ParseInt(c.Get("Last-Event-ID"), 10, 64); err == nil && last > 0 {
		after = schema.Seq(last) // the browser has come back by itself
	}
	return room, after, nil
}

func pump(w *bufio.Writer, frames <-chan []*live.Frame, done <-chan struct{}, seq schema.Seq) {
	end := time.NewTimer(streamLife)
	beat := time.NewTicker(pingEvery)
	defer end.Stop()
	defer beat.Stop()
	if !event(w, "ready", seq, fmt.Appendf(nil, `{"seq":%d}`, seq)) {
		return
	}
	for {
		select {
		case fs := <-frames:
			for _, f := range fs {
				if !event(w, "", f.Seq, f.Data) {
					return
				}
			}
		case <-beat.C:
			if !event(w, "beat", 0, []byte("{}")) {
				return
			}
		case <-done:
			return
		case <-end.C:
			return
		}
	}
}

// event writes one event, with the position from which a browser goes on that
// comes back; false where the reader has gone.
func event(w *bufio.Writer, name string, seq schema.Seq, data []byte) bool {
	if seq > 0 {
		if _, err := fmt.Fprintf(w, "id: %d\n", seq); err != nil {
			return false
		}
	}
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
