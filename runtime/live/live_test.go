package live_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

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
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// world is a tenant with an entity "deals": name, owner (user), phone (hidden
// from reps), and two people: a boss who owns all and a rep who sees their own.
type world struct {
	ahead   atomic.Int64 // how far the hub's clock runs ahead
	t       *testing.T
	cat     *catalog.Catalog
	recs    *record.Service
	hub     *live.Hub
	entity  schema.EntityID
	boss    access.Actor
	rep     access.Actor
	repUser schema.UserID
	joined  int
	engine  *watched
	events  *event.Log
	ended   sync.Map // sessions
	role    schema.RoleID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	db, err := sqlite.Open(t.Context(), sqlite.Options{Dir: t.TempDir(), Log: log, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	engine := &watched{Engine: db}
	src := ids.New(time.Now, 1)
	policy := access.New(time.Now)
	w := &world{t: t, engine: engine}
	w.cat = catalog.New(engine, catalog.Options{Now: time.Now, IDs: src, Log: log, Policy: policy})
	w.recs = record.New(record.Options{Engine: engine, Catalog: w.cat, Policy: policy, IDs: src, Now: time.Now, Log: log})
	events := event.New(engine, log)
	w.events = events
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	w.hub = live.New(ctx, live.Options{
		Engine: hubsView{engine}, Catalog: w.cat, Policy: policy, Records: w.recs, Events: events, Now: func() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }, NewID: src.Next, Log: log,
		Actor: func(ctx context.Context, session string) (access.Actor, error) { return w.actorOf(ctx, session) },
	})
	var running sync.WaitGroup
	running.Go(func() { events.Run(ctx) })
	running.Go(func() { w.hub.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	w.people(src)
	return w
}

func (w *world) people(src *ids.Source) {
	boss, rep := schema.UserID(src.Next()), schema.UserID(src.Next())
	tenant, err := w.cat.CreateTenant(w.t.Context(), catalog.TenantInput{Name: "t"}, schema.Member{User: boss, Name: "Boss", Email: "b@example.com"})
	require.NoError(w.t, err)
	w.boss = access.Actor{Tenant: tenant.ID, User: boss, Roles: []schema.RoleID{schema.RoleOwner}}
	app, err := w.cat.CreateApp(w.t.Context(), w.boss, catalog.AppInput{Name: "a"})
	require.NoError(w.t, err)
	e, err := w.cat.CreateEntity(w.t.Context(), w.boss, app.ID, catalog.EntityInput{Name: "deals", Fields: []catalog.FieldInput{
		{Name: "name", Key: "name", Type: "text"},
		{Name: "owner", Key: "owner", Type: "user"},
		{Name: "phone", Key: "phone", Type: "text"},
		{Name: "n", Key: "n", Type: "number"},
	}})
	require.NoError(w.t, err)
	w.entity = e.ID
	role, err := w.cat.CreateRole(w.t.Context(), w.boss, catalog.RoleInput{Name: "rep", Grants: []catalog.GrantInput{{
		Entity: e.ID, Read: true, Create: true, Write: true, Scope: "own", Fields: map[string]schema.Right{"phone": schema.Hidden},
	}}})
	require.NoError(w.t, err)
	w.role, w.repUser = role.ID, rep
	_, err = w.cat.SetMember(w.t.Context(), w.boss, schema.Member{User: rep, Name: "Rep", Email: "r@example.com", Roles: []schema.RoleID{role.ID}})
	require.NoError(w.t, err)
	w.rep, err = w.actorOf(w.t.Context(), "rep")
	require.NoError(w.t, err)
}

func (w *world) actorOf(ctx context.Context, session string) (access.Actor, error) {
	snap, err := w.cat.Tenant(ctx, w.boss.Tenant)
	if err != nil {
		return access.Actor{}, err
	}
	if _, over := w.ended.Load(session); over {
		return access.Actor{}, fail.New(fail.Unauthorized, "auth.expired")
	}
	u := w.boss.User
	if session == "rep" {
		u = w.repUser
	} else if id, ok := schema.ParseID[schema.UserID](schema.PrefixUser, session); ok {
		u = id
	}
	a, ok := snap.Actor(u)
	if !ok {
		return a, fmt.Errorf("no member %d", u)
	}
	return a, nil
}

func (w *world) room() string { return "entity:" + schema.FormatID(schema.PrefixEntity, w.entity) }

func (w *world) create(fields map[string]any) *schema.Record {
	w.t.Helper()
	res, err := w.recs.Write(w.t.Context(), record.Batch{Actor: w.boss, Entity: w.entity, Via: "api", Changes: []record.Change{{Op: store.OpCreate, Fields: fields}}})
	require.NoError(w.t, err)
	return res.Rows[0].Record
}

func (w *world) update(id schema.RecordID, fields map[string]any) {
	w.t.Helper()
	_, err := w.recs.Write(w.t.Context(), record.Batch{Actor: w.boss, Entity: w.entity, Via: "api", Changes: []record.Change{{Op: store.OpUpdate, ID: id, Fields: fields}}})
	require.NoError(w.t, err)
}

func (w *world) own(u schema.UserID) []any { return []any{schema.FormatID(schema.PrefixUser, u)} }

// page is an open page that keeps what it is told.
type page struct {
	client *live.Client
	frames chan message
	closed chan live.Reason
	block  chan struct{} // not nil: the page does not read until it is closed
}

type message struct {
	T      string
	Room   string
	Seq    schema.Seq
	Kind   string
	Raw    string
	Events []struct {
		Kind   string
		Record struct {
			ID      string
			Version schema.Version
			Fields  map[string]any
		}
	}
	Members []struct {
		User   struct{ Name string }
		Cursor *struct{ Record, Field string }
	}
}

func (w *world) open(a access.Actor, session string) *page {
	w.t.Helper()
	p := &page{frames: make(chan message, 4096), closed: make(chan live.Reason, 1)}
	c, err := w.hub.Connect(w.t.Context(), a, session, p.write, func(r live.Reason) { p.closed <- r })
	require.NoError(w.t, err)
	p.client = c
	w.t.Cleanup(func() { w.hub.Disconnect(c) })
	return p
}

func (p *page) write(fs []*live.Frame) error {
	if p.block != nil {
		<-p.block
	}
	for _, f := range fs {
		var m message
		if err := json.Unmarshal(f.Data, &m); err != nil {
			return err
		}
		m.Raw = string(f.Data)
		p.frames <- m
	}
	return nil
}

// next waits for a frame of a kind.
func (p *page) next(t *testing.T, kind string) message {
	t.Helper()
	limit := time.After(5 * time.Second)
	for {
		select {
		case m := <-p.frames:
			if m.T == kind {
				return m
			}
		case <-limit:
			require.Fail(t, "no frame", kind)
		}
	}
}

// quiet checks that nothing of a kind comes.
func (p *page) quiet(t *testing.T, kind string) {
	t.Helper()
	limit := time.After(150 * time.Millisecond)
	for {
		select {
		case m := <-p.frames:
			require.NotEqual(t, kind, m.T, m.Raw)
		case <-limit:
			return
		}
	}
}

func TestRoom_tells_an_edit_with_the_whole_record(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.boss, "boss")
	_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	rec := w.create(map[string]any{"name": "A", "phone": "1"})
	m := p.next(t, "events")
	require.Equal(t, "created", m.Events[0].Kind)
	require.Equal(t, map[string]any{"name": "A", "phone": "1"}, m.Events[0].Record.Fields)
	w.update(rec.ID, map[string]any{"name": "B"})
	m = p.next(t, "events")
	require.Equal(t, "updated", m.Events[0].Kind)
	require.Equal(t, map[string]any{"name": "B", "phone": "1"}, m.Events[0].Record.Fields)
	require.EqualValues(t, 2, m.Events[0].Record.Version)
}

func TestRoom_keeps_hidden_fields_and_the_records_of_others_to_itself(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.rep, "rep")
	_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	w.create(map[string]any{"name": "not mine", "phone": "canary"})
	p.quiet(t, "events")
	rec := w.create(map[string]any{"name": "mine", "phone": "canary", "owner": w.own(w.repUser)})
	m := p.next(t, "events")
	require.NotContains(t, m.Raw, "canary")
	require.Equal(t, "mine", m.Events[0].Record.Fields["name"])
	w.update(rec.ID, map[string]any{"owner": w.own(w.boss.User), "name": "secret now"})
	m = p.next(t, "events")
	require.Equal(t, "gone", m.Events[0].Kind)
	require.NotContains(t, m.Raw, "secret now")
	w.update(rec.ID, map[string]any{"name": "still secret"})
	p.quiet(t, "events")
	w.update(rec.ID, map[string]any{"owner": w.own(w.repUser)})
	m = p.next(t, "events")
	require.Equal(t, "still secret", m.Events[0].Record.Fields["name"])
}

func TestRoom_tells_that_a_record_was_deleted_and_came_back(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.boss, "boss")
	rec := w.create(map[string]any{"name": "A"})
	_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	_, err = w.recs.Write(t.Context(), record.Batch{Actor: w.boss, Entity: w.entity, Via: "api", Changes: []record.Change{{Op: store.OpTrash, ID: rec.ID}}})
	require.NoError(t, err)
	m := p.next(t, "events")
	require.Equal(t, "deleted", m.Events[0].Kind)
	require.Nil(t, m.Events[0].Record.Fields)
	_, err = w.recs.Restore(t.Context(), w.boss, w.entity, rec.ID)
	require.NoError(t, err)
	m = p.next(t, "events")
	require.Equal(t, "created", m.Events[0].Kind)
	require.Equal(t, "A", m.Events[0].Record.Fields["name"])
}

