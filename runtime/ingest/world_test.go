package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/ingest"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/runtime/store/mongo"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
	"tongban/schema/fail"
)

// files keeps files in memory.
type files struct {
	mu   sync.Mutex
	next schema.FileID
	all  map[schema.FileID][]byte
	name map[schema.FileID]string
}

func (f *files) Open(_ context.Context, _ schema.TenantID, id schema.FileID) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.all[id]
	if !ok {
		return nil, fail.New(fail.NotFound, "file.notFound")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (f *files) Save(_ context.Context, _ access.Actor, name string, r io.Reader) (schema.FileID, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	return f.put(name, b), nil
}

func (f *files) put(name string, b []byte) schema.FileID {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	f.all[f.next], f.name[f.next] = b, name
	return f.next
}

// clock is the real one: these tests measure and wait.
func clock() time.Time { return time.Now() }

// pause waits a little for other goroutines and processes.
func pause() { <-time.After(5 * time.Millisecond) }

// world is a tenant on a real store, and its import service.
type world struct {
	testing.TB
	dir     string
	uri     string // of MongoDB, where TONGBAN_TEST_ENGINE is mongo
	engine  store.Engine
	catalog *catalog.Catalog
	records *record.Service
	service *ingest.Service
	files   *files
	ids     *ids.Source
	tenant  schema.TenantID
	app     schema.AppID
	stop    func()
	full    atomic.Bool // the disk takes nothing
	before  atomic.Pointer[func(t schema.TenantID, c *store.Commit)]
}

// moody is an engine on a disk that may be full, with an eye on each commit.
type moody struct {
	store.Engine
	full   *atomic.Bool
	before *atomic.Pointer[func(t schema.TenantID, c *store.Commit)]
}

func (m *moody) Commit(ctx context.Context, t schema.TenantID, c *store.Commit) (*store.Receipt, error) {
	if m.full.Load() {
		return nil, store.Full(syscall.ENOSPC)
	}
	if look := m.before.Load(); look != nil {
		(*look)(t, c)
	}
	return m.Engine.Commit(ctx, t, c)
}

const owner = schema.UserID(1)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, dir: t.TempDir(), files: &files{all: map[schema.FileID][]byte{}, name: map[schema.FileID]string{}}}
	w.open()
	tenant, err := w.catalog.CreateTenant(t.Context(), catalog.TenantInput{Name: "华信", TimeZone: "Asia/Shanghai"}, schema.Member{User: owner, Name: "老板", Email: "boss@example.com"})
	require.NoError(t, err)
	w.tenant = tenant.ID
	app, err := w.catalog.CreateApp(t.Context(), w.boss(), catalog.AppInput{Name: "CRM"})
	require.NoError(t, err)
	w.app = app.ID
	return w
}

// open starts everything on the folder.
func (w *world) open() {
	log := slog.New(slog.DiscardHandler)
	var e store.Engine
	var err error
	if os.Getenv("TONGBAN_TEST_ENGINE") == "mongo" {
		if w.uri == "" {
			w.uri = mongotest.Start(w)
		}
		e, err = mongo.Open(w.Context(), mongo.Options{URI: w.uri, Log: log, Now: clock})
	} else {
		e, err = sqlite.Open(w.Context(), sqlite.Options{Dir: filepath.Join(w.dir, "db"), Log: log, Now: clock})
	}
	require.NoError(w, err)
	e = &moody{Engine: e, full: &w.full, before: &w.before}
	w.engine = e
	w.ids = ids.New(clock, 0)
	policy := access.New(clock)
	w.catalog = catalog.New(e, catalog.Options{Now: clock, IDs: w.ids, Log: log, Policy: policy})
	w.records = record.New(record.Options{Engine: e, Catalog: w.catalog, Policy: policy, IDs: w.ids, Now: clock, Log: log})
	w.service = ingest.New(ingest.Options{
		Engine: e, Catalog: w.catalog, Policy: policy, Records: w.records, Files: w.files, IDs: w.ids, Now: clock, Log: log,
	})
	ctx, cancel := context.WithCancel(w.Context())
	done := make(chan struct{})
	service := w.service
	go func() {
		defer close(done)
		if err := service.Run(ctx); err != nil {
			w.Errorf("run: %v", err)
		}
	}()
	var once sync.Once
	w.stop = func() {
		once.Do(func() {
			cancel()
			<-done
			require.NoError(w, e.Close())
		})
	}
	w.Cleanup(w.stop)
}

