package record

import (
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
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > maxLimit {
		limit = defaultLimit
	}
	q := &query.Query{Limit: limit, Trash: true, Sort: []query.Sort{{Field: schema.SysUpdatedAt, Desc: true}}}
	parts := query.And{}
	for _, x := range []query.Expr{r.RowFilter(), r.RowFilterFor(access.Delete)} {
		if x != nil {
			parts = append(parts, x)
		}
	}
	if len(parts) > 0 {
		q.Where = parts
	}
	binding := bindingOf("trash", strconv.FormatInt(int64(ent), 36))
	if cursor != "" {
		if q.After, err = decodeCursor(cursor, binding, 1); err != nil {
			return nil, err
		}
	}
	out := &Rows{}
	err = s.view(ctx, snap, a, func(rd *reading) error {
		p, err := rd.r.Find(ctx, snap.Shape(ent), q)
		if err != nil {
			return fmt.Errorf("find trashed records: %w", err)
		}
		if p.Next != nil {
			out.Next = encodeCursor(binding, p.Next)
		}
		out.Rows, err = rd.present(r, s.columns(r, nil), p.Records)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// TrashAll returns the last trashed records of all entities of an app (0: of
// all apps) that the actor may know of.
func (s *Service) TrashAll(ctx context.Context, a access.Actor, app schema.AppID, limit int) ([]*Row, error) {
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if limit <= 0 || limit > maxLimit {
		limit = defaultLimit
	}
	var out []*Row
	for _, ap := range snap.Apps() {
		if app != 0 && ap.ID != app {
			continue
		}
		for _, e := range snap.Entities(ap.ID) {
			rows, err := s.Trash(ctx, a, e.ID, limit, "")
			if fail.KindOf(err) == fail.NotFound && err != nil {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, rows.Rows...)
		}
	}
	slices.SortStableFunc(out, func(a, b *Row) int { return int(b.Record.UpdatedAt - a.Record.UpdatedAt) })
	return out[:min(limit, len(out))], nil
}