func TestRoom_is_closed_to_those_who_may_not_read_its_entity(t *testing.T) {
	w := newWorld(t)
	stranger := w.rep
	stranger.Roles = nil
	p := w.open(stranger, "rep")
	for _, room := range []string{w.room(), "entity:ent_1", "record:rec_1@" + schema.FormatID(schema.PrefixEntity, w.entity), "dashboard:x", ""} {
		_, err := w.hub.Subscribe(t.Context(), p.client, room, 0)
		require.Error(t, err, room)
	}
}

// state is what a page holds: versions by record.
func (p *page) apply(t *testing.T, m message, state map[string]schema.Version) {
	t.Helper()
	for _, e := range m.Events {
		if e.Record.Version <= state[e.Record.ID] {
			continue // known already, as pages do
		}
		state[e.Record.ID] = e.Record.Version
	}
}

func TestResume_misses_nothing_through_random_disconnects(t *testing.T) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var all []schema.RecordID
	for i := range 20 {
		all = append(all, w.create(map[string]any{"name": strconv.Itoa(i)}).ID)
	}
	want := map[string]schema.Version{}
	state := map[string]schema.Version{}
	for _, id := range all {
		want[schema.FormatID(schema.PrefixRecord, id)], state[schema.FormatID(schema.PrefixRecord, id)] = 1, 1
	}
	p := w.open(w.boss, "boss")
	seen, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	for round := range 30 {
		for range rng.IntN(8) {
			id := all[rng.IntN(len(all))]
			w.update(id, map[string]any{"name": fmt.Sprint("r", round, rng.IntN(1000), time.Now().UnixNano())})
			want[schema.FormatID(schema.PrefixRecord, id)]++
			if rng.IntN(3) == 0 { // take some frames, then lose the connection, perhaps with frames on the way
				seen = p.take(t, state, seen)
			}
		}
		w.hub.Disconnect(p.client)
		p = w.open(w.boss, "boss")
		last, err := w.hub.Subscribe(t.Context(), p.client, w.room(), seen)
		require.NoError(t, err)
		seen = p.until(t, state, want, max(seen, last))
	}
	require.Equal(t, want, state)
}

