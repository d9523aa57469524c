package ws

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"

	"tongban/runtime/access"
	"tongban/runtime/live"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
)

// How long a page may be silent, and how often it is asked for a sign of life.
const (
	pongWait  = 70 * time.Second
	pingEvery = 30 * time.Second
	writeWait = 15 * time.Second
)

// Options are the parts that the door stands on; all but BaseURL and Rate are required.
type Options struct {
	Hub     *live.Hub
	Records *record.Service
	Log     *slog.Logger
	// Caller says who makes a request, and by which session; an error is answered as it is.
	Caller func(c *fiber.Ctx) (access.Actor, string, error)
	// Session says whose session this is: for tickets.
	Session func(ctx context.Context, session string) (access.Actor, error)
	// Fail answers with a problem document.
	Fail func(c *fiber.Ctx, err error) error
	// Limit counts a message that costs work against what its session may send;
	// an error refuses it. nil: no limit.
	Limit   func(session string) error
	BaseURL string
	Now     func() time.Time
	Rate    int // sockets and streams a second that are let in; 0: 1000
}

// Door serves sockets and event streams.
type Door struct {
	o     Options
	up    *upgrader
	pings *pinger
	turns *turns
}

// New returns a door. Run asks its sockets for signs of life.
func New(o Options) *Door {
	return &Door{o: o, up: newUpgrader(), pings: newPinger(), turns: newTurns(o.Now, o.Rate)}
}

// Ticket answers POST /ws-tickets.
func (d *Door) Ticket(c *fiber.Ctx) error {
	_, session, err := d.o.Caller(c)
	if err != nil {
		return d.o.Fail(c, err)
	}
	t, err := d.o.Hub.Ticket(c.UserContext(), session)
	if err != nil {
		return d.o.Fail(c, err)
	}
	return c.JSON(fiber.Map{"ticket": t})
}

// Socket answers GET /ws.
func (d *Door) Socket(c *fiber.Ctx) error {
	if !websocketAsked(c) {
		return fiber.ErrUpgradeRequired
	}
	if !sameOrigin(c, d.o.BaseURL) {
		return d.o.Fail(c, fail.New(fail.Forbidden, "auth.origin"))
	}
	if err := d.turns.wait(d.o.Hub.Life()); err != nil {
		return d.o.Fail(c, err)
	}
	actor, session, err := d.caller(c)
	if err != nil {
		return d.o.Fail(c, err)
	}
	return d.up.take(c, func(conn *websocket.Conn) { d.serve(conn, actor, session) })
}

func websocketAsked(c *fiber.Ctx) bool {
	return websocket.IsWebSocketUpgrade(copyRequest(c))
}

func (d *Door) caller(c *fiber.Ctx) (access.Actor, string, error) {
	ticket := c.Query("ticket")
	if ticket == "" {
		return d.o.Caller(c)
	}
	session, err := d.o.Hub.Redeem(c.UserContext(), ticket)
	if err != nil {
		return access.Actor{}, "", err
	}
	a, err := d.o.Session(c.UserContext(), session)
	return a, session, err
}

// socket is one open WebSocket.
type socket struct {
	door    *Door
	conn    *websocket.Conn
	client  *live.Client
	session string
}

func (d *Door) serve(conn *websocket.Conn, a access.Actor, session string) {
	ctx := d.o.Hub.Life()
	defer func() { _ = conn.Close() }()
	s := &socket{door: d, conn: conn, session: session}
	client, err := d.o.Hub.Connect(ctx, a, session, s.write, s.ended)
	if err != nil {
		d.o.Log.ErrorContext(ctx, "socket refused", "error", err)
		return
	}
	s.client = client
	defer d.o.Hub.Disconnect(client)
	d.pings.add(s)
	defer d.pings.remove(s)
	s.read(ctx)
}

// write sends frames; the hub calls it from one goroutine at a time. A socket
// that takes no more is closed, or its page would wait for news on it.
func (s *socket) write(frames []*live.Frame) error {
	err := s.writeAll(frames)
	if err != nil {
		_ = s.conn.Close()
	}
	return err
}

func (s *socket) writeAll(frames []*live.Frame) error {
	for _, f := range frames {
		if f == ping {
			if err := s.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeWait)); err != nil { //nolint:forbidigo // a deadline of the operating system
				return err
			}
			continue
		}
		p, ok := f.Prepared(prepare).(*websocket.PreparedMessage)
		if !ok || p == nil {
			continue
		}
		if err := s.conn.SetWriteDeadline(time.Now().Add(writeWait)); err != nil { //nolint:forbidigo // a deadline of the operating system
			return err
		}
		if err := s.conn.WritePreparedMessage(p); err != nil {
			return err
		}
	}
	return nil
}

func prepare(data []byte) any {
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, data)
	if err != nil {
		return nil
	}
	return p
}

func (s *socket) ended(why live.Reason) {
	code := websocket.CloseTryAgainLater
	switch why {
	case live.SignedOut:
		code = 4401
	case live.Stopping:
		code = websocket.CloseServiceRestart
	case live.TooSlow:
	}
	s.control(websocket.CloseMessage, websocket.FormatCloseMessage(code, string(why)))
	_ = s.conn.Close()
}

