package catalog

import (
	"slices"

	"tongban/runtime/store"
	"tongban/schema"
)

// KindRecalc are documents that say which computed values are to be brought up
// to date. They are made in the commit that makes the values stale.
const KindRecalc = "recalc"

// Recalc is such a document.
type Recalc struct {
	Job

	Steps []RecalcStep `json:"steps"`
	// Design: the fields are new or changed; their values are filled in without a trace.
	Design bool            `json:"design,omitempty"`
	Step   int             `json:"step"`
	After  schema.RecordID `json:"after,omitempty"` // the last record that is done
	Done   int64           `json:"done"`
	Total  int64           `json:"total"`
}

// RecalcStep is a part: fields, by rank, of all records of an entity, of those
// named, or of those that a link field joins with Targets.
type RecalcStep struct {
	Entity  schema.EntityID   `json:"entity"`
	Fields  []schema.FieldID  `json:"fields"`
	IDs     []schema.RecordID `json:"ids,omitempty"`
	Link    schema.FieldID    `json:"link,omitempty"`
	Targets []schema.RecordID `json:"targets,omitempty"`
	Relay   Relay             `json:"relay,omitempty"` // what the fields pass on, instead of their values
}

// Doc is the write of the document; version 0 makes it. Beginning and end are
// told to whoever follows the log.
func (r *Recalc) Doc() (store.DocOp, error) { return r.doc(KindRecalc, r) }

// Updating lists the fields of an entity whose values are being brought up to
// date on all records.
func (s *Snapshot) Updating(e schema.EntityID) []schema.FieldID { return s.updating[e] }

func (s *Snapshot) noteRecalc(r *Recalc) {
	if !r.Design {
		return
	}
	for _, st := range r.Steps {
		for _, f := range st.Fields {
			if !slices.Contains(s.updating[st.Entity], f) {
				s.updating[st.Entity] = append(s.updating[st.Entity], f)
			}
		}
	}
}

// recalcOf is what must be done for fields that are new or changed and for all
// that follows from them; nil for nothing.
func recalcOf(g *Graph, fields []Ref) *Recalc {
	r := &Recalc{Design: true}
	for _, f := range fields { // of one that is not computed, the key that it makes with others
		if g.nodes[f] == nil && f.Field > 0 {
			r.Steps = append(r.Steps, RecalcStep{Entity: f.Entity, Fields: []schema.FieldID{f.Field}})
		}
	}
	r.Steps = append(r.Steps, g.Steps(g.Touched(fields))...)
	if len(r.Steps) == 0 {
		return nil
	}
	return r
}

// Steps computes fields, given by rank, on all records. What a field reads of
// other records is stored by an earlier step.
func (g *Graph) Steps(list []*Computed) []RecalcStep {
	var out []RecalcStep
	for _, c := range list {
		if !c.Stored {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n].Entity == c.Entity.ID && !g.looksAt(c, &out[n]) {
			out[n].Fields = append(out[n].Fields, c.Field.ID)
			continue
		}
		out = append(out, RecalcStep{Entity: c.Entity.ID, Fields: []schema.FieldID{c.Field.ID}})
	}
	return out
}

// looksAt says whether a field reads, of other records, what a step computes.
func (g *Graph) looksAt(c *Computed, st *RecalcStep) bool {
	for _, f := range c.Far {
		if f.Entity == st.Entity && slices.Contains(st.Fields, f.Field) {
			return true
		}
	}
	return slices.ContainsFunc(c.Titles, func(t Far) bool {
		n := g.relays.titles[t.Ref]
		return n != nil && g.looksAt(n, st)
	})
}