// take applies the frames that are there and returns the last seq.
func (p *page) take(t *testing.T, state map[string]schema.Version, seen schema.Seq) schema.Seq {
	t.Helper()
	for {
		select {
		case m := <-p.frames:
			if m.T == "events" {
				p.apply(t, m, state)
				seen = m.Seq
			}
		default:
			return seen
		}
	}
}

// until applies frames until the state is what it should be.
func (p *page) until(t *testing.T, state, want map[string]schema.Version, seen schema.Seq) schema.Seq {
	t.Helper()
	limit := time.After(5 * time.Second)
	for {
		same := true
		for id, v := range want {
			same = same && state[id] == v
		}
		if same {
			return seen
		}
		select {
		case m := <-p.frames:
			require.NotEqual(t, "reset", m.T)
			if m.T == "events" {
				p.apply(t, m, state)
				seen = max(seen, m.Seq)
			}
		case <-limit:
			require.Equal(t, want, state)
		}
	}
}

func TestResume_from_too_far_back_is_a_reset(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.boss, "boss")
	seen, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	w.hub.Disconnect(p.client)
	for range 3 {
		b := record.Batch{Actor: w.boss, Entity: w.entity, Via: "import"}
		for i := range 100 {
			b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Fields: map[string]any{"name": strconv.Itoa(i)}})
		}
		_, err := w.recs.Write(t.Context(), b)
		require.NoError(t, err)
	}
	p = w.open(w.boss, "boss")
	_, err = w.hub.Subscribe(t.Context(), p.client, w.room(), seen)
	require.NoError(t, err)
	require.Equal(t, w.room(), p.next(t, "reset").Room)
}

