package ws

import (
	"context"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"

	"tongban/runtime/node"
)

// LinePath is where nodes call one another, on the port of all else. A proxy
// need not pass it on.
const LinePath = "/internal/node"

const maxLine = 1 << 20

// lineConn carries the messages of two nodes.
type lineConn struct{ conn *websocket.Conn }

var _ node.Conn = lineConn{}

func (l lineConn) Read() ([]byte, error) {
	_, b, err := l.conn.ReadMessage()
	return b, err
}

func (l lineConn) Write(b []byte) error {
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil { //nolint:forbidigo // a deadline of the operating system
		return err
	}
	return l.conn.WriteMessage(websocket.BinaryMessage, b)
}

func (l lineConn) Close() error { return l.conn.Close() }

// DialLine calls the node at an address.
func DialLine(ctx context.Context, addr string) (node.Conn, error) {
	d := websocket.Dialer{HandshakeTimeout: 5 * time.Second}
	conn, res, err := d.DialContext(ctx, "ws://"+addr+LinePath, http.Header{})
	if err != nil {
		return nil, err
	}
	if err := res.Body.Close(); err != nil {
		return nil, err
	}
	conn.SetReadLimit(maxLine)
	return lineConn{conn}, nil
}

// Line answers other nodes; accept proves them.
func Line(life context.Context, accept func(context.Context, node.Conn) error) fiber.Handler {
	const greeting = 16 // strangers at a time
	up, gate := newUpgrader(), make(chan struct{}, greeting+node.Most)
	up.EnableCompression = false
	return func(c *fiber.Ctx) error {
		if !websocketAsked(c) || c.Get(fiber.HeaderOrigin) != "" {
			return fiber.ErrNotFound
		}
		return up.take(c, func(conn *websocket.Conn) {
			select {
			case gate <- struct{}{}:
				defer func() { <-gate }()
				conn.SetReadLimit(maxLine)
				_ = accept(life, lineConn{conn}) // who is turned away is told nothing
			default:
				_ = conn.Close()
			}
		})
	}
}
