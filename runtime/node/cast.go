package node

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongban/runtime/store"
)

// The secret that proves nodes to one another stands in the store: who can
// read it there can read everything.
const (
	kindSecret = "nodeSecret"
	secretKey  = "lines"
)

// Handle sets who takes messages of a kind. Handlers of one line are called
// one after the other and must return soon. Call it before Keep.
func (n *Node) Handle(kind string, fn func(from string, body []byte)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.handlers[kind] = fn
}

func (n *Node) handler(kind string) func(string, []byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.handlers[kind]
}

// Cast sends a message to all other nodes to which there is a line. It never
// waits: what does not fit is lost.
func (n *Node) Cast(kind string, v any) {
	n.mu.Lock()
	none := len(n.lines) == 0
	n.mu.Unlock()
	if none {
		return
	}
	body, err := json.Marshal(v)
	if err == nil {
		body, err = json.Marshal(message{Kind: kind, Body: body})
	}
	if err != nil {
		n.o.Log.Error("message to other nodes not written", "kind", kind, "error", err.Error())
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.lines {
		select {
		case l.queue <- body:
		default:
		}
	}
}

// link calls the nodes to which there is no line. Of each two, the one whose
// name is lower calls.
func (n *Node) link(ctx context.Context) {
	if n.o.Dial == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, p := range n.others {
		if p.Addr == "" || n.run > p.Run || n.lines[p.Run] != nil || n.dialing[p.Run] {
			continue
		}
		n.dialing[p.Run] = true
		n.open.Go(func() {
			err := n.dial(ctx, p)
			n.mu.Lock()
			delete(n.dialing, p.Run)
			n.mu.Unlock()
			if err != nil && ctx.Err() == nil {
				n.o.Log.WarnContext(ctx, "no line to another node", "number", p.Number, "addr", p.Addr, "error", err.Error())
			}
		})
	}
	// A node that has ended may have left a line that does not know it yet.
	for run, l := range n.lines {
		if !slices.ContainsFunc(n.others, func(p Peer) bool { return p.Run == run }) && n.watch.dead(run) {
			_ = l.conn.Close()
		}
	}
}

func (n *Node) dial(ctx context.Context, p Peer) error {
	secret, err := n.theSecret(ctx)
	if err != nil {
		return err
	}
	dialing, cancel := context.WithTimeout(ctx, shake)
	defer cancel()
	conn, err := n.o.Dial(dialing, p.Addr)
	if err != nil {
		return err
	}
	late := time.AfterFunc(shake, func() { _ = conn.Close() })
	l, err := n.call(conn, secret, p.Run)
	late.Stop()
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	n.hold(ctx, l)
	return nil
}

// Accept takes a connection that another node has opened, and returns when it
// has ended. Whoever does not know the secret learns nothing but that a node is here.
func (n *Node) Accept(ctx context.Context, conn Conn) error {
	late := time.AfterFunc(shake, func() { _ = conn.Close() })
	secret, err := n.theSecret(ctx)
	var l *line
	if err == nil {
		l, err = n.answer(conn, secret)
	}
	late.Stop()
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	n.mu.Lock()
	if n.left {
		n.mu.Unlock()
		return conn.Close()
	}
	n.open.Add(1)
	n.mu.Unlock()
	defer n.open.Done()
	n.hold(ctx, l)
	return nil
}

// hold serves a line as the one to its node; an older one ends.
func (n *Node) hold(ctx context.Context, l *line) {
	n.mu.Lock()
	if old := n.lines[l.peer]; old != nil {
		_ = old.conn.Close()
	}
	if n.left { // we are leaving
		_ = l.conn.Close()
	}
	n.lines[l.peer] = l
	n.mu.Unlock()
	n.o.Log.InfoContext(ctx, "line to another node", "run", l.peer)
	n.serve(ctx, l)
	n.mu.Lock()
	if n.lines[l.peer] == l {
		delete(n.lines, l.peer)
	}
	n.mu.Unlock()
	_ = l.conn.Close()
}

func (n *Node) hangUp() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.left = true
	for _, l := range n.lines {
		_ = l.conn.Close()
	}
}

// theSecret reads the nodes' secret, which the first of them makes.
func (n *Node) theSecret(ctx context.Context) ([]byte, error) {
	n.mu.Lock()
	have := n.secret
	n.mu.Unlock()
	if have != nil {
		return have, nil
	}
	got, err := n.readSecret(ctx)
	if errors.Is(err, store.ErrNotFound) {
		fresh := make([]byte, 32)
		if _, err := rand.Read(fresh); err != nil {
			return nil, fmt.Errorf("make the nodes' secret: %w", err)
		}
		_, err = n.o.Engine.Commit(ctx, store.System, &store.Commit{
			Origin: store.Origin{Via: kindNode, At: n.o.Now().UnixMilli()},
			Docs:   []store.DocOp{{Kind: kindSecret, Key: secretKey, Body: fresh}},
		})
		if err != nil && !errors.Is(err, store.ErrConflict) {
			return nil, fmt.Errorf("keep the nodes' secret: %w", err)
		}
		got, err = n.readSecret(ctx)
		if err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.secret = got
	return got, nil
}

func (n *Node) readSecret(ctx context.Context) (secret []byte, err error) {
	err = n.o.Engine.View(ctx, store.System, func(r store.Reader) error {
		d, err := r.Doc(ctx, kindSecret, secretKey)
		secret = d.Body
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the nodes' secret: %w", err)
	}
	return secret, nil
}
