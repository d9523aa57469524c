// Package ws is the door for open pages: a WebSocket on the API's port, and
// server-sent events where a socket does not get through. It authenticates,
// pumps frames between the wire and runtime/live, and decides nothing about
// who may see what.
package ws

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"
	"github.com/valyala/fasthttp"
)

// The sizes of one socket. An idle one costs about 7 kB.
const (
	bufferSize     = 1024
	maxMessage     = 256 << 10
	kernelSendSize = 64 << 10
)

// upgrader hands fiber's connections to gorilla/websocket.
//
// fasthttp gives the raw connection away only after the handler has returned
// and reuses the request's buffers from then on, so gorilla gets copies; bytes
// that fasthttp has already read from the wire are put in front of it. The
// server must run with KeepHijackedConns.
type upgrader struct {
	websocket.Upgrader
}

func newUpgrader() *upgrader {
	return &upgrader{websocket.Upgrader{
		ReadBufferSize: bufferSize, WriteBufferSize: bufferSize, WriteBufferPool: &sync.Pool{},
		EnableCompression: true,
		CheckOrigin:       func(*http.Request) bool { return true }, // done ahead of the upgrade, by sameOrigin
	}}
}

// take upgrades the connection and calls serve in a goroutine of its own,
// which owns the socket from then on.
func (u *upgrader) take(c *fiber.Ctx, serve func(*websocket.Conn)) error {
	r := copyRequest(c)
	if !websocket.IsWebSocketUpgrade(r) {
		return fiber.ErrUpgradeRequired
	}
	fctx := c.Context()
	fctx.HijackSetNoResponse(true) // gorilla writes the 101 itself
	fctx.Hijack(func(hijacked net.Conn) {
		raw := hijacked
		if h, ok := hijacked.(interface{ UnsafeConn() net.Conn }); ok {
			raw = h.UnsafeConn()
		}
		early := drainEarly(raw, hijacked)
		conn, err := u.Upgrade(&takenOver{conn: raw, early: early, header: http.Header{}}, r, nil)
		if err != nil {
			_ = raw.Close() // gorilla has answered already
			return
		}
		go serve(conn)
	})
	return nil
}

// drainEarly returns what the server has read beyond the request.
func drainEarly(raw, hijacked net.Conn) []byte {
	if raw.SetReadDeadline(time.Unix(1, 0)) != nil {
		return nil
	}
	buf := make([]byte, 4096)
	n, err := hijacked.Read(buf)
	if err != nil && n == 0 {
		n = 0
	}
	if raw.SetReadDeadline(time.Time{}) != nil {
		return nil
	}
	return buf[:n]
}

func copyRequest(c *fiber.Ctx) *http.Request {
	h := http.Header{}
	for k, v := range c.Request().Header.All() {
		h.Add(string(k), string(v))
	}
	return &http.Request{Method: string(c.Request().Header.Method()), Host: string(c.Request().Host()), Header: h}
}

// sameOrigin refuses browsers that come from another site.
func sameOrigin(c *fiber.Ctx, baseURL string) bool {
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true // not a browser
	}
	o, err := url.Parse(origin)
	if err != nil {
		return false
	}
	if o.Host == string(c.Request().Host()) {
		return true
	}
	base, err := url.Parse(baseURL)
	return err == nil && baseURL != "" && o.Host == base.Host && o.Scheme == base.Scheme
}

// takenOver is the http.ResponseWriter that gorilla expects: all it asks for
// is the connection, or one error answer.
type takenOver struct {
	conn   net.Conn
	early  []byte
	header http.Header
	status int
}

var _ http.Hijacker = (*takenOver)(nil)

func (t *takenOver) Header() http.Header { return t.header }

func (t *takenOver) WriteHeader(status int) { t.status = status }

func (t *takenOver) Write(body []byte) (int, error) {
	var resp fasthttp.Response
	resp.SetStatusCode(t.status)
	resp.SetConnectionClose()
	resp.SetBody(body)
	if _, err := resp.WriteTo(t.conn); err != nil {
		return 0, err
	}
	return len(body), nil
}

func (t *takenOver) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if tcp, ok := t.conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(kernelSendSize)
	}
	conn := t.conn
	if len(t.early) > 0 {
		conn = &prefixed{Conn: conn, r: io.MultiReader(bytes.NewReader(t.early), conn)}
	}
	return conn, bufio.NewReadWriter(bufio.NewReaderSize(conn, 16), bufio.NewWriterSize(conn, 16)), nil
}

// prefixed is a connection with some bytes put in front.
type prefixed struct {
	net.Conn
	r io.Reader
}

func (p *prefixed) Read(b []byte) (int, error) { return p.r.Read(b) }
