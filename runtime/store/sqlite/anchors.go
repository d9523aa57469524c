package sqlite

import (
	"context"
	"strings"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// Anchors implements store.Reader. It reads ids and sort keys alone, which an
// index of the order holds.
func (r *reader) Anchors(ctx context.Context, s *store.Shape, q *query.Query, every int) (*query.Anchors, error) {
	if every < 1 {
		return nil, badQuery("an anchor at every %d records", every)
	}
	r.meet(s)
	p, st, err := compileAnchors(r.layout, s, q)
	if err != nil {
		return nil, err
	}
	if r.c == nil || st.sql == "" {
		return &query.Anchors{}, ctx.Err()
	}
	ask := func() (*query.Anchors, error) { return r.anchors(ctx, p, st, q, int64(every)) }
	if q.Trash {
		return ask()
	}
	key := keyOf("anchors", s.Entity, s.Rev, q.Where, q.Sort, every)
	return remembered(r, key, entitiesOf(q.Where, []schema.EntityID{s.Entity}), ask, func(a *query.Anchors) int {
		if a == nil {
			return 0
		}
		return len(a.Cursors)
	})
}

func (r *reader) anchors(ctx context.Context, p *plan, st statement, q *query.Query, every int64) (*query.Anchors, error) {
	out := &query.Anchors{}
	err := r.c.limited(ctx, timeOf(q.MaxTime), func() error {
		return r.c.rows(st.sql, st.args, func(s *zs.Stmt) error {
			if out.Count++; out.Count%every == 0 {
				out.Cursors = append(out.Cursors, *p.cursor(s))
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	if n := len(out.Cursors); n > 0 && out.Count%every == 0 { // nothing follows the last record
		out.Cursors = out.Cursors[:n-1]
	}
	return out, nil
}

// compileAnchors writes a walk over the whole order.
func compileAnchors(l *layout, s *store.Shape, q *query.Query) (*plan, statement, error) {
	sc := l.scopeOf(s, q.Trash)
	sorts, err := sc.sortColumns(q.Sort)
	if err != nil {
		return nil, statement{}, err
	}
	src, err := l.source(sc, q.Where, len(sorts) == 0 || sorts[0].Field == schema.SysID)
	if err != nil || sc.t == nil {
		return nil, statement{}, err
	}
	var cols strings.Builder
	cols.WriteString(src.id)
	for i := range sorts {
		if sorts[i].Field == schema.SysID {
			sorts[i].column = src.id
		}
		sorts[i].at = 1 + i
		cols.WriteString("," + sorts[i].column)
	}
	text := "SELECT " + cols.String() + " FROM " + src.from + " WHERE " + src.where.sql + orderBy(sorts, src.id)
	return &plan{sorts: sorts, entity: s.Entity}, statement{text, src.where.args}, nil
}
