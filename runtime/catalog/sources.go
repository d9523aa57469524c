package catalog

import (
	"hash/fnv"
	"slices"
	"strconv"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/field"
)

var _ access.Computing = (*Snapshot)(nil)

// Sources lists all fields that a computed field follows from, however far.
func (s *Snapshot) Sources(e schema.EntityID, f schema.FieldID) []access.Source {
	if s.graph == nil || s.graph.Node(e, f) == nil {
		return nil
	}
	var out []access.Source
	todo := []access.Source{{Entity: e, Field: f}}
	for i := 0; i < len(todo); i++ {
		c := s.graph.Node(todo[i].Entity, todo[i].Field)
		if c == nil {
			continue
		}
		add := func(n access.Source) {
			n.Open = n.Open || todo[i].Open
			if !slices.Contains(todo, n) {
				todo = append(todo, n)
				out = append(out, n)
			}
		}
		for _, id := range c.Reads {
			add(access.Source{Entity: c.Entity.ID, Field: id, Far: todo[i].Far})
			if l := c.Entity.Field(id); l != nil && l.Type == "link" && l.Options.Derived { // it shows what others hold
				add(access.Source{Entity: l.Options.Entity, Field: l.Options.Inverse, Far: true, Open: c.Field.Options.Open})
			}
		}
		open := c.Field.Options.Open
		for _, to := range s.named(c) {
			title := to.Title
			if title == 0 {
				title = schema.SysID
			}
			add(access.Source{Entity: to.ID, Field: title, Far: true, Open: open})
		}
		for _, far := range c.Far {
			add(access.Source{Entity: far.Entity, Field: far.Field, Far: true, Open: open})
		}
		if c.Link != nil { // that there are records, and which, is a thing to know
			add(access.Source{Entity: c.Link.Options.Entity, Field: schema.SysID, Far: true, Open: open})
			if c.Link.Options.Derived {
				add(access.Source{Entity: c.Link.Options.Entity, Field: c.Link.Options.Inverse, Far: true, Open: open})
			}
		}
	}
	return out
}

// named lists the entities of whose records a field's values hold the titles:
// formulas, and texts that are strung together, write links as titles.
func (s *Snapshot) named(c *Computed) []*schema.Entity {
	var from []*schema.Field
	switch {
	case c.Field.Type == "formula":
		for _, id := range c.Reads {
			from = append(from, c.Entity.Field(id))
		}
	case c.Field.Options.Op == "concat":
		from = append(from, c.Field.Options.Of)
	}
	var out []*schema.Entity
	for _, f := range from {
		if f == nil {
			continue
		}
		if shown, _, ok := field.Shown(f); ok && shown.Type == "link" {
			if to := s.entities[shown.Options.Entity]; to != nil {
				out = append(out, to)
			}
		}
	}
	return out
}

// Model differs where an entity's computed fields, or the entities that they
// look at, differ; 0 for an entity whose fields look nowhere.
func (s *Snapshot) Model(e schema.EntityID) int64 {
	if s.graph == nil {
		return 0
	}
	return s.graph.models[e]
}

// noteModels finds the model numbers of all entities that have computed fields.
func (s *Snapshot) noteModels() {
	s.graph.models = make(map[schema.EntityID]int64, len(s.graph.byEntity))
	for e := range s.graph.byEntity {
		s.graph.models[e] = s.model(e)
	}
}

func (s *Snapshot) model(e schema.EntityID) int64 {
	seen := []schema.EntityID{e}
	for i := 0; i < len(seen); i++ {
		for _, c := range s.graph.Computed(seen[i]) {
			for _, to := range s.named(c) {
				if !slices.Contains(seen, to.ID) {
					seen = append(seen, to.ID)
				}
			}
			for _, f := range c.Far {
				if !slices.Contains(seen, f.Entity) {
					seen = append(seen, f.Entity)
				}
			}
			if c.Link != nil && !slices.Contains(seen, c.Link.Options.Entity) {
				seen = append(seen, c.Link.Options.Entity)
			}
		}
	}
	if len(seen) == 1 {
		return 0
	}
	slices.Sort(seen)
	h := fnv.New64a()
	for _, id := range seen {
		rev := int64(-1)
		if ent := s.entities[id]; ent != nil {
			rev = ent.Rev
		}
		_, _ = h.Write([]byte(strconv.FormatInt(int64(id), 36) + "/" + strconv.FormatInt(rev, 36) + " ")) // a hash never fails
	}
	return int64(h.Sum64() >> 1)
}
