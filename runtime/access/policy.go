package access

import (
	"container/list"
	"fmt"
	"sync"
	"time"

	"tongban/schema"
	"tongban/schema/fail"
)

// Policy hands out rights and keeps what it compiled. It is safe for
// concurrent use.
type Policy struct {
	now   func() time.Time
	limit int

	mu    sync.Mutex // guards items and order
	items map[key]*list.Element
	order *list.List // of *entry, the most recently used first
}

type key struct {
	tenant schema.TenantID
	entity schema.EntityID
	rev    int64
	policy int64
	model  int64
	roles  string
}

type entry struct {
	key key
	c   *compiled
}

// New returns a policy that keeps at most 4,096 compiled answers.
func New(now func() time.Time) *Policy {
	return &Policy{now: now, limit: 4096, items: map[key]*list.Element{}, order: list.New()}
}

// Rights compiles, or finds, what an actor may do with an entity. An entity
// of which the actor may know nothing is NotFound, as is one that is not there.
func (p *Policy) Rights(a Actor, d Data, id schema.EntityID) (*Rights, error) {
	e := d.Entity(id)
	if e == nil || e.Deleted {
		return nil, fail.New(fail.NotFound, "entity.notFound")
	}
	roles := a.Roles
	if a.System {
		roles = []schema.RoleID{schema.RoleOwner}
	}
	k := key{tenant: a.Tenant, entity: id, rev: e.Rev, policy: d.Policy(), roles: roleKey(roles)}
	if in, ok := d.(Computing); ok {
		k.model = in.Model(id)
	}
	c := p.cached(k)
	if c == nil {
		var err error
		if c, err = compile(a.Tenant, d, e, roles); err != nil {
			return nil, err
		}
		c.class = fmt.Sprintf("%d/%d/%d/%d/%s", id, e.Rev, k.policy, k.model, k.roles)
		p.keep(k, c)
	}
	if c.acts == 0 {
		return nil, fail.New(fail.NotFound, "entity.notFound")
	}
	return bind(c, a, d, p.now()), nil
}

func (p *Policy) cached(k key) *compiled {
	p.mu.Lock()
	defer p.mu.Unlock()
	el, ok := p.items[k]
	if !ok {
		return nil
	}
	p.order.MoveToFront(el)
	if e, ok := el.Value.(*entry); ok {
		return e.c
	}
	return nil
}

func (p *Policy) keep(k key, c *compiled) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.items[k]; ok {
		return
	}
	p.items[k] = p.order.PushFront(&entry{key: k, c: c})
	for p.order.Len() > p.limit {
		last := p.order.Back()
		p.order.Remove(last)
		if e, ok := last.Value.(*entry); ok {
			delete(p.items, e.key)
		}
	}
}
