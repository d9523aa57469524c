package record

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/query"
)

// Trash returns the trashed records of an entity that the actor could delete,
// the last trashed first.
func (s *Service) Trash(ctx context.Context, a access.Actor, ent schema.EntityID, limit int, cursor string) (*Rows, error) {
	binding := bindingOf("trash", strconv.FormatInt(int64(ent), 36))
	var after *query.Cursor
	if cursor != "" {
		var err error
		if after, err = decodeCursor(cursor, binding, 1); err != nil {
			return nil, err
		}
	}
	out, next, err := s.trash(ctx, a, ent, query.Query{Limit: limit, After: after})
	if next != nil {
		out.Next = encodeCursor(binding, next)
	}
	return out, err
}

// trash reads a page of one entity's trash, within the query's conditions.
func (s *Service) trash(ctx context.Context, a access.Actor, ent schema.EntityID, q query.Query) (*Rows, *query.Cursor, error) {
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, nil, err
	}
	if q.Limit <= 0 || q.Limit > maxLimit {
		q.Limit = defaultLimit
	}
	q.Trash, q.Sort = true, []query.Sort{{Field: schema.SysUpdatedAt, Desc: true}}
	parts := query.And{}
	if q.Where != nil {
		parts = append(parts, q.Where)
	}
	for _, x := range []query.Expr{r.RowFilter(), r.RowFilterFor(access.Delete)} {
		if x != nil {
			parts = append(parts, x)
		}
	}
	if len(parts) > 0 {
		q.Where = parts
	}
	out := &Rows{}
	var next *query.Cursor
	err = s.view(ctx, snap, a, func(rd *reading) error {
		p, err := rd.r.Find(ctx, snap.Shape(ent), &q)
		if err != nil {
			return fmt.Errorf("find trashed records: %w", err)
		}
		next = p.Next
		out.Rows, err = rd.present(r, s.columns(r, nil), p.Records)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return out, next, nil
}

// TrashAll returns the trashed records of all entities of an app (0: of all
// apps) that the actor may know of, the last trashed first.
func (s *Service) TrashAll(ctx context.Context, a access.Actor, app schema.AppID, limit int, cursor string) (*Rows, error) {
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > maxLimit {
		limit = defaultLimit
	}
	binding := bindingOf("trash of all", strconv.FormatInt(int64(app), 36))
	var from *trashPlace
	if cursor != "" {
		if from, err = trashPlaceOf(cursor, binding); err != nil {
			return nil, err
		}
	}
	out := &Rows{}
	more := false
	for _, ap := range snap.Apps() {
		if app != 0 && ap.ID != app {
			continue
		}
		for _, e := range snap.Entities(ap.ID) {
			rows, next, err := s.trash(ctx, a, e.ID, from.within(e.ID, limit))
			if err != nil && fail.KindOf(err) == fail.NotFound {
				continue
			}
			if err != nil {
				return nil, err
			}
			out.Rows, more = append(out.Rows, rows.Rows...), more || next != nil
		}
	}
	slices.SortStableFunc(out.Rows, func(a, b *Row) int {
		return cmp.Or(cmp.Compare(b.Record.UpdatedAt, a.Record.UpdatedAt), cmp.Compare(a.Entity().ID, b.Entity().ID), cmp.Compare(b.Record.ID, a.Record.ID))
	})
	more = more || len(out.Rows) > limit
	if out.Rows = out.Rows[:min(limit, len(out.Rows))]; more {
		last := out.Rows[len(out.Rows)-1]
		out.Next = encodeCursor(binding, &query.Cursor{ID: last.Record.ID, Vals: []schema.Value{last.Record.UpdatedAt, int64(last.Entity().ID)}})
	}
	return out, nil
}

// trashPlace is where a page of the trash of all entities ended: they come by
// time, then by entity, then by record.
type trashPlace struct {
	at     int64
	entity schema.EntityID
	id     schema.RecordID
}

func trashPlaceOf(cursor string, binding uint64) (*trashPlace, error) {
	c, err := decodeCursor(cursor, binding, 2)
	if err != nil {
		return nil, err
	}
	at, ok := c.Vals[0].(int64)
	ent, ok2 := c.Vals[1].(int64)
	if !ok || !ok2 {
		return nil, fail.New(fail.Invalid, "cursor.invalid").On("cursor")
	}
	return &trashPlace{at, schema.EntityID(ent), c.ID}, nil
}

// within asks for what comes after the place in one entity's trash.
func (p *trashPlace) within(e schema.EntityID, limit int) query.Query {
	q := query.Query{Limit: limit}
	switch {
	case p == nil:
	case e == p.entity:
		q.After = &query.Cursor{Vals: []schema.Value{p.at}, ID: p.id}
	case e < p.entity:
		q.Where = query.Cmp{Field: schema.SysUpdatedAt, Op: query.Lt, Val: p.at}
	default:
		q.Where = query.Cmp{Field: schema.SysUpdatedAt, Op: query.Le, Val: p.at}
	}
	return q
}
