package ws_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/event"
	"tongban/runtime/ids"
	"tongban/runtime/live"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/server/ws"
)

// door is the socket door on a port of its own, with one tenant and entity.
type door struct {
	t      testing.TB
	addr   string
	recs   *record.Service
	boss   access.Actor
	entity schema.EntityID
	left   atomic.Int64 // messages until the limit; 0: no limit
	ahead  atomic.Int64 // how far the hub's clock is ahead
	door   *ws.Door
	rate   int // that are let in a second; 0: what is usual
}

func newDoor(t testing.TB) *door {
	t.Helper()
	return newDoorOf(t, 0)
}

func newDoorOf(t testing.TB, rate int) *door {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	engine, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Log: log, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, engine.Close()) })
	src := ids.New(time.Now, 1)
	policy := access.New(time.Now)
	cat := catalog.New(engine, catalog.Options{Now: time.Now, IDs: src, Log: log, Policy: policy})
	d := &door{t: t, rate: rate, recs: record.New(record.Options{Engine: engine, Catalog: cat, Policy: policy, IDs: src, Now: time.Now, Log: log})}
	d.people(cat, src)
	events := event.New(engine, log)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	session := func(context.Context, string) (access.Actor, error) { return d.boss, nil }
	hub := live.New(ctx, live.Options{
		Engine: engine, Catalog: cat, Policy: policy, Records: d.recs, Events: events, Now: d.now, NewID: src.Next, Log: log, Actor: session,
	})
	var running sync.WaitGroup
	running.Go(func() { events.Run(ctx) })
	running.Go(func() { hub.Run(ctx) })
	app := d.listen(hub, log, session)
	running.Go(func() { d.door.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		require.NoError(t, app.ShutdownWithTimeout(2*time.Second))
	})
	return d
}

func (d *door) now() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) }

func (d *door) people(cat *catalog.Catalog, src *ids.Source) {
	u := schema.UserID(src.Next())
	tenant, err := cat.CreateTenant(d.t.Context(), catalog.TenantInput{Name: "t"}, schema.Member{User: u, Name: "Boss", Email: "b@example.com"})
	require.NoError(d.t, err)
	d.boss = access.Actor{Tenant: tenant.ID, User: u, Roles: []schema.RoleID{schema.RoleOwner}}
	app, err := cat.CreateApp(d.t.Context(), d.boss, catalog.AppInput{Name: "a"})
	require.NoError(d.t, err)
	e, err := cat.CreateEntity(d.t.Context(), d.boss, app.ID, catalog.EntityInput{Name: "e", Fields: []catalog.FieldInput{{Name: "name", Key: "name", Type: "text"}}})
	require.NoError(d.t, err)
	d.entity = e.ID
}

func (d *door) listen(hub *live.Hub, log *slog.Logger, session func(context.Context, string) (access.Actor, error)) *fiber.App {
	sockets := ws.New(ws.Options{
		Hub: hub, Records: d.recs, Log: log, Session: session, Now: time.Now, Rate: d.rate,
		Limit: func(string) error {
			if d.left.Add(-1) == 0 {
				return fail.New(fail.TooMany, "request.tooMany")
			}
			return nil
		},
		Caller: func(c *fiber.Ctx) (access.Actor, string, error) {
			if c.Get(fiber.HeaderAuthorization) == "" {
				return access.Actor{}, "", fail.New(fail.Unauthorized, "auth.required")
			}
			return d.boss, "s", nil
		},
		Fail: func(c *fiber.Ctx, err error) error {
			status := map[fail.Kind]int{fail.Unauthorized: 401, fail.Forbidden: 403, fail.NotFound: 404, fail.Busy: 503}[fail.KindOf(err)]
			return c.SendStatus(max(status, 400))
		},
	})
	d.door = sockets
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Server().KeepHijackedConns = true
	app.Get("/ws", sockets.Socket)
	app.Get("/events", sockets.Stream)
	app.Post("/ws-tickets", sockets.Ticket)
	app.Get("/plain", func(c *fiber.Ctx) error { return c.SendString("plain") })
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(d.t, err)
	d.addr = ln.Addr().String()
	go func() { _ = app.Listener(ln) }()
	return app
}

func (d *door) dial(h http.Header) (*websocket.Conn, *http.Response, error) {
	if h == nil {
		h = http.Header{"Authorization": {"x"}}
	}
	return websocket.DefaultDialer.DialContext(d.t.Context(), "ws://"+d.addr+"/ws", h)
}

