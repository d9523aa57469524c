package live

import (
	"slices"
	"sync"
	"time"

	"tongban/runtime/access"
	"tongban/schema"
)

// The limits of one client's queue. Past them the queue becomes a reset, and
// past patience without a write the client is closed.
const (
	maxQueued      = 256
	maxQueuedBytes = 256 << 10
	patience       = 10 * time.Second
	maxRooms       = 200
)

// How often a client's session is looked up although nobody has said that it
// ended, and how many clients are at most in one second.
const (
	lookEvery = 45 * time.Second
	lookMost  = 500
)

// Writer sends frames to a page, in order. It is called by one goroutine at a
// time; an error ends the client.
type Writer func(frames []*Frame) error

// Client is one open page. Make it with Hub.Connect.
type Client struct {
	id    string
	hub   *Hub
	write Writer
	// onClose is called once, in a goroutine of its own, when the client ends for a reason of ours.
	onClose func(Reason)

	mu       sync.Mutex // guards what follows
	actor    access.Actor
	session  string
	checked  time.Time // when the session was looked up
	queue    []*Frame
	bytes    int
	draining bool
	stalled  time.Time // since when the queue has been over its limit; zero: it is not
	closed   bool
	rooms    map[string]*room
}

// Reason says why the hub ended a client.
type Reason string

// The reasons.
const (
	TooSlow   Reason = "slow"      // it did not take its frames
	SignedOut Reason = "signedOut" // its session ended
	Stopping  Reason = "stopping"  // the program stops
)

// Actor is who is at the page.
func (c *Client) Actor() access.Actor {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.actor
}

// Send queues a frame. It never waits for the page.
func (c *Client) Send(f *Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.queue = append(c.queue, f)
	c.bytes += len(f.Data)
	if len(c.queue) > maxQueued || c.bytes > maxQueuedBytes {
		c.shrink()
	}
	if !c.draining {
		c.draining = true
		go c.drain()
	}
}

// shrink gives up what the page can ask for again: first who is where, then
// the events, of which one reset for each room remains. The caller holds mu.
func (c *Client) shrink() {
	c.keep(func(f *Frame) bool { return !f.ephemeral })
	if len(c.queue) <= maxQueued && c.bytes <= maxQueuedBytes {
		return
	}
	var rooms []string
	for _, f := range c.queue {
		if f.room != "" && !slices.Contains(rooms, f.room) {
			rooms = append(rooms, f.room)
		}
	}
	c.keep(func(f *Frame) bool { return f.room == "" })
	for _, r := range rooms {
		f := resetFrame(r, c.hub.position(c.actor.Tenant))
		c.queue = append(c.queue, f)
		c.bytes += len(f.Data)
	}
	if c.stalled.IsZero() {
		c.stalled = c.hub.now()
	}
}

func (c *Client) keep(want func(*Frame) bool) {
	kept := c.queue[:0:0]
	c.bytes = 0
	for _, f := range c.queue {
		if want(f) {
			kept = append(kept, f)
			c.bytes += len(f.Data)
		}
	}
	c.queue = kept
}

// drain writes until the queue is empty. An idle client has no such goroutine.
func (c *Client) drain() {
	for {
		c.mu.Lock()
		if len(c.queue) == 0 || c.closed {
			c.draining = false
			c.mu.Unlock()
			return
		}
		frames := c.queue
		c.queue, c.bytes = nil, 0
		c.mu.Unlock()
		if err := c.write(frames); err != nil {
			c.hub.Disconnect(c)
			return
		}
		c.mu.Lock()
		c.stalled = time.Time{}
		c.mu.Unlock()
	}
}

// slow says whether the client has not taken a frame for too long.
func (c *Client) slow(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.stalled.IsZero() && now.Sub(c.stalled) > patience
}

// due says whether it is time to look the session up, and takes it as done.
func (c *Client) due(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	since := now.Sub(c.checked)
	if since >= 0 && since < lookEvery { // a clock set back makes it due too
		return false
	}
	c.checked = now
	return true
}

// end closes the client for a reason of the hub's. The page is told on the
// side: one that takes nothing keeps a goodbye waiting.
func (c *Client) end(why Reason) {
	if c.hub.disconnect(c) && c.onClose != nil {
		c.hub.goodbyes.Go(func() { c.onClose(why) })
	}
}

func (c *Client) tenant() schema.TenantID { return c.Actor().Tenant }
