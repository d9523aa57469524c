package access

import (
	"slices"

	"tongban/schema"
)

// Source is a field that a computed field's values follow from, however far away.
type Source struct {
	Entity schema.EntityID
	Field  schema.FieldID
	// Far: it is a field of other records, to which a link leads.
	Far bool
	// Open: the builder shows the values also to those who may not see all of
	// the records that they come from.
	Open bool
}

// Computing is Data that knows what computed fields follow from.
type Computing interface {
	// Sources lists all fields that a field follows from; nil for one that is not computed.
	Sources(schema.EntityID, schema.FieldID) []Source
	// Model differs where an entity's sources, or what they are, may differ.
	Model(schema.EntityID) int64
}

// narrow takes from the grants what their computed fields would give away: who
// may not read all that a value follows from may not read the value.
func (c *compiled) narrow(t schema.TenantID, d Data, roles []schema.RoleID) error {
	in, ok := d.(Computing)
	if !ok {
		return nil
	}
	far := map[schema.EntityID]*compiled{}
	raw := make([]grant, len(c.grants))
	for i, g := range c.grants {
		raw[i] = g
		raw[i].read, raw[i].masked = slices.Clone(g.read), slices.Clone(g.masked)
	}
	for _, f := range c.entity.Live() {
		sources := in.Sources(c.entity.ID, f.ID)
		if len(sources) == 0 {
			continue
		}
		whole := schema.ReadRight
		for _, s := range sources {
			if !s.Far {
				continue
			}
			other, err := c.other(far, t, d, s.Entity, roles)
			if err != nil {
				return err
			}
			whole = weaker(whole, other.whole(s))
		}
		for i := range c.grants {
			right := weaker(whole, rightOf(f.ID, raw[i].read, nil, raw[i].masked))
			for _, s := range sources {
				if !s.Far && s.Field > 0 {
					right = weaker(right, rightOf(s.Field, raw[i].read, nil, raw[i].masked))
				}
			}
			c.grants[i].limit(f.ID, right)
		}
	}
	return nil
}

// other is what the roles give on another entity; nil where it is not there.
func (c *compiled) other(far map[schema.EntityID]*compiled, t schema.TenantID, d Data, e schema.EntityID, roles []schema.RoleID) (*compiled, error) {
	if o, ok := far[e]; ok {
		return o, nil
	}
	far[e] = nil
	ent := d.Entity(e)
	if ent == nil {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	o, err := judged(t, d, ent, roles)
	if err != nil {
		return nil, err
	}
	far[e] = o
	return o, nil
}

// whole is the right on a field of all records of an entity at once.
func (c *compiled) whole(s Source) schema.Right {
	if c == nil {
		return schema.ReadRight // it is gone, and shows nothing
	}
	best, readers := schema.Hidden, 0
	for i := range c.grants {
		g := &c.grants[i]
		if !g.acts.has(Read) {
			continue
		}
		readers++
		if g.scope.Kind != "all" && !s.Open {
			continue
		}
		switch {
		case s.Field < 0 || g.read.Has(s.Field):
			return schema.ReadRight
		case g.masked.Has(s.Field):
			best = schema.Masked
		}
	}
	if readers == 0 && s.Open {
		return schema.ReadRight
	}
	return best
}

func weaker(a, b schema.Right) schema.Right {
	order := []schema.Right{schema.Hidden, schema.Masked, schema.ReadRight, schema.WriteRight}
	if slices.Index(order, a) < slices.Index(order, b) {
		return a
	}
	return b
}

func (g *grant) limit(f schema.FieldID, r schema.Right) {
	switch r {
	case schema.Hidden:
		g.read.clear(f)
		g.masked.clear(f)
	case schema.Masked:
		g.read.clear(f)
		g.masked.set(f)
	}
}
