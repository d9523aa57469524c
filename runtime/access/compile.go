package access

import (
	"slices"

	"tongban/schema"
)

// grant is what a set of records (its scope) gives: the union of the casbin
// answers of all parts with that scope.
type grant struct {
	scope                       schema.Scope
	acts                        actSet
	read, write, create, masked Mask
}

// compiled is the answer for one entity and set of roles. It is immutable.
type compiled struct {
	entity *schema.Entity
	grants []grant
	acts   actSet // of any grant
	read   Mask   // of any grant
	write  Mask
	create Mask // of the grants that allow to create
	masked Mask
	// uniform: all records that may be read have the same rights.
	uniform bool
	class   string
}

// compile is what roles give on an entity.
func compile(t schema.TenantID, d Data, e *schema.Entity, roles []schema.RoleID) (*compiled, error) {
	c, err := judged(t, d, e, roles)
	if err != nil {
		return nil, err
	}
	if err := c.narrow(t, d, roles); err != nil {
		return nil, err
	}
	c.finish()
	return c, nil
}

// judged asks casbin for every field and act of each role's grants.
func judged(t schema.TenantID, d Data, e *schema.Entity, roles []schema.RoleID) (*compiled, error) {
	c := &compiled{entity: e, read: newMask(e), write: newMask(e), create: newMask(e), masked: newMask(e)}
	dom := domainOf(t)
	for _, r := range slices.Compact(slices.Sorted(slices.Values(roles))) {
		for _, p := range partsOf(dom, d, e, r) {
			g, err := judgePart(dom, e, r, p)
			if err != nil {
				return nil, err
			}
			c.add(g)
		}
	}
	return c, nil
}

func partsOf(dom string, d Data, e *schema.Entity, r schema.RoleID) []part {
	if p, ok := builtin(dom, r); ok {
		return []part{p}
	}
	role := d.Role(r)
	if role == nil || (role.App != 0 && role.App != e.App) {
		return nil
	}
	var out []part
	for i := range role.Grants {
		if role.Grants[i].Entity == e.ID {
			out = append(out, rulesOf(dom, r, &role.Grants[i]))
		}
	}
	return out
}

// judgePart asks for the table acts and then for each field. Fields that no
// rule names share one answer, asked for with field 0.
func judgePart(dom string, e *schema.Entity, r schema.RoleID, p part) (grant, error) {
	g := grant{scope: p.scope, read: newMask(e), write: newMask(e), create: newMask(e), masked: newMask(e)}
	j, err := newJudge(dom, r, p.rules)
	if err != nil {
		return grant{}, err
	}
	for i, a := range acts {
		ok, err := j.may(e.ID, 0, a)
		if err != nil {
			return grant{}, err
		}
		if ok {
			g.acts |= 1 << i
		}
	}
	fieldActs := []Act{Read, Write, Create, mask}
	masks := []Mask{g.read, g.write, g.create, g.masked}
	for i, a := range fieldActs {
		rest, err := j.may(e.ID, 0, a)
		if err != nil {
			return grant{}, err
		}
		for _, f := range e.Live() {
			ok := rest
			if slices.Contains(p.named, f.ID) {
				if ok, err = j.may(e.ID, f.ID, a); err != nil {
					return grant{}, err
				}
			}
			if ok {
				masks[i].set(f.ID)
			}
		}
	}
	if !g.write.Empty() && !g.acts.has(Write) { // single fields may be written
		g.acts |= 1 << slices.Index(acts, Write)
	}
	return g, nil
}

func sameScope(a, b schema.Scope) bool {
	return a.Kind == b.Kind && a.Owner == b.Owner && string(a.Filter) == string(b.Filter)
}

// add puts a grant to those with the same scope, or beside them.
func (c *compiled) add(g grant) {
	if g.acts == 0 {
		return
	}
	for i := range c.grants {
		if o := &c.grants[i]; sameScope(o.scope, g.scope) {
			o.acts |= g.acts
			o.read, o.write = o.read.union(g.read), o.write.union(g.write)
			o.create, o.masked = o.create.union(g.create), o.masked.union(g.masked)
			return
		}
	}
	c.grants = append(c.grants, g)
}

// finish drops grants that a grant over all records contains, and adds up.
func (c *compiled) finish() {
	for i := range c.grants {
		if all := c.grants[i]; all.scope.Kind == "all" {
			c.grants = slices.DeleteFunc(c.grants, func(g grant) bool {
				return g.scope.Kind != "all" && g.acts&^all.acts == 0 && all.read.covers(g.read) &&
					all.write.covers(g.write) && all.create.covers(g.create) && all.masked.covers(g.masked)
			})
			break
		}
	}
	for _, g := range c.grants {
		c.acts |= g.acts
		c.read, c.write, c.masked = c.read.union(g.read), c.write.union(g.write), c.masked.union(g.masked)
		if g.acts.has(Create) {
			c.create = c.create.union(g.create)
		}
	}
	readers := 0
	for _, g := range c.grants {
		if g.acts.has(Read) {
			readers++
		}
	}
	c.uniform = len(c.grants) == 1 || (readers == 0)
}
