package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"

	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/filter"
)

// Affected is a part of a table that asks for a field whose type changes.
type Affected struct {
	Entity *schema.Entity
	Field  *schema.Field // nil: a rule of the table
	Part   string        // one of the Part constants
	Kept   bool          // it is rewritten for the new type; else it stops working
}

// The parts.
const (
	PartFormula     = "formula"
	PartSource      = "source"    // what a lookup or rollup takes
	PartCondition   = "condition" // of a lookup, rollup, count or link
	PartSort        = "sort"      // of a lookup
	PartRequired    = "required"
	PartReadOnly    = "readOnly"
	PartDefault     = "default"
	PartUnique      = "unique"
	PartTransitions = "transitions"
	PartAction      = "action"
	PartClock       = "clock"
	PartRule        = "rule"
)

// Affects tells what a conversion does to the settings of tables: what follows
// by itself, and what stops working.
func (s *Snapshot) Affects(ent schema.EntityID, id schema.FieldID, in ConvertInput) ([]Affected, error) {
	x := newEdits(s)
	e, f, err := x.movable(ent, id)
	if err != nil {
		return nil, err
	}
	to, err := x.convertTo(e, f, in)
	if err != nil {
		return nil, err
	}
	out := lostRules(e.Entity, f, to)
	*f = *to
	all := x.overlay()
	changed, err := x.conditions(all, x.shownAnew(all, Ref{ent, id}))
	if err != nil {
		return nil, err
	}
	out = append(out, changed...)
	g := buildGraph(all, compileStored)
	for _, after := range all {
		before := s.entities[after.ID]
		if before == nil {
			continue
		}
		for _, f := range after.Live() {
			was := before.Field(f.ID)
			if was == nil || after.ID == ent && f.ID == id {
				continue
			}
			if n, old := g.Node(after.ID, f.ID), s.graph.Node(after.ID, f.ID); n != nil && n.Broken && old != nil && !old.Broken {
				out = append(out, Affected{Entity: after, Field: f, Part: sourceOf(f)})
			}
			out = append(out, brokenFormulas(before, after, was, f)...)
		}
		for i := range after.Rules {
			if stopsCompiling(before, after, after.Rules[i].Formula) {
				out = append(out, Affected{Entity: after, Part: PartRule})
			}
		}
	}
	slices.SortStableFunc(out, byPlace)
	return out, nil
}

// byPlace puts what stops working first.
func byPlace(a, b Affected) int {
	flag := func(b bool) int {
		if b {
			return 1
		}
		return 0
	}
	of := func(a Affected) schema.FieldID {
		if a.Field == nil {
			return 0
		}
		return a.Field.ID
	}
	return cmp.Or(cmp.Compare(flag(a.Kept), flag(b.Kept)), cmp.Compare(a.Entity.ID, b.Entity.ID), cmp.Compare(of(a), of(b)))
}

func sourceOf(f *schema.Field) string {
	if f.Type == "formula" {
		return PartFormula
	}
	return PartSource
}

// lostRules lists what a field of the other type cannot have.
func lostRules(e *schema.Entity, f, to *schema.Field) []Affected {
	var out []Affected
	for part, lost := range map[string]bool{
		PartRequired: (f.Required || f.RequiredIf != "") && !to.Required && to.RequiredIf == "",
		PartUnique:   (f.Unique || len(f.UniqueWith) > 0) && !to.Unique && len(to.UniqueWith) == 0,
		PartDefault:  f.Default != nil && to.Default == nil,
	} {
		if lost {
			out = append(out, Affected{Entity: e, Field: f, Part: part})
		}
	}
	slices.SortFunc(out, func(a, b Affected) int { return cmp.Compare(a.Part, b.Part) })
	return out
}

// brokenFormulas lists the formulas among a field's settings that will not
// compile any more.
func brokenFormulas(before, after *schema.Entity, was, f *schema.Field) []Affected {
	parts := map[string][]string{
		PartRequired: {was.RequiredIf}, PartReadOnly: {was.ReadOnlyIf}, PartDefault: {was.DefaultFormula()},
	}
	for _, t := range was.Options.Transitions {
		parts[PartTransitions] = append(parts[PartTransitions], t.When)
	}
	if a := was.Options.Action; a != nil {
		parts[PartAction] = []string{a.URL}
	}
	if c := was.Options.Clock; c != nil {
		for _, src := range formulasOf(c) {
			parts[PartClock] = append(parts[PartClock], *src)
		}
	}
	var out []Affected
	for part, list := range parts {
		if slices.ContainsFunc(list, func(src string) bool { return stopsCompiling(before, after, src) }) {
			out = append(out, Affected{Entity: after, Field: f, Part: part})
		}
	}
	slices.SortFunc(out, func(a, b Affected) int { return cmp.Compare(a.Part, b.Part) })
	return out
}

