package record

import (
	"context"
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// show presents records that are at hand; it opens a store snapshot only where
// names or rights ask for it.
func (s *Service) show(ctx context.Context, snap *catalog.Snapshot, r *access.Rights, recs []*schema.Record) ([]*Row, error) {
	cols := s.columns(r, nil)
	links := slices.ContainsFunc(cols, func(c *column) bool { return c.link })
	if !links && !r.NeedsLookup() && !s.looksAway(snap, r.Entity(), cols) {
		return s.reading(ctx, snap, r.Actor(), nil).present(r, cols, recs)
	}
	var rows []*Row
	err := s.view(ctx, snap, r.Actor(), func(rd *reading) error {
		var err error
		rows, err = rd.present(r, cols, recs)
		return err
	})
	return rows, err
}

// Present masks records that the caller has loaded, such as those of a change,
// and finds the names. A record out of the actor's scope gives a row whose
// Access allows nothing.
func (s *Service) Present(ctx context.Context, a access.Actor, ent schema.EntityID, recs []*schema.Record) ([]*Row, error) {
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	return s.show(ctx, snap, r, recs)
}

// Visible says whether the row's record may be read by whom the row is for.
func (r *Row) Visible() bool { return r.Access.May(access.Read) }

// Get returns one live record. One that the actor may not read is NotFound.
func (s *Service) Get(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.RecordID) (*Row, error) {
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	var row *Row
	err = s.view(ctx, snap, a, func(rd *reading) error {
		recs, err := rd.r.Get(ctx, snap.Shape(ent), []schema.RecordID{id}, nil)
		if err != nil {
			return fmt.Errorf("load record: %w", err)
		}
		if recs[0] == nil || !rd.of(r, recs[0]).May(access.Read) {
			return fail.New(fail.NotFound, "record.notFound")
		}
		rows, err := rd.present(r, s.columns(r, nil), recs)
		if err != nil {
			return err
		}
		row = rows[0]
		return nil
	})
	return row, err
}

// Restore takes a record out of the trash.
func (s *Service) Restore(ctx context.Context, a access.Actor, ent schema.EntityID, id schema.RecordID) (*Row, error) {
	res, err := s.Write(ctx, Batch{
		Actor: a, Entity: ent, Via: "restore", Changes: []Change{{Op: store.OpRestore, ID: id}},
	})
	if err != nil {
		return nil, err
	}
	return res.Rows[0], nil
}
