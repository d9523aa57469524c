package catalog

import (
	"slices"

	"tongban/schema"
	"tongban/schema/formula"
)

// looksAway says whether a field's values are those of linked records.
func looksAway(f *schema.Field) bool {
	return !f.Deleted && (f.Type == "lookup" || f.Type == "rollup")
}

func anyLooksAway(e *schema.Entity) bool {
	return slices.ContainsFunc(e.Fields, func(f schema.Field) bool { return looksAway(&f) })
}

// aim sets what the entity's lookups and rollups show.
func aim(e *schema.Entity, all map[schema.EntityID]*schema.Entity) {
	for i := range e.Fields {
		f := &e.Fields[i]
		if !looksAway(f) {
			continue
		}
		f.Options.Of = nil
		l := e.Field(f.Options.Link)
		if l == nil || l.Type != "link" {
			continue
		}
		if f.Type == "lookup" {
			f.Options.Many = l.Options.Many || l.Options.Derived
		}
		if to := all[l.Options.Entity]; to != nil {
			f.Options.Of = to.Field(f.Options.Field)
		}
	}
}

// copyFields is a copy whose fields may be aimed.
func copyFields(e *schema.Entity) *schema.Entity {
	c := *e
	c.Fields = slices.Clone(e.Fields)
	return &c
}

// leadsTo lists the entities at which an entity's lookups and rollups look.
func leadsTo(e *schema.Entity) []schema.EntityID {
	var out []schema.EntityID
	for i := range e.Fields {
		if f := &e.Fields[i]; looksAway(f) {
			if l := e.Field(f.Options.Link); l != nil && l.Options.Entity != 0 {
				out = append(out, l.Options.Entity)
			}
		}
	}
	return out
}

// resolve aims the lookups of all entities. What has not changed since the last
// load, and looks at nothing that has, stays the same pointer.
func (s *Snapshot) resolve(last *Snapshot) {
	s.parsed = s.entities
	s.entities = make(map[schema.EntityID]*schema.Entity, len(s.parsed))
	stale := map[schema.EntityID]bool{}
	for id, e := range s.parsed {
		stale[id] = last == nil || last.parsed[id] != e
	}
	for again := true; again; {
		again = false
		for id, e := range s.parsed {
			if stale[id] || !anyLooksAway(e) {
				continue
			}
			gone := func(to schema.EntityID) bool { return stale[to] || s.parsed[to] == nil != (last.parsed[to] == nil) }
			if slices.ContainsFunc(leadsTo(e), gone) {
				stale[id], again = true, true
			}
		}
	}
	var aimed []*schema.Entity
	for id, e := range s.parsed {
		switch {
		case !stale[id]:
			s.entities[id] = last.entities[id]
		case anyLooksAway(e):
			s.entities[id] = copyFields(e)
			aimed = append(aimed, s.entities[id])
		default:
			s.entities[id] = e
		}
	}
	for _, e := range aimed {
		aim(e, s.entities)
	}
	for app, list := range s.byApp {
		for i, e := range list {
			s.byApp[app][i] = s.entities[e.ID]
		}
	}
}

// link makes the graph, or takes over the last one where nothing has changed.
func (s *Snapshot) link(last *Snapshot) {
	same := last != nil && len(last.entities) == len(s.entities)
	for id, e := range s.entities {
		same = same && last.entities[id] == e
	}
	if same {
		s.graph = last.graph
		return
	}
	s.graph = buildGraph(s.entities, func(e *schema.Entity, f *schema.Field) *formula.Program {
		if last != nil && last.entities[e.ID] == e {
			if c := last.graph.Node(e.ID, f.ID); c != nil && c.Program != nil {
				return c.Program
			}
		}
		return compile(e, f.Options.Formula)
	})
	s.noteModels()
}

// Graph is how the computed fields follow from others.
func (s *Snapshot) Graph() *Graph { return s.graph }