func (s *socket) control(kind int, data []byte) {
	if err := s.conn.WriteControl(kind, data, time.Now().Add(time.Second)); err != nil { //nolint:forbidigo // a deadline of the operating system
		_ = s.conn.Close()
	}
}

func (s *socket) read(ctx context.Context) {
	s.conn.SetReadLimit(maxMessage)
	alive := func(string) error { return s.conn.SetReadDeadline(time.Now().Add(pongWait)) } //nolint:forbidigo // a deadline of the operating system
	s.conn.SetPongHandler(alive)
	for {
		if alive("") != nil {
			return
		}
		kind, data, err := s.conn.ReadMessage()
		if err != nil {
			return
		}
		if kind != websocket.TextMessage {
			continue
		}
		s.apart(ctx, data)
	}
}

// apart takes a message on a stack of its own, so that the socket's stays as
// small as reading needs: 4 kB less for each that is open.
func (s *socket) apart(ctx context.Context, data []byte) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.take(ctx, data)
	}()
	<-done
}

// message is what pages send.
type message struct {
	T       string          `json:"t"`
	ID      json.RawMessage `json:"id"`
	Room    string          `json:"room" max:"200"`
	After   schema.Seq      `json:"after"`
	Cursor  *cursor         `json:"cursor"`
	Entity  string          `json:"entity"`
	Record  string          `json:"record"`
	Fields  map[string]any  `json:"fields"`
	Version schema.Version  `json:"version"`
	Op      string          `json:"op" max:"200"`
}

type cursor struct {
	Record string `json:"record" max:"40"`
	Field  string `json:"field" max:"400"`
}

// take does what a page asks; a panic ends the answer, not the program.
func (s *socket) take(ctx context.Context, data []byte) {
	var m message
	defer func() {
		if p := recover(); p != nil {
			s.door.o.Log.ErrorContext(ctx, "socket message panicked", "panic", p)
			s.refuse(&m, fail.New(fail.Internal, "internal"))
		}
	}()
	if err := decode(data, &m); err != nil {
		s.refuse(&m, err)
		return
	}
	if s.door.o.Limit != nil && (m.T == "sub" || m.T == "patch") {
		if err := s.door.o.Limit(s.session); err != nil {
			s.refuse(&m, err)
			return
		}
	}
	switch m.T {
	case "sub":
		seq, err := s.door.o.Hub.Subscribe(ctx, s.client, m.Room, m.After)
		s.answer(&m, map[string]any{"seq": seq}, err)
	case "unsub":
		s.door.o.Hub.Unsubscribe(s.client, m.Room)
		s.answer(&m, nil, nil)
	case "presence":
		if err := s.presence(&m); err != nil {
			s.refuse(&m, err)
		}
	case "patch":
		extra, err := s.patch(ctx, &m)
		s.answer(&m, extra, err)
	case "ping":
		s.send(map[string]any{"t": "pong"})
	default:
		s.refuse(&m, fail.New(fail.Malformed, "request.malformed").On("t"))
	}
}

func (s *socket) presence(m *message) error {
	var cur live.Cursor
	if m.Cursor != nil {
		id, ok := schema.ParseID[schema.RecordID](schema.PrefixRecord, m.Cursor.Record)
		if !ok || len(m.Cursor.Field) > 100 {
			return fail.New(fail.Malformed, "request.malformed").On("cursor")
		}
		cur = live.Cursor{Record: id, Field: m.Cursor.Field}
	}
	return s.door.o.Hub.Present(s.client, m.Room, cur)
}

func (s *socket) patch(ctx context.Context, m *message) (map[string]any, error) {
	e, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, m.Entity)
	r, ok2 := schema.ParseID[schema.RecordID](schema.PrefixRecord, m.Record)
	if !ok || !ok2 {
		return nil, fail.New(fail.NotFound, "record.notFound")
	}
	res, err := s.door.o.Records.Write(ctx, record.Batch{
		Actor: s.client.Actor(), Entity: e, Via: "ui", IdempotencyKey: m.Op,
		Changes: []record.Change{{Op: "update", ID: r, Version: m.Version, Fields: m.Fields}},
	})
	if err != nil {
		return nil, err
	}
	extra := map[string]any{"changeSet": res.ChangeSet}
	if len(res.Rows) == 1 && res.Rows[0] != nil {
		extra["record"] = json.RawMessage(res.Rows[0].AppendJSON(nil, record.ByKey))
	}
	return extra, nil
}

func (s *socket) answer(m *message, extra map[string]any, err error) {
	if err != nil {
		s.refuse(m, err)
		return
	}
	out := map[string]any{"t": "ok", "id": m.ID}
	maps.Copy(out, extra)
	s.send(out)
}

func (s *socket) refuse(m *message, err error) {
	out := map[string]any{"t": "err", "id": m.ID, "code": "internal"}
	if e := fail.Of(err); e != nil && e.Kind != fail.Internal {
		out["code"], out["field"] = e.Code, e.Field
	} else if err != nil {
		s.door.o.Log.Error("socket message failed", "error", err)
	}
	s.send(out)
}

func (s *socket) send(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.door.o.Log.Error("socket answer not encoded", "error", err)
		return
	}
	s.client.Send(&live.Frame{Data: b})
}
