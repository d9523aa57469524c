package store

import "tongban/schema"

// PlanCap is up to where a Plan counts records.
const PlanCap = 100_000

// PlanHow is what serves a part of a query.
type PlanHow string

// The ways. With PlanScan an index would help and there is none; with PlanNever
// no index can help, because the condition asks for what is not so.
const (
	PlanIndex    PlanHow = "index"    // the index of a field
	PlanSearch   PlanHow = "search"   // the search index
	PlanLinks    PlanHow = "links"    // the lists of links and other sets
	PlanIDs      PlanHow = "ids"      // the records are named
	PlanBuilding PlanHow = "building" // an index is wanted and not complete yet
	PlanScan     PlanHow = "scan"
	PlanNever    PlanHow = "never"
)

// Serves reports whether less than the whole table has to be looked at.
func (h PlanHow) Serves() bool {
	return h == PlanIndex || h == PlanSearch || h == PlanLinks || h == PlanIDs
}

// PlanStep is one condition that must hold, or one key of the order.
type PlanStep struct {
	Sort   bool // a key of the order; else a condition
	How    PlanHow
	Fields []schema.FieldID // what it asks by
}

// Plan says how a query would be answered.
type Plan struct {
	Total int64 // live records of the entity, counted up to PlanCap
	Rows  int64 // records that have to be looked at, at most, up to PlanCap
	Steps []PlanStep
	Raw   []string // the engine's own words
}

// Indexed reports whether what has to be looked at is found through indexes,
// so that the query does not slow down as the table grows.
func (p *Plan) Indexed() bool {
	filtered, served, sorted, found := false, false, false, true
	for _, s := range p.Steps {
		switch {
		case !s.Sort:
			filtered = true
			served = served || s.How.Serves()
		case !sorted:
			sorted, found = true, s.How.Serves()
		}
	}
	switch {
	case filtered && !served:
		return false
	case filtered:
		return found || p.Rows <= PlanSmall
	}
	return found
}

// PlanSmall is how many records are put into order in no time.
const PlanSmall = 5_000