func stopsCompiling(before, after *schema.Entity, src string) bool {
	return compile(before, src) != nil && compile(after, src) == nil
}

// shows is a field whose values are of another type now, as it compares them.
type shows struct {
	Ref
	was, now *schema.Field
}

// shownAnew lists the fields that show a converted one, itself first: lookups
// of it, and lookups of those. all are the entities as they are now.
func (x *edits) shownAnew(all map[schema.EntityID]*schema.Entity, from Ref) []shows {
	was, now := x.old(from.Entity, from.Field), all[from.Entity].Field(from.Field)
	if was == nil || now == nil {
		return nil
	}
	out := []shows{{from, was, now}}
	for i := 0; i < len(out); i++ {
		for id, e := range all {
			for _, f := range e.Live() {
				l := e.Field(f.Options.Link)
				if f.Type != "lookup" || l == nil || l.Options.Entity != out[i].Entity || f.Options.Field != out[i].Field {
					continue
				}
				r := Ref{id, f.ID}
				if old := x.old(id, f.ID); old != nil && !slices.ContainsFunc(out, func(s shows) bool { return s.Ref == r }) {
					a, _, _ := field.Shown(old)
					b, _, _ := field.Shown(f)
					out = append(out, shows{r, a, b})
				}
			}
		}
	}
	return out
}

// conditions fits the conditions of lookups, rollups, counts and links to a
// field that has another type now. What cannot be fitted stays as it is: a
// lookup then finds nothing, and a link asks for nothing.
func (x *edits) conditions(all map[schema.EntityID]*schema.Entity, changed []shows) ([]Affected, error) {
	var out []Affected
	for _, id := range slices.Sorted(maps.Keys(all)) {
		e := all[id]
		for _, f := range e.Live() {
			to := all[asksOf(e, f)]
			if to == nil {
				continue
			}
			raw, kept, err := fitted(to, f.Options.Filter, changed)
			if err != nil {
				return nil, err
			}
			switch {
			case !kept:
				out = append(out, Affected{Entity: e, Field: f, Part: PartCondition})
			case !bytes.Equal(raw, f.Options.Filter):
				out = append(out, Affected{Entity: e, Field: f, Part: PartCondition, Kept: true})
				edited, err := x.entity(e.ID)
				if err != nil {
					return nil, err
				}
				edited.Field(f.ID).Options.Filter = raw
			}
			if unsorted(to, f, changed) {
				out = append(out, Affected{Entity: e, Field: f, Part: PartSort})
			}
		}
	}
	return out, nil
}

// asksOf is the entity over which a field's condition is; 0: it has none.
func asksOf(e *schema.Entity, f *schema.Field) schema.EntityID {
	switch f.Type {
	case "lookup", "rollup", "count":
		if l := e.Field(f.Options.Link); l != nil {
			return l.Options.Entity
		}
	case "link":
		return f.Options.Entity
	}
	return 0
}

// fitted rewrites a condition over an entity; kept is false where a part of it
// means nothing any more.
func fitted(to *schema.Entity, raw json.RawMessage, changed []shows) (_ json.RawMessage, kept bool, err error) {
	names := filter.Fields(raw)
	for _, c := range changed {
		name := schema.FormatID(schema.PrefixField, c.Field)
		if c.Entity != to.ID || !slices.Contains(names, name) {
			continue
		}
		next, err := refitFilter(to, raw, name, c.was, c.now)
		if err != nil {
			return nil, false, err
		}
		if leaves(next) != leaves(raw) {
			return raw, false, nil
		}
		raw = next
	}
	return raw, true, nil
}

// leaves counts the conditions of a filter.
func leaves(raw json.RawMessage) int {
	var root any
	if len(raw) == 0 || json.Unmarshal(raw, &root) != nil {
		return 0
	}
	return leavesOf(root)
}

func leavesOf(node any) int {
	n := 0
	switch x := node.(type) {
	case []any:
		for _, child := range x {
			n += leavesOf(child)
		}
	case map[string]any:
		if x["field"] != nil || x["formula"] != nil {
			return 1
		}
		for _, child := range x {
			n += leavesOf(child)
		}
	}
	return n
}

// unsorted says whether a lookup puts records into an order that is none any more.
func unsorted(to *schema.Entity, f *schema.Field, changed []shows) bool {
	return slices.ContainsFunc(f.Options.Sort, func(k schema.ViewSort) bool {
		return slices.ContainsFunc(changed, func(c shows) bool {
			t, ok := field.Of(c.now.Type)
			return c.Entity == to.ID && c.Field == k.Field && (!ok || !t.Traits(c.now).Sortable)
		})
	})
}
