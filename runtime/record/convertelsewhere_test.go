package record_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

// overtaken is a store in which another process has done a conversion when this
// one would take it.
type overtaken struct {
	store.Engine
	other func()
}

func (o *overtaken) Commit(ctx context.Context, t schema.TenantID, c *store.Commit) (*store.Receipt, error) {
	takes := slices.ContainsFunc(c.Docs, func(d store.DocOp) bool { return d.Kind == catalog.KindConvert && !d.Log })
	if other := o.other; takes && other != nil {
		o.other = nil
		other()
	}
	return o.Engine.Commit(ctx, t, c)
}

func TestAConversionThatAnotherProcessFinishesIsAnsweredAsFinished(t *testing.T) {
	w := newWorld(t)
	e := w.entity("表", text("title"), text("n"))
	w.create(w.boss(), e, `{"title":"a","n":"12"}`)
	now := func() time.Time { return w.clock }
	log, shared := slog.New(slog.DiscardHandler), &overtaken{Engine: w.engine}
	process := func(engine store.Engine, node int) *record.Service {
		src, policy := ids.New(now, node), access.New(now)
		c := catalog.New(engine, catalog.Options{Now: now, IDs: src, Log: log, Policy: policy})
		return record.New(record.Options{Engine: engine, Catalog: c, Policy: policy, IDs: src, Now: now, Log: log})
	}
	elsewhere, overtook := process(w.engine, 2), false
	shared.other = func() {
		overtook = true
		require.NoError(t, elsewhere.Recalculate(t.Context(), w.tenant))
	}
	f, err := process(shared, 3).Convert(t.Context(), w.boss(), e.ID, w.named(e, "n").ID, catalog.ConvertInput{Type: "number"})
	require.NoError(t, err)
	require.True(t, overtook)
	require.Nil(t, f.Moving)
	require.Equal(t, "number", f.Type)
	w.catalog.Invalidate(w.tenant)
	require.Equal(t, []string{`{"n":12}`}, w.column(e, "n"))
}