func (d *door) open() *websocket.Conn {
	d.t.Helper()
	c, _, err := d.dial(nil)
	require.NoError(d.t, err)
	d.t.Cleanup(func() { _ = c.Close() })
	return c
}

func say(t testing.TB, c *websocket.Conn, v any) {
	t.Helper()
	require.NoError(t, c.WriteJSON(v))
}

// hear waits for a frame of a kind.
func hear(t testing.TB, c *websocket.Conn, kind string) map[string]any {
	t.Helper()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(5*time.Second)))
	for {
		var m map[string]any
		require.NoError(t, c.ReadJSON(&m))
		if m["t"] == kind {
			return m
		}
	}
}

func (d *door) room() string { return "entity:" + schema.FormatID(schema.PrefixEntity, d.entity) }

func (d *door) create(name string) *schema.Record {
	d.t.Helper()
	res, err := d.recs.Write(d.t.Context(), record.Batch{
		Actor: d.boss, Entity: d.entity, Via: "api", Changes: []record.Change{{Op: store.OpCreate, Fields: map[string]any{"name": name}}},
	})
	require.NoError(d.t, err)
	return res.Rows[0].Record
}

func TestSocket_subscribes_and_hears(t *testing.T) {
	d := newDoor(t)
	c := d.open()
	say(t, c, map[string]any{"t": "sub", "id": 1, "room": d.room()})
	require.EqualValues(t, 1, hear(t, c, "ok")["id"])
	d.create("华信")
	m := hear(t, c, "events")
	raw, err := json.Marshal(m)
	require.NoError(t, err)
	require.Contains(t, string(raw), "华信")
	say(t, c, map[string]any{"t": "ping"})
	hear(t, c, "pong")
}

func TestSocket_patch_writes_once_for_one_op(t *testing.T) {
	d := newDoor(t)
	rec := d.create("a")
	c := d.open()
	patch := map[string]any{
		"t": "patch", "id": 7, "entity": schema.FormatID(schema.PrefixEntity, d.entity),
		"record": schema.FormatID(schema.PrefixRecord, rec.ID), "fields": map[string]any{"name": "b"}, "op": "op-1",
	}
	for range 2 {
		say(t, c, patch)
		require.EqualValues(t, 7, hear(t, c, "ok")["id"])
	}
	row, err := d.recs.Get(t.Context(), d.boss, d.entity, rec.ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, row.Record.Version)
	require.Equal(t, "b", row.Value(row.Entity().FieldNamed("name")))
}

func TestSocket_answers_nonsense_with_an_error_and_lives_on(t *testing.T) {
	d := newDoor(t)
	c := d.open()
	for _, text := range []string{
		`{`, `[]`, `{"t":"what"}`, `{"t":"sub","room":"nowhere"}`, `{"t":"patch"}`, `{"t":"presence","room":"x"}`, `{"t":"sub","extra":1}`, `{"t":"ping"}{"t":"ping"}`, "\x00",
		`{"t":"ping","t":"ping"}`, `{"t":"ping","room":"\ud800"}`, `{"T":"ping"}`,
	} {
		require.NoError(t, c.WriteMessage(websocket.TextMessage, []byte(text)))
		require.NotEmpty(t, hear(t, c, "err")["code"], text)
	}
	say(t, c, map[string]any{"t": "ping"})
	hear(t, c, "pong")
}

func TestSocket_is_held_to_the_limit_of_its_session(t *testing.T) {
	d := newDoor(t)
	c := d.open()
	d.left.Store(2)
	say(t, c, map[string]any{"t": "sub", "id": 1, "room": d.room()})
	hear(t, c, "ok")
	say(t, c, map[string]any{"t": "patch", "id": 2})
	require.Equal(t, "request.tooMany", hear(t, c, "err")["code"])
	say(t, c, map[string]any{"t": "ping"})
	hear(t, c, "pong")
}

func TestSocket_refuses_strangers_other_sites_and_plain_requests(t *testing.T) {
	d := newDoor(t)
	cases := map[string]struct {
		header http.Header
		status int
	}{
		"no credentials":   {http.Header{"X": {"1"}}, 401},
		"another site":     {http.Header{"Authorization": {"x"}, "Origin": {"https://evil.example.com"}}, 403},
		"a site that lies": {http.Header{"Authorization": {"x"}, "Origin": {"http://" + d.addr + ".evil.example.com"}}, 403},
	}
	for name, c := range cases {
		_, resp, err := d.dial(c.header)
		require.ErrorIs(t, err, websocket.ErrBadHandshake, name)
		require.Equal(t, c.status, resp.StatusCode, name)
	}
	resp, err := http.Get("http://" + d.addr + "/ws")
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusUpgradeRequired, resp.StatusCode)
}

