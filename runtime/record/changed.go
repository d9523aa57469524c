package record

import (
	"fmt"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

const (
	// changesAtOnce is how many changes of a record are read at once to find
	// when a field was changed.
	changesAtOnce = 50
	// maxRecalled is how many are looked at; an older change counts as the
	// making of the record.
	maxRecalled = 2000
)

// stampChanges notes, of the fields of which formulas ask it, when they were
// given a value: now, where they are given one, the first of a new record too.
func (wk *work) stampChanges(at int64) {
	if wk.quiet {
		return
	}
	e := wk.side.entity
	for i := range e.Shadows {
		sh := &e.Shadows[i]
		if sh.Use != schema.ShadowChanged {
			continue
		}
		_, given := wk.set[sh.For]
		switch {
		case wk.op == store.OpCreate && wk.after.Values[sh.For] == nil:
			wk.put(sh.ID, int64(0))
		case given:
			wk.put(sh.ID, at)
		}
	}
}

// recallChanges does so for a record from before the formula, of what its
// history tells.
func (wk *work) recallChanges(ev *evaluator, c *catalog.Computed) {
	if c.Program == nil {
		return
	}
	for _, id := range c.Program.Watches() {
		sh := c.Entity.Shadow(id, schema.ShadowChanged)
		if sh != nil && wk.after.Values[sh.ID] == nil && wk.side.shape.Field(sh.ID) != nil {
			wk.put(sh.ID, ev.changedAt(c.Entity, id, wk.after))
		}
	}
}

// changedAt is when somebody last gave a field its value; 0 for never.
func (ev *evaluator) changedAt(e *schema.Entity, id schema.FieldID, rec *schema.Record) int64 {
	if sh := e.Shadow(id, schema.ShadowChanged); sh != nil {
		if at, noted := rec.Values[sh.ID].(int64); noted {
			return at
		}
	}
	made := int64(0)
	if rec.Values[id] != nil {
		made = rec.CreatedAt
	}
	if rec.Version <= 1 || ev.rd.r == nil { // nothing has changed since
		return made
	}
	at, found, err := ev.rd.lastChange(e.ID, id, rec.ID)
	if err != nil {
		ev.rd.fault(err)
	}
	if found {
		return at
	}
	return made
}

// lastChange looks for a field in the history of a record, from the newest on.
func (rd *reading) lastChange(e schema.EntityID, id schema.FieldID, rec schema.RecordID) (at int64, found bool, err error) {
	before := schema.Version(0)
	for looked := 0; looked < maxRecalled; looked += changesAtOnce {
		list, err := rd.r.History(rd.ctx, e, rec, before, changesAtOnce)
		if err != nil {
			return 0, false, fmt.Errorf("read history: %w", err)
		}
		for i := range list {
			c := &list[i]
			if c.Op != store.OpCreate && c.Op != store.OpUpdate {
				continue
			}
			if c.After[id] != nil || c.Before[id] != nil {
				return c.Origin.At, true, nil
			}
		}
		if len(list) < changesAtOnce {
			break
		}
		before = list[len(list)-1].Version
	}
	return 0, false, nil
}
