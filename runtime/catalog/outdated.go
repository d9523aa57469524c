package catalog

import (
	"encoding/json"
	"fmt"
	"slices"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/filter"
)

// namedBy are the types of fields that show names of what is kept in documents.
var namedBy = map[string][]string{
	KindMember:     {"user", "users", "createdBy", "updatedBy"},
	KindDepartment: {"department"},
	KindRole:       {"role"},
}

// ByDay says whether Daily may ever find work.
func (s *Snapshot) ByDay() bool {
	return len(s.dated()) > 0 || len(s.rates) > 0 && len(s.money()) > 0
}

// Daily is the work that brings up to date what follows from filters that mean
// something else each day, and amounts in currencies whose rates hold from a day
// after since, until date; nil where there is none.
func (s *Snapshot) Daily(since, date string) *Recalc {
	refs := s.dated()
	if slices.ContainsFunc(s.rates, func(r *Rates) bool { return r.Date > since && r.Date <= date }) {
		refs = append(refs, s.money()...)
	}
	if len(refs) == 0 {
		return nil
	}
	return recalcOf(s.graph, refs)
}

// dated lists what follows from filters that mean something else each day.
func (s *Snapshot) dated() []Ref {
	var refs []Ref
	for r, c := range s.graph.nodes {
		if c.Stored && filter.Dated(c.Field.Options.Filter) {
			refs = append(refs, r)
		}
	}
	return refs
}

// withNames adds the work that changed names of people, departments and roles
// make: formulas that show them keep texts. Work that has not ended begins anew.
func (s *Snapshot) withNames(docs []store.DocOp) ([]store.DocOp, error) {
	var kinds []string
	for i := range docs {
		d := &docs[i]
		if namedBy[d.Kind] == nil || slices.Contains(kinds, d.Kind) {
			continue
		}
		changed, err := s.renames(d, docs)
		if err != nil {
			return nil, err
		}
		if changed {
			kinds = append(kinds, d.Kind)
		}
	}
	for _, kind := range kinds {
		r := s.namesShown(namedBy[kind])
		if r == nil {
			continue
		}
		r.Key = "names/" + kind
		op, err := r.Doc()
		if err != nil {
			return nil, err
		}
		op.IfVersion = -1
		docs = append(docs, op)
	}
	return docs, nil
}

// renames says whether a write gives something another name. Nothing shows the
// name of what is new; who leaves keeps theirs.
func (s *Snapshot) renames(d *store.DocOp, docs []store.DocOp) (bool, error) {
	was, known := s.nameOf(d.Kind, d.Key)
	if !known {
		return false, nil
	}
	if d.Body == nil && d.Kind == KindMember {
		i := slices.IndexFunc(docs, func(o store.DocOp) bool { return o.Kind == kindFormer && o.Key == d.Key })
		if i < 0 {
			return true, nil
		}
		d = &docs[i]
	}
	if d.Body == nil {
		return true, nil
	}
	var now struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(d.Body, &now); err != nil {
		return false, fmt.Errorf("read a name: %w", err)
	}
	return now.Name != was, nil
}

func (s *Snapshot) nameOf(kind, key string) (string, bool) {
	switch kind {
	case KindMember:
		id, ok := schema.ParseID[schema.UserID](schema.PrefixUser, key)
		name := s.UserName(id)
		return name, ok && name != ""
	case KindDepartment:
		i := slices.IndexFunc(s.deptList, func(d *schema.Department) bool { return deptKey(d.ID) == key })
		if i >= 0 {
			return s.deptList[i].Name, true
		}
	case KindRole:
		for id, r := range s.roles {
			if roleKey(id) == key {
				return r.Name, true
			}
		}
	}
	return "", false
}

// namesShown is the work that follows from other names in fields of some types.
func (s *Snapshot) namesShown(types []string) *Recalc {
	var shown []Ref // what holds ids whose names changed
	for id, e := range s.entities {
		for _, f := range e.Live() {
			if slices.Contains(types, f.Type) {
				shown = append(shown, Ref{id, f.ID})
			}
		}
	}
	var changed []Ref // what holds texts with names
	seen := map[Ref]bool{}
	for i := 0; i < len(shown); i++ {
		for _, c := range s.graph.followers(shown[i]) {
			r := Ref{c.Entity.ID, c.Field.ID}
			if seen[r] {
				continue
			}
			seen[r] = true
			switch c.Field.Type {
			case "lookup": // of ids, which are the same
				shown = append(shown, r)
			case "count":
			default:
				changed = append(changed, r)
			}
		}
	}
	if len(changed) == 0 {
		return nil
	}
	return recalcOf(s.graph, changed)
}

// followers are the computed fields that read a field, or show titles that it gives.
func (g *Graph) followers(r Ref) []*Computed {
	return g.nodesOf(append(slices.Clone(g.near[r]), ends(g.far[r])...))
}
