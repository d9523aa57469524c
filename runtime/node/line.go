package node

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Conn carries whole messages, in order. Read and Write are each called by one
// goroutine at a time; Close ends both.
type Conn interface {
	Read() ([]byte, error)
	Write(msg []byte) error
	Close() error
}

const (
	shake     = 5 * time.Second // how long a greeting may take
	silence   = 15 * time.Second
	maxQueued = 512
	nonceSize = 16
)

var (
	errStranger = errors.New("node: the other side does not know the secret")
	errElse     = errors.New("node: somebody else is at the address")
)

// hello is what both sides say first. The one that was called begins.
type hello struct {
	Run   string `json:"run,omitempty"`
	Nonce []byte `json:"nonce,omitempty"`
	Proof []byte `json:"proof,omitempty"`
}

// message is what goes over a line.
type message struct {
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body,omitempty"`
}

// line is an open, proven connection to another node.
type line struct {
	conn  Conn
	peer  string
	queue chan []byte
	seal  *sealer
	open  *sealer
}

// sealer encrypts the messages of one direction, or opens them: none can be
// read, changed, left out or sent twice on the way.
type sealer struct {
	aead cipher.AEAD
	n    uint64
}

func newSealer(secret []byte, parts ...[]byte) (*sealer, error) {
	block, err := aes.NewCipher(prove(secret, parts...))
	if err != nil {
		return nil, fmt.Errorf("key of a line: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("key of a line: %w", err)
	}
	return &sealer{aead: aead}, nil
}

// nonce counts: each key is used for one direction of one connection.
func (s *sealer) nonce() []byte {
	b := make([]byte, s.aead.NonceSize())
	binary.BigEndian.PutUint64(b[len(b)-8:], s.n)
	s.n++
	return b
}

func (s *sealer) shut(b []byte) []byte { return s.aead.Seal(nil, s.nonce(), b, nil) }

func (s *sealer) unshut(b []byte) ([]byte, error) { return s.aead.Open(nil, s.nonce(), b, nil) }

// prove is a MAC over parts that cannot run into one another.
func prove(secret []byte, parts ...[]byte) []byte {
	m := hmac.New(sha256.New, secret)
	for _, p := range parts {
		_, _ = m.Write(binary.BigEndian.AppendUint32(nil, uint32(len(p))))
		_, _ = m.Write(p)
	}
	return m.Sum(nil)
}

// answer greets who has called: it gives a nonce, wants a proof over it, and
// proves itself.
func (n *Node) answer(conn Conn, secret []byte) (*line, error) {
	mine, err := freshNonce()
	if err != nil {
		return nil, err
	}
	if err := say(conn, hello{Run: n.run, Nonce: mine}); err != nil {
		return nil, err
	}
	var theirs hello
	if err := hear(conn, &theirs); err != nil {
		return nil, err
	}
	all := [][]byte{[]byte(theirs.Run), []byte(n.run), theirs.Nonce, mine}
	if len(theirs.Nonce) != nonceSize || !hmac.Equal(theirs.Proof, proof(secret, "caller", all)) {
		return nil, errStranger
	}
	if err := say(conn, hello{Proof: proof(secret, "called", all)}); err != nil {
		return nil, err
	}
	return newLine(conn, theirs.Run, ends{secret, all, "called", "caller"})
}

// call greets a node that we have called, and that must be the one we meant.
func (n *Node) call(conn Conn, secret []byte, peer string) (*line, error) {
	var theirs hello
	if err := hear(conn, &theirs); err != nil {
		return nil, err
	}
	if theirs.Run != peer || len(theirs.Nonce) != nonceSize {
		return nil, errElse
	}
	mine, err := freshNonce()
	if err != nil {
		return nil, err
	}
	all := [][]byte{[]byte(n.run), []byte(theirs.Run), mine, theirs.Nonce}
	if err := say(conn, hello{Run: n.run, Nonce: mine, Proof: proof(secret, "caller", all)}); err != nil {
		return nil, err
	}
	var last hello
	if err := hear(conn, &last); err != nil {
		return nil, err
	}
	if !hmac.Equal(last.Proof, proof(secret, "called", all)) {
		return nil, errStranger
	}
	return newLine(conn, peer, ends{secret, all, "caller", "called"})
}

func proof(secret []byte, who string, all [][]byte) []byte {
	return prove(secret, append([][]byte{[]byte("tongban line " + who)}, all...)...)
}

// ends is what the keys of a line are made of.
type ends struct {
	secret   []byte
	all      [][]byte // the greeting
	us, them string
}

func newLine(conn Conn, peer string, e ends) (*line, error) {
	key := func(who string) (*sealer, error) {
		return newSealer(e.secret, append([][]byte{[]byte("tongban line key " + who)}, e.all...)...)
	}
	l := &line{conn: conn, peer: peer, queue: make(chan []byte, maxQueued)}
	var err, err2 error
	l.seal, err = key(e.us)
	l.open, err2 = key(e.them)
	return l, errors.Join(err, err2)
}

func freshNonce() ([]byte, error) {
	b := make([]byte, nonceSize)
	_, err := rand.Read(b)
	return b, err
}

func say(conn Conn, h hello) error {
	b, err := json.Marshal(h)
	if err != nil {
		return fmt.Errorf("greet: %w", err)
	}
	return conn.Write(b)
}

func hear(conn Conn, h *hello) error {
	b, err := conn.Read()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, h); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	return nil
}

// serve carries messages until the connection ends.
func (n *Node) serve(ctx context.Context, l *line) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	n.open.Go(func() {
		defer func() { _ = l.conn.Close() }()
		l.write(ctx, n.o.every)
	})
	quiet := time.AfterFunc(silence, func() { _ = l.conn.Close() })
	defer quiet.Stop()
	for {
		b, err := l.conn.Read()
		if err == nil {
			b, err = l.open.unshut(b)
		}
		if err != nil {
			return
		}
		quiet.Reset(silence)
		var m message
		if err := json.Unmarshal(b, &m); err != nil {
			n.o.Log.WarnContext(ctx, "message of another node not understood", "error", err.Error())
			continue
		}
		if fn := n.handler(m.Kind); fn != nil {
			fn(l.peer, m.Body)
		}
	}
}

// write sends what is queued, and a sign where nothing is.
func (l *line) write(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	sign := []byte(`{"kind":""}`)
	for {
		var b []byte
		select {
		case <-ctx.Done():
			return
		case b = <-l.queue:
		case <-tick.C:
			b = sign
		}
		if l.conn.Write(l.seal.shut(b)) != nil {
			return
		}
	}
}
