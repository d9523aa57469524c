package record

import (
	"context"
	"encoding/json"
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

// day is what filters such as "this week" go by.
type day struct {
	Date      string       `json:"date"`
	Zone      string       `json:"zone"`
	WeekStart time.Weekday `json:"weekStart"`
}

// today is what must be brought up to date because another day has begun, or
// days and weeks begin at other times.
type today struct {
	day
	version schema.Version // of the document; 0: there is none
	work    *catalog.Recalc
}

// covers says whether values that are right for d are right for o, too. A clock
// that goes back changes nothing.
func (d day) covers(o day) bool {
	return d.Zone == o.Zone && d.WeekStart == o.WeekStart && d.Date >= o.Date // of equal length: they sort as texts
}

// newDay returns what the day asks for; nil where that is done, or nothing
// depends on the day.
func (s *Service) newDay(ctx context.Context, snap *catalog.Snapshot) (*today, error) {
	if !snap.ByDay() {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	date := s.now().Add(-lateWriters).In(snap.Zone()).Format(time.DateOnly)
	d := &today{day: day{date, snap.Zone().String(), snap.WeekStart()}}
	since := ""
	err := s.engine.View(ctx, snap.Tenant.ID, func(r store.Reader) error {
		doc, err := r.Doc(ctx, kindDay, kindDay)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		var was day
		if err := json.Unmarshal(doc.Body, &was); err != nil {
			return err
		}
		d.version, since = doc.Version, was.Date
		if was.covers(d.day) {
			d = nil
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the day of computed values: %w", err)
	}
	if d == nil {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	if d.work = snap.Daily(since, date); d.work == nil {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	return d, nil
}

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
	d.work.Key = "day" // what has not ended begins anew
	op, err := d.work.Doc()
	if err != nil {
		return err
	}
	op.IfVersion = -1
	body, err := json.Marshal(d.day)
	if err != nil {
		return fmt.Errorf("write the day of computed values: %w", err)
	}
	noted := store.DocOp{Kind: kindDay, Key: kindDay, IfVersion: d.version, Body: body}
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
