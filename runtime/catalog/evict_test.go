package catalog_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/schema"
)

func TestCatalog_forgets_who_was_not_asked_for_the_longest(t *testing.T) {
	h := newHouse(t)
	at := now()
	clock := func() time.Time { return at }
	var forgot []schema.TenantID
	c := catalog.New(h.engine, catalog.Options{
		Now: clock, IDs: ids.New(now, 2), Log: slog.New(slog.DiscardHandler), Keep: 20, Forgot: func(t schema.TenantID) { forgot = append(forgot, t) },
	})
	var all []schema.TenantID
	for range 20 {
		at = at.Add(time.Second)
		tenant, err := c.CreateTenant(t.Context(), catalog.TenantInput{Name: "t"}, schema.Member{User: 1, Name: "u"})
		require.NoError(t, err)
		_, err = c.Tenant(t.Context(), tenant.ID)
		require.NoError(t, err)
		all = append(all, tenant.ID)
	}
	require.Equal(t, 20, c.Remembered())
	require.Empty(t, forgot)
	at = at.Add(time.Second)
	old, err := c.Tenant(t.Context(), all[0]) // in use again
	require.NoError(t, err)
	at = at.Add(time.Second)
	_, err = c.Tenant(t.Context(), h.boss.Tenant) // one more
	require.NoError(t, err)
	require.Equal(t, all[1:4], forgot)
	require.Equal(t, 18, c.Remembered())
	same, err := c.Tenant(t.Context(), all[0])
	require.NoError(t, err)
	require.Same(t, old, same)
	again, err := c.Tenant(t.Context(), all[1])
	require.NoError(t, err)
	require.Equal(t, all[1], again.Tenant.ID, "who was forgotten is read again")
	c.Invalidate(all[2])
	require.Equal(t, 19, c.Remembered(), "forgetting remembers nobody")
}