// restart stops everything, as SIGTERM does, and starts it anew.
func (w *world) restart() {
	w.stop()
	w.open()
}

func (w *world) boss() access.Actor {
	return access.Actor{Tenant: w.tenant, User: owner, Roles: []schema.RoleID{schema.RoleOwner}}
}

func (w *world) entity(fields ...catalog.FieldInput) *schema.Entity {
	w.Helper()
	e, err := w.catalog.CreateEntity(w.Context(), w.boss(), w.app, catalog.EntityInput{Name: "客户", Fields: fields})
	require.NoError(w, err)
	return e
}

// customers is the entity of the acceptance check.
func (w *world) customers() *schema.Entity {
	two := 2
	return w.entity(
		catalog.FieldInput{Name: "名称", Key: "name", Type: "text"},
		catalog.FieldInput{Name: "金额", Key: "amount", Type: "decimal", Options: schema.Options{Scale: &two}},
		catalog.FieldInput{Name: "数量", Key: "qty", Type: "number"},
		catalog.FieldInput{Name: "备注", Key: "notes", Type: "longText"},
		catalog.FieldInput{Name: "日期", Key: "day", Type: "date"},
		catalog.FieldInput{Name: "行业", Key: "industry", Type: "singleSelect", Options: schema.Options{Choices: []schema.Choice{{Name: "金融"}, {Name: "零售"}, {Name: "教育"}}}},
	)
}

func (w *world) wait(id string) *ingest.Job {
	w.Helper()
	for range 6000 {
		j, err := w.service.Get(w.Context(), w.boss(), id)
		require.NoError(w, err)
		switch j.State {
		case ingest.Queued, ingest.Running, ingest.Undoing:
			pause()
		default:
			return j
		}
	}
	j, err := w.service.Get(w.Context(), w.boss(), id)
	require.NoError(w, err)
	require.Fail(w, "the job does not end", "%+v", j)
	return nil
}

// bring imports a file and waits.
func (w *world) bring(e *schema.Entity, name string, data []byte, change func(*ingest.ImportRequest)) *ingest.Job {
	w.Helper()
	r := ingest.ImportRequest{Entity: e.ID, Source: ingest.Source{File: w.files.put(name, data), Name: name}, Locale: "zh-CN"}
	if change != nil {
		change(&r)
	}
	j, err := w.service.Import(w.Context(), w.boss(), r)
	require.NoError(w, err)
	return w.wait(j.ID)
}

// all returns the fields of all records, oldest first.
func (w *world) all(e *schema.Entity) []map[string]any {
	w.Helper()
	out := []map[string]any{}
	q := record.Request{Limit: 1000}
	for {
		page, err := w.records.Query(w.Context(), w.boss(), e.ID, q)
		require.NoError(w, err)
		for _, r := range page.Rows {
			var m map[string]any
			require.NoError(w, json.Unmarshal(r.AppendFields(nil, record.ByKey), &m))
			out = append(out, m)
		}
		if page.Next == "" {
			return out
		}
		q.Cursor = page.Next
	}
}

func (w *world) count(e *schema.Entity) int {
	w.Helper()
	page, err := w.records.Query(w.Context(), w.boss(), e.ID, record.Request{Limit: 1, ExactCount: true})
	require.NoError(w, err)
	return int(*page.Count)
}

func requestOne() record.Request { return record.Request{Limit: 1} }

// name is the name of a record, or of what one of its fields names first.
func name(t testing.TB, fields map[string]any, path ...string) string {
	t.Helper()
	var v any = fields
	for _, key := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
		m, ok := v.(map[string]any)
		require.True(t, ok, "%v", v)
		v = m[key]
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[0]
		}
	}
	s, ok := v.(string)
	require.True(t, ok, "%v", v)
	return s
}
