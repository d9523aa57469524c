package catalog

import (
	"cmp"
	"slices"

	"tongban/schema"
)

// keepTenants is how many tenants are remembered where Options say nothing: a
// snapshot takes some 10 kB to some MB.
const keepTenants = 1000

// evict forgets the tenants that were not asked for the longest, a tenth of
// all at once, and returns them. Whoever holds one of their slots or snapshots
// may go on using it. The caller holds mu.
func (c *Catalog) evict() []schema.TenantID {
	if len(c.slots) <= c.keep {
		return nil
	}
	type use struct {
		t  schema.TenantID
		at int64
	}
	all := make([]use, 0, len(c.slots))
	for t, s := range c.slots {
		all = append(all, use{t, s.used.Load()})
	}
	slices.SortFunc(all, func(a, b use) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.t, b.t)) })
	gone := make([]schema.TenantID, 0, len(all)/10+1)
	for _, u := range all[:len(all)-c.keep+c.keep/10] {
		delete(c.slots, u.t)
		gone = append(gone, u.t)
	}
	return gone
}

// Remembered is how many tenants are in memory.
func (c *Catalog) Remembered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.slots)
}
