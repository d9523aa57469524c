package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/comment"
	"tongban/runtime/event"
	"tongban/runtime/store"
	"tongban/runtime/store/mongo"
	"tongban/runtime/store/sqlite"
	"tongban/schema"
	"tongban/server/config"
)

func openEngine(ctx context.Context, c *config.Config, log *slog.Logger, now func() time.Time) (store.Engine, error) {
	if !c.SQLite() {
		return mongo.Open(ctx, mongo.Options{URI: c.Store, Log: log, Now: now})
	}
	const private = 0o700
	if err := os.MkdirAll(c.Data, private); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	return sqlite.Open(ctx, sqlite.Options{Dir: filepath.Join(c.Data, "store"), Log: log, Now: now})
}

func listen(addr string) (net.Listener, error) {
	ln, err := net.Listen("tcp", addr) //nolint:noctx // closed by the stop
	if err != nil {
		return nil, fmt.Errorf("%sADDR: %w", config.Prefix, err)
	}
	return ln, nil
}

// tenants is what accounts need of the catalogue.
type tenants struct{ b *Base }

func system(t schema.TenantID) access.Actor { return access.Actor{Tenant: t, System: true} }

func (t tenants) Create(ctx context.Context, in schema.Tenant, owner schema.Member) (*schema.Tenant, error) {
	return t.b.Catalog.CreateTenant(ctx, catalog.TenantInput{Name: in.Name, Locale: in.Locale, TimeZone: in.TimeZone}, owner)
}

func (t tenants) Drop(ctx context.Context, id schema.TenantID) error {
	t.b.Catalog.Invalidate(id)
	return t.b.Engine.DropTenant(ctx, id)
}

func (t tenants) Tenant(ctx context.Context, id schema.TenantID) (*schema.Tenant, error) {
	s, err := t.b.Catalog.Tenant(ctx, id)
	if err != nil {
		return nil, err
	}
	return &s.Tenant, nil
}

func (t tenants) Member(ctx context.Context, id schema.TenantID, u schema.UserID) (*schema.Member, error) {
	if t.b.follow != nil {
		if err := t.b.follow(ctx, id); err != nil {
			return nil, err
		}
	}
	s, err := t.b.Catalog.Tenant(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.Member(u), nil
}

func (t tenants) SetMember(ctx context.Context, id schema.TenantID, m schema.Member) error {
	_, err := t.b.Catalog.SetMember(ctx, system(id), m)
	return err
}

// clock returns the product's clock: shifted, for tests, by what stands in a file.
func clock(c *config.Config, log *slog.Logger, now func() time.Time) (func() time.Time, error) {
	if c.TestClock == "" {
		return now, nil
	}
	log.Warn("the clock is under test: never do this with real data", "file", c.TestClock)
	if _, err := offset(c.TestClock); err != nil {
		return nil, fmt.Errorf("%sTEST_CLOCK: %w", config.Prefix, err)
	}
	const fresh = 50 * time.Millisecond
	var shift, readAt atomic.Int64
	readAt.Store(now().Add(-time.Hour).UnixNano())
	return func() time.Time {
		t := now()
		if at := readAt.Load(); t.UnixNano()-at > int64(fresh) && readAt.CompareAndSwap(at, t.UnixNano()) {
			if d, err := offset(c.TestClock); err == nil {
				shift.Store(int64(d))
			}
		}
		return t.Add(time.Duration(shift.Load()))
	}, nil
}

func offset(path string) (time.Duration, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	s := strings.TrimPrefix(strings.TrimSpace(string(b)), "+")
	if s == "" {
		return 0, nil
	}
	return time.ParseDuration(s)
}

// followed returns a function that begins, once per tenant, to drop what the
// catalogue remembers of it whenever the tenant's log tells of another design,
// role or member: other nodes write to the same store. The other one ends that.
func followed(c *catalog.Catalog, events *event.Log) (follow func(context.Context, schema.TenantID) error, forget func(schema.TenantID)) {
	events.Subscribe("catalog", func(_ context.Context, t schema.TenantID, cs []store.Change) error {
		if slices.ContainsFunc(cs, func(c store.Change) bool { return c.Op == store.OpDoc && c.DocKind != comment.Kind }) {
			c.Invalidate(t)
		}
		return nil
	})
	var mu sync.Mutex
	seen := map[schema.TenantID]bool{}
	follow = func(ctx context.Context, t schema.TenantID) error {
		mu.Lock()
		defer mu.Unlock()
		if seen[t] {
			return nil
		}
		if _, err := events.Follow(ctx, t); err != nil {
			return err
		}
		seen[t] = true
		c.Invalidate(t) // what was read before is not followed
		return nil
	}
	return follow, func(t schema.TenantID) {
		mu.Lock()
		defer mu.Unlock()
		if seen[t] {
			delete(seen, t)
			events.Unfollow(t)
		}
	}
}
