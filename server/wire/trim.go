package wire

import (
	"context"
	"log/slog"
	"time"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

const (
	trimEvery = time.Hour
	trimStep  = 1000                   // changes that are forgotten at once
	trimPause = 100 * time.Millisecond // between two steps: others write in between
	trimMost  = 200                    // steps for one tenant in a row
)

// trimming forgets changes that are older than the setting allows.
type trimming struct {
	engine  store.Trimmer
	catalog *catalog.Catalog
	log     *slog.Logger
	now     func() time.Time
	keep    time.Duration
}

// trimmer returns the worker that trims the logs of changes, nil where they are
// kept for ever.
func (b *Base) trimmer() func(context.Context) {
	e, can := b.Raw.(store.Trimmer)
	if !can || b.Config.History() == 0 {
		return nil
	}
	t := &trimming{engine: e, catalog: b.Catalog, log: b.Log, now: b.Now, keep: b.Config.History()}
	return t.run
}

func (t *trimming) run(ctx context.Context) {
	tick := time.NewTicker(trimEvery)
	defer tick.Stop()
	for {
		t.all(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// all trims the logs of all tenants, and that of people and sessions.
func (t *trimming) all(ctx context.Context) {
	list, err := t.catalog.Tenants(ctx)
	if err == nil {
		for _, tenant := range append(list, store.System) {
			if err = t.one(ctx, tenant); err != nil {
				break
			}
		}
	}
	if err != nil && ctx.Err() == nil {
		t.log.WarnContext(ctx, "old changes stay", "err", err.Error())
	}
}

func (t *trimming) one(ctx context.Context, tenant schema.TenantID) error {
	before := t.now().Add(-t.keep).UnixMilli()
	for step := range trimMost {
		more, err := t.engine.Trim(ctx, tenant, before, trimStep)
		if err != nil || !more {
			return err
		}
		if step == 0 {
			t.log.InfoContext(ctx, "old changes are forgotten", "tenant", int64(tenant))
		}
		timer := time.NewTimer(trimPause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		}
	}
	return nil
}