func TestSlowPage_is_told_to_read_again_and_slows_nobody(t *testing.T) {
	w := newWorld(t)
	slow, quick := w.open(w.boss, "boss"), w.open(w.boss, "boss")
	slow.block = make(chan struct{})
	for _, p := range []*page{slow, quick} {
		_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
		require.NoError(t, err)
	}
	rec := w.create(map[string]any{"name": "x"})
	long := make([]byte, 1500)
	for i := range long {
		long[i] = 'y'
	}
	last := schema.Version(1)
	for i := range 400 {
		w.update(rec.ID, map[string]any{"name": fmt.Sprint(i, string(long))})
		last++
	}
	state := map[string]schema.Version{}
	quick.until(t, state, map[string]schema.Version{schema.FormatID(schema.PrefixRecord, rec.ID): last}, 0)
	close(slow.block)
	state = map[string]schema.Version{}
	for {
		m := <-slow.frames
		if m.T == "reset" {
			break
		}
		slow.apply(t, m, state)
		require.NotEqual(t, last, state[schema.FormatID(schema.PrefixRecord, rec.ID)], "all 400 edits were kept for a page that took nothing")
	}
}

func TestRights_reach_open_pages(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.rep, "rep")
	_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	_, err = w.cat.SetMember(t.Context(), w.boss, schema.Member{User: w.repUser, Name: "Rep", Email: "r@example.com", Roles: []schema.RoleID{schema.RoleViewer}})
	require.NoError(t, err)
	require.Equal(t, w.room(), p.next(t, "reset").Room)
	w.create(map[string]any{"name": "of the boss", "phone": "2"})
	require.Equal(t, "2", p.next(t, "events").Events[0].Record.Fields["phone"])
}

func TestPresence_shows_who_is_where_to_those_who_may_see_it(t *testing.T) {
	w := newWorld(t)
	boss, rep := w.open(w.boss, "boss"), w.open(w.rep, "rep")
	for _, p := range []*page{boss, rep} {
		_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
		require.NoError(t, err)
	}
	mine := w.create(map[string]any{"name": "mine", "owner": w.own(w.repUser)})
	require.NoError(t, w.hub.Present(boss.client, w.room(), live.Cursor{Record: mine.ID, Field: "name"}))
	m := rep.next(t, "presence")
	require.Equal(t, "Boss", m.Members[0].User.Name)
	require.Equal(t, "name", m.Members[0].Cursor.Field)
	require.NoError(t, w.hub.Present(boss.client, w.room(), live.Cursor{Record: mine.ID, Field: "phone"}))
	require.Nil(t, rep.next(t, "presence").Members[0].Cursor, "the field is hidden from the rep")
	w.hub.Disconnect(boss.client)
	require.Empty(t, rep.next(t, "presence").Members)
}

func TestTicket_can_be_used_once(t *testing.T) {
	w := newWorld(t)
	ticket, err := w.hub.Ticket(t.Context(), "session")
	require.NoError(t, err)
	got, err := w.hub.Redeem(t.Context(), ticket)
	require.NoError(t, err)
	require.Equal(t, "session", got)
	_, err = w.hub.Redeem(t.Context(), ticket)
	require.Error(t, err)
}
