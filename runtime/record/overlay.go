package record

import (
	"fmt"

	"tongban/schema"
	"tongban/schema/query"
)

// lookup serves conditions over records as they will be.
func (ev *evaluator) lookup(e schema.EntityID) query.Lookup {
	if ev.w == nil {
		return ev.rd.lookup(e)
	}
	return overlay{lookup{rd: ev.rd, entity: e}, ev}
}

// overlay is a lookup that knows what a batch makes of the records.
type overlay struct {
	lookup
	ev *evaluator
}

var (
	_ query.Lookup = overlay{}
	_ query.Nested = overlay{}
)

func (o overlay) Of(e schema.EntityID) query.Lookup { return o.ev.lookup(e) }

func (o overlay) Record(e schema.EntityID, id schema.RecordID) *schema.Record {
	if recs := o.ev.records(e, []schema.RecordID{id}); len(recs) > 0 {
		return recs[0]
	}
	return nil
}

func (o overlay) LinkedFrom(e schema.EntityID, f schema.FieldID, id schema.RecordID) []*schema.Record {
	shape := o.rd.snap.Shape(e)
	if shape == nil || o.rd.r == nil {
		return nil
	}
	found, err := o.rd.r.Linked(o.rd.ctx, shape, f, []schema.RecordID{id}, MaxBatch)
	if err != nil {
		o.rd.fault(fmt.Errorf("load linking records: %w", err))
		return nil
	}
	return o.ev.records(e, o.ev.overlaid(found[id], e, f, id))
}
