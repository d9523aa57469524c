package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

// kindDay is the document that says up to which day, in the tenant's time zone,
// the values are that follow from filters such as "this week".
const kindDay = "computedDay"

// lateWriters is for how long after midnight writers may still go by the day before.
const lateWriters = 10 * time.Second

// today is what must be brought up to date because another day has begun.
type today struct {
	date    string
	version schema.Version // of the document; 0: there is none
	work    *catalog.Recalc
}

// newDay returns what the day asks for; nil where that is done, or nothing
// depends on the day.
func (s *Service) newDay(ctx context.Context, snap *catalog.Snapshot) (*today, error) {
	work := snap.Daily()
	if work == nil {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	d := &today{date: s.now().Add(-lateWriters).In(snap.Zone()).Format(time.DateOnly), work: work}
	err := s.engine.View(ctx, snap.Tenant.ID, func(r store.Reader) error {
		doc, err := r.Doc(ctx, kindDay, kindDay)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		d.version = doc.Version
		if string(doc.Body) >= quoted(d.date) { // dates of equal length sort as texts
			d = nil
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the day of computed values: %w", err)
	}
	return d, nil
}

func quoted(date string) string { return `"` + date + `"` }

// startDay makes the day's work, once among all processes: the day is noted in
// the commit that makes it.
func (s *Service) startDay(ctx context.Context, t schema.TenantID) error {
	snap, err := s.catalog.Tenant(ctx, t)
	if err != nil {
		return err
	}
	d, err := s.newDay(ctx, snap)
	if err != nil || d == nil {
		return err
	}
	d.work.Key = "day/" + d.date
	op, err := d.work.Doc()
	if err != nil {
		return err
	}
	op.IfVersion = -1
	noted := store.DocOp{Kind: kindDay, Key: kindDay, IfVersion: d.version, Body: []byte(quoted(d.date))}
	o := store.Origin{Via: viaCompute, At: s.now().UnixMilli()}
	_, err = s.engine.Commit(ctx, t, &store.Commit{Origin: o, Docs: []store.DocOp{noted, op}})
	s.catalog.Invalidate(t)
	if errors.Is(err, store.ErrConflict) { // another process has made it
		return nil
	}
	if err != nil {
		return fmt.Errorf("begin the day of computed values: %w", err)
	}
	return nil
}
