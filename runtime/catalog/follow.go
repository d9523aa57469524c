package catalog

import (
	"encoding/json"
	"fmt"
	"slices"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/formula"
)

// setting is something of the tenant's that stored values follow from.
type setting struct {
	kind string // of its document
	// changes says whether a write of the document makes other values.
	changes func(s *Snapshot, d *store.DocOp) (bool, error)
	follows func(s *Snapshot, c *Computed) bool
}

var settings = []setting{
	{KindTenant, (*Snapshot).timeChanges, byTime},
	{KindCalendar, anyChange, byCalendar},
	{KindRates, anyChange, byRates},
}

func anyChange(*Snapshot, *store.DocOp) (bool, error) { return true, nil }

// timeChanges says whether days, weeks or their names become others.
func (s *Snapshot) timeChanges(d *store.DocOp) (bool, error) {
	var now schema.Tenant
	if err := json.Unmarshal(d.Body, &now); err != nil {
		return false, fmt.Errorf("read the settings: %w", err)
	}
	was := &s.Tenant
	return now.TimeZone != was.TimeZone || now.WeekStart != was.WeekStart || now.Locale != was.Locale, nil
}

// byTime tells of formulas that work with moments or show them, of texts of
// moments, of conditions that ask for moments by the day, and of clocks.
func byTime(s *Snapshot, c *Computed) bool {
	if c.Program == nil {
		return c.Field.Type == "sla" || s.looksByTime(c)
	}
	return c.Program.Calls(func(f *formula.Function) bool {
		return f.Category == "date" || f.Name == "CREATED_TIME" || f.Name == "LAST_MODIFIED_TIME"
	}) ||
		slices.ContainsFunc(c.Program.Fields(), func(id schema.FieldID) bool {
			f := c.Entity.Field(id)
			return f != nil && field.FormulaType(f).Kind == formula.KindDateTime
		})
}

// looksByTime says whether what a field takes from linked records depends on
// the time zone.
func (s *Snapshot) looksByTime(c *Computed) bool {
	o := &c.Field.Options
	if o.Op == "concat" && o.Of != nil && field.FormulaType(o.Of).Kind == formula.KindDateTime {
		return true
	}
	if c.Link == nil {
		return false
	}
	to := s.entities[c.Link.Options.Entity]
	return to != nil && filter.Zoned(to, o.Filter)
}

func byCalendar(_ *Snapshot, c *Computed) bool {
	if c.Program == nil {
		return c.Field.Type == "sla"
	}
	return c.Program.Calls(func(f *formula.Function) bool {
		return slices.Contains([]string{"WORKDAY", "WORKDAY_DIFF", "NETWORKDAY", "WORKHOURS_ADD", "WORKHOURS_DIFF"}, f.Name)
	})
}

func byRates(_ *Snapshot, c *Computed) bool {
	return c.Program != nil && c.Program.Calls(func(f *formula.Function) bool { return f.Name == "CONVERT_CURRENCY" })
}

// withSettings adds the work that other settings make. Work that has not ended
// begins anew.
func (s *Snapshot) withSettings(docs []store.DocOp) ([]store.DocOp, error) {
	out := docs
	for _, set := range settings {
		changed := false
		for i := range docs {
			if changed || docs[i].Kind != set.kind {
				continue
			}
			var err error
			if changed, err = set.changes(s, &docs[i]); err != nil {
				return nil, err
			}
		}
		if !changed {
			continue
		}
		op, err := s.followersOf(set)
		if err != nil {
			return nil, err
		}
		out = append(out, op...)
	}
	return out, nil
}

// followersOf is the work for what follows from a setting, if anything does.
func (s *Snapshot) followersOf(set setting) ([]store.DocOp, error) {
	var refs []Ref
	for r, c := range s.graph.nodes {
		if c.Stored && set.follows(s, c) {
			refs = append(refs, r)
		}
	}
	if set.kind == KindRates {
		refs = append(refs, s.money()...)
	}
	r := recalcOf(s.graph, refs)
	if r == nil {
		return nil, nil
	}
	r.Key = "settings/" + set.kind
	op, err := r.Doc()
	op.IfVersion = -1
	return []store.DocOp{op}, err
}