func TestTicket_opens_one_socket(t *testing.T) {
	d := newDoor(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+d.addr+"/ws-tickets", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "x")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	var out struct{ Ticket string }
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&out))
	require.NoError(t, resp.Body.Close())
	url := "ws://" + d.addr + "/ws?ticket=" + out.Ticket
	c, _, err := websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	_, resp, err = websocket.DefaultDialer.DialContext(t.Context(), url, nil)
	require.Error(t, err)
	require.Equal(t, 401, resp.StatusCode)
}

func TestManySockets_share_the_port_with_plain_requests(t *testing.T) {
	d := newDoor(t)
	var conns []*websocket.Conn
	for range 100 {
		c := d.open()
		say(t, c, map[string]any{"t": "sub", "id": 1, "room": d.room()})
		hear(t, c, "ok")
		conns = append(conns, c)
	}
	d.create("to all")
	resp, err := http.Get("http://" + d.addr + "/plain")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, "plain", string(body))
	for _, c := range conns {
		hear(t, c, "events")
	}
}

func TestSocket_works_on_a_kept_alive_connection_and_with_an_early_frame(t *testing.T) {
	d := newDoor(t)
	conn, err := net.Dial("tcp", d.addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	_, err = fmt.Fprintf(conn, "GET /plain HTTP/1.1\r\nHost: %s\r\n\r\n", d.addr)
	require.NoError(t, err)
	resp, err := http.ReadResponse(r, nil)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(t, err)
	frame := maskedText(`{"t":"ping"}`)
	upgrade := "GET /ws HTTP/1.1\r\nHost: " + d.addr + "\r\nAuthorization: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" + string(frame)
	_, err = conn.Write([]byte(upgrade))
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	resp, err = http.ReadResponse(r, nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusSwitchingProtocols, resp.StatusCode)
	head := make([]byte, 2+len(`{"t":"pong"}`))
	_, err = io.ReadFull(r, head)
	require.NoError(t, err)
	require.JSONEq(t, `{"t":"pong"}`, string(head[2:]))
}

// maskedText is a client's text frame with a mask of zeros.
func maskedText(s string) []byte {
	return append([]byte{0x81, 0x80 | byte(len(s)), 0, 0, 0, 0}, s...)
}

func TestStream_sends_the_same_frames(t *testing.T) {
	d := newDoor(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+d.addr+"/events?room="+d.room(), nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "x")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { _ = resp.Body.Close() }()
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if strings.Contains(lines.Text(), `"seq"`) {
			break
		}
	}
	d.create("streamed")
	for lines.Scan() {
		if strings.Contains(lines.Text(), "streamed") {
			return
		}
	}
	require.Fail(t, "the stream ended", "%v", errors.Join(lines.Err()))
}

func TestStream_goes_on_where_a_browser_left(t *testing.T) {
	d := newDoor(t)
	stream := func(h http.Header) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.addr+"/events?room="+d.room(), nil)
		require.NoError(t, err)
		req.Header = h
		req.Header.Set("Authorization", "x")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		return resp
	}
	id := func(resp *http.Response, until string) (last string) {
		defer func() { _ = resp.Body.Close() }()
		lines := bufio.NewScanner(resp.Body)
		for lines.Scan() {
			if v, ok := strings.CutPrefix(lines.Text(), "id: "); ok {
				last = v
			}
			if strings.Contains(lines.Text(), until) {
				return last
			}
		}
		require.Fail(t, "the stream ended")
		return ""
	}
	last := id(stream(http.Header{}), `"seq"`)
	d.create("while away")
	require.Greater(t, id(stream(http.Header{"Last-Event-Id": {last}}), "while away"), last)
}

func TestStream_refuses_what_it_does_not_understand(t *testing.T) {
	d := newDoor(t)
	for _, query := range []string{"room=user:me&after=x", "room=user:me&after=-1", "room=user:me&zzz=1", "room=zzz", ""} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+d.addr+"/events?"+query, nil)
		require.NoError(t, err)
		req.Header.Set("Authorization", "x")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.GreaterOrEqual(t, resp.StatusCode, 400, query)
	}
}
