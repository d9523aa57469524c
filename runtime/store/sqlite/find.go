package sqlite

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

const (
	defaultTime = 10 * time.Second
	maxLimit    = 1000
	walkTime    = 300 * time.Millisecond
)

// reader reads one snapshot. Without a connection it reads a tenant that does
// not exist yet.
type reader struct {
	c      *conn
	f      *file
	layout *layout
	now    func() time.Time
	ended  int64 // the group of commits that was over before the snapshot was taken
}

var (
	_ store.Reader       = (*reader)(nil)
	_ store.QuickCounter = (*reader)(nil)
)

// statement is SQL with its arguments.
type statement struct {
	sql  string
	args []any
}

// plan answers a Query: the statements are run one after the other until the
// page is full.
type plan struct {
	parts []statement
	// Where both the condition and the order could use an index, the probe
	// decides: if many records match, the order's index is walked (parts), else
	// those that match are sorted.
	probe  statement
	sorted []statement
	entity schema.EntityID
	fields []store.FieldShape // columns after the six system ones
	sorts  []sortColumn       // columns after those
}

type sortColumn struct {
	query.Sort
	column  string
	kind    schema.Kind
	notNull bool
	indexed bool
	at      int // position among the selected columns
}

// scopeOf returns the scope of a query; nil where the entity has no tables yet.
func (l *layout) scopeOf(s *store.Shape, trash bool) *scope {
	if l == nil || l.tables[s.Entity] == nil {
		return &scope{shape: s, alias: "a", trash: trash}
	}
	return &scope{shape: s, t: l.tables[s.Entity], alias: "a", trash: trash}
}

func (sc *scope) from() string {
	prefix := "r"
	if sc.trash {
		prefix = "t"
	}
	return name(prefix, sc.shape.Entity) + " a"
}

// meet has the tables made fit for a shape that is newer than what they were
// made for. Until then what the shape adds is empty.
func (r *reader) meet(s *store.Shape) {
	if r.f == nil {
		return
	}
	if t := r.layout.tables[s.Entity]; t != nil && t.Shape.Rev < s.Rev {
		r.f.want(s)
	}
}

// Get implements store.Reader.
func (r *reader) Get(ctx context.Context, s *store.Shape, ids []schema.RecordID, fields []schema.FieldID) ([]*schema.Record, error) {
	r.meet(s)
	return r.get(ctx, r.layout.scopeOf(s, false), ids, fields)
}

// Trashed implements store.Reader.
func (r *reader) Trashed(ctx context.Context, s *store.Shape, ids []schema.RecordID) ([]*schema.Record, error) {
	return r.get(ctx, r.layout.scopeOf(s, true), ids, nil)
}

func (r *reader) get(ctx context.Context, sc *scope, ids []schema.RecordID, fields []schema.FieldID) ([]*schema.Record, error) {
	out := make([]*schema.Record, len(ids))
	if r.c == nil || sc.t == nil || len(ids) == 0 {
		return out, ctx.Err()
	}
	cols, shapes := sc.selected(fields)
	s, err := r.c.prep("SELECT " + cols + " FROM " + sc.from() + " WHERE id=?")
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if i%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.BindInt64(1, int64(id))
		found, err := s.Step()
		if err != nil {
			return nil, err
		}
		if found {
			out[i] = record(s, shapes)
		}
		if err := s.Reset(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// selected returns the columns of a record and the fields among them.
func (sc *scope) selected(fields []schema.FieldID) (string, []store.FieldShape) {
	if fields == nil && sc.t.Shape == sc.shape {
		return sc.t.sql.selected, sc.shape.Fields
	}
	var b strings.Builder
	b.WriteString("a.id,a.ver,a.ca,a.ua,a.cb,a.ub")
	shapes := make([]store.FieldShape, 0, len(sc.shape.Fields))
	for i := range sc.shape.Fields {
		f := &sc.shape.Fields[i]
		if !sc.has(f.ID) || fields != nil && !slices.Contains(fields, f.ID) {
			continue
		}
		b.WriteString(",a." + col("c", f.ID))
		shapes = append(shapes, *f)
	}
	return b.String(), shapes
}

func record(s *zs.Stmt, fields []store.FieldShape) *schema.Record {
	r := &schema.Record{
		ID: schema.RecordID(s.ColumnInt64(0)), Version: schema.Version(s.ColumnInt64(1)),
		CreatedAt: s.ColumnInt64(2), UpdatedAt: s.ColumnInt64(3),
		CreatedBy: schema.UserID(s.ColumnInt64(4)), UpdatedBy: schema.UserID(s.ColumnInt64(5)),
		Values: make(schema.Values, len(fields)),
	}
	for i := range fields {
		if v := column(s, 6+i, fields[i].Kind); v != nil {
			r.Values[fields[i].ID] = v
		}
	}
	return r
}

// Find implements store.Reader.
func (r *reader) Find(ctx context.Context, s *store.Shape, q *query.Query) (*store.Page, error) {
	r.meet(s)
	p, err := compileFind(r.layout, s, q)
	if err != nil {
		return nil, err
	}
	page := &store.Page{}
	if r.c == nil || len(p.parts) == 0 {
		return page, ctx.Err()
	}
	if err := r.run(ctx, p, q, page); err != nil {
		return nil, err
	}
	return page, nil
}

// errFull ends a page.
var errFull = errors.New("sqlite: the page is full")

// run fills the page by the better way.
func (r *reader) run(ctx context.Context, p *plan, q *query.Query, page *store.Page) error {
	most := timeOf(q.MaxTime)
	if p.probe.sql == "" {
		return r.c.limited(ctx, most, func() error { return r.fill(p, p.parts, q.Limit, page) })
	}
	enough, found := r.f.enough(p.entity, q.Limit), int64(0)
	err := r.c.limited(ctx, most, func() (err error) {
		found, _, err = r.c.number(p.probe.sql+limit(enough)+")", p.probe.args...)
		return err
	})
	if err != nil {
		return err
	}
	if found >= enough {
		// Where all that matches stands at the far end of the order, the walk is
		// long; and the index may be gone since the layout was taken.
		err = r.c.limited(ctx, min(most, walkTime), func() error { return r.fill(p, p.parts, q.Limit, page) })
		if err == nil || ctx.Err() != nil {
			return err
		}
		page.Records, page.Next = nil, nil
	}
	return r.c.limited(ctx, most, func() error { return r.fill(p, p.sorted, q.Limit, page) })
}

func (r *reader) fill(p *plan, parts []statement, most int, page *store.Page) error {
	var next *query.Cursor
	for _, part := range parts {
		err := r.c.rows(part.sql, part.args, func(s *zs.Stmt) error {
			if len(page.Records) == most { // there is more
				page.Next = next
				return errFull
			}
			if page.Records = append(page.Records, record(s, p.fields)); len(page.Records) == most {
				next = p.cursor(s)
			}
			return nil
		})
		if errors.Is(err, errFull) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func timeOf(d time.Duration) time.Duration {
	if d <= 0 {
		return defaultTime
	}
	return d
}

// cursor returns the place of the current row.
func (p *plan) cursor(s *zs.Stmt) *query.Cursor {
	c := &query.Cursor{ID: schema.RecordID(s.ColumnInt64(0)), Vals: make([]schema.Value, len(p.sorts))}
	for i := range p.sorts {
		c.Vals[i] = column(s, p.sorts[i].at, p.sorts[i].kind)
	}
	return c
}

// compileFind plans a query. A plan without parts finds nothing.
func compileFind(l *layout, s *store.Shape, q *query.Query) (*plan, error) {
	if q.Limit < 1 || q.Limit > maxLimit {
		return nil, badQuery("limit %d", q.Limit)
	}
	sc := l.scopeOf(s, q.Trash)
	sorts, err := sc.sortColumns(q.Sort)
	if err != nil {
		return nil, err
	}
	if err := checkCursor(q.After, sorts); err != nil {
		return nil, err
	}
	src, err := l.source(sc, q.Where, len(sorts) == 0 || sorts[0].Field == schema.SysID)
	if err != nil {
		return nil, err
	}
	p := &plan{sorts: sorts, entity: s.Entity}
	if sc.t == nil {
		return p, nil
	}
	cols, fields := sc.selected(q.Fields)
	p.fields = fields
	var colsSb272 strings.Builder
	for i := range sorts {
		if sorts[i].Field == schema.SysID {
			sorts[i].column = src.id
		}
		sorts[i].at = 6 + len(fields) + i
		colsSb272.WriteString("," + sorts[i].column)
	}
	cols += colsSb272.String()
	tail := orderBy(sorts, src.id) + limit(int64(q.Limit)+1)
	p.parts = src.pages(cols, src.from, tail, afterParts(sorts, q.After, src.id))
	if len(sorts) > 0 && sorts[0].indexed && sorts[0].Field > 0 && !src.all {
		p.compileProbe(sc, src, cols, q)
	}
	return p, nil
}

// compileProbe adds the other way to answer a query whose order has an index.
func (p *plan) compileProbe(sc *scope, src source, cols string, q *query.Query) {
	p.probe = statement{"SELECT count(*) FROM (SELECT 1 FROM " + src.from + " WHERE " + src.where.sql, src.where.args}
	walk := src.from + " INDEXED BY " + indexName(sc.shape.Entity, p.sorts[0].Field)
	most := limit(int64(q.Limit) + 1)
	p.parts = src.pages(cols, walk, orderBy(p.sorts, src.id)+most, afterParts(p.sorts, q.After, src.id))
	plain := slices.Clone(p.sorts)
	plain[0].indexed, plain[0].column = false, "+"+plain[0].column // the plus keeps the index out of it
	p.sorted = src.pages(cols, src.from, orderBy(plain, src.id)+most, afterParts(plain, q.After, src.id))
}

// source is what a query walks, and what of it matches.
type source struct {
	from  string
	where statement
	id    string // the record's id
	all   bool   // everything matches
	match bool   // from is the gram index alone
}

func (src *source) pages(cols, from, tail string, after []statement) []statement {
	parts := make([]statement, len(after))
	for i, a := range after {
		text := "SELECT " + cols + " FROM " + from + " WHERE " + src.where.sql
		if a.sql != "" {
			text += " AND " + a.sql
		}
		parts[i] = statement{text + tail, append(slices.Clone(src.where.args), a.args...)}
	}
	return parts
}

// source compiles a condition. Where byID says that the order is that of the
// ids, or that there is none, a search walks the gram index: the first page of
// a common word then costs no more than that of a rare one.
func (l *layout) source(sc *scope, x query.Expr, byID bool) (source, error) {
	_, all := x.(query.True)
	if x == nil {
		x, all = query.True{}, true
	}
	c := &compiler{layout: l}
	src := source{from: sc.from(), id: "a.id", all: all}
	list, _ := x.(query.And)
	if text, ok := x.(query.TextOp); ok {
		list = query.And{text}
	}
	at := -1
	if byID {
		at = sc.driver(list)
	}
	if at < 0 {
		err := c.expr(x, sc)
		src.where = statement{c.sql.String(), c.args}
		return src, err
	}
	index := name("f", sc.shape.Entity)
	src.from, src.id = index+" CROSS JOIN "+sc.from()+" ON a.id="+index+".rowid", index+".rowid"
	c.write(index, " MATCH ")
	text, ok := list[at].(query.TextOp)
	if !ok {
		return src, store.ErrBadQuery
	}
	exact, err := c.driven(text, sc)
	src.match = exact && len(list) == 1
	for i, y := range list {
		if i != at && err == nil {
			c.write(" AND ")
			err = c.expr(y, sc)
		}
	}
	src.where = statement{c.sql.String(), c.args}
	return src, err
}

func (sc *scope) sortColumns(sorts []query.Sort) ([]sortColumn, error) {
	out := make([]sortColumn, len(sorts))
	for i, s := range sorts {
		column, k, _, err := sc.order(s.Field)
		if err != nil {
			return nil, err
		}
		if k == schema.KindSet || k == schema.KindJSON {
			return nil, badQuery("field %d cannot be sorted by", s.Field)
		}
		out[i] = sortColumn{Sort: s, column: column, kind: k, notNull: s.Field < 0}
		out[i].indexed = s.Field == schema.SysID || !sc.trash && sc.has(s.Field) && sc.t.Cols[s.Field].Indexed
	}
	return out, nil
}

func checkCursor(c *query.Cursor, sorts []sortColumn) error {
	if c == nil {
		return nil
	}
	if len(c.Vals) != len(sorts) {
		return badQuery("a cursor of %d values for %d sort keys", len(c.Vals), len(sorts))
	}
	for i, v := range c.Vals {
		if !fits(sorts[i].kind, v) {
			return badQuery("a cursor with a %T", v)
		}
	}
	return nil
}

func orderBy(sorts []sortColumn, id string) string {
	var b strings.Builder
	b.WriteString(" ORDER BY ")
	dir := ""
	for _, s := range sorts {
		dir = ""
		if s.Desc {
			dir = " DESC"
		}
		b.WriteString(s.column + dir)
		if s.Field == schema.SysID { // nothing after the id decides anything
			return b.String()
		}
		b.WriteString(",")
	}
	b.WriteString(id + dir)
	return b.String()
}

// Linked implements store.Reader.
func (r *reader) Linked(ctx context.Context, s *store.Shape, f schema.FieldID, to []schema.RecordID, most int) (map[schema.RecordID][]schema.RecordID, error) {
	sc := r.layout.scopeOf(s, false)
	_, k, err := sc.field(f)
	if err != nil {
		return nil, err
	}
	if k != schema.KindSet {
		return nil, badQuery("field %d is no link", f)
	}
	out := make(map[schema.RecordID][]schema.RecordID, len(to))
	if r.c == nil || !sc.has(f) || !sc.t.Links {
		return out, ctx.Err()
	}
	sql := "SELECT rid FROM " + name("l", s.Entity) + " WHERE field=? AND val=? ORDER BY rid" + limit(int64(most))
	for _, id := range to {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, twice := out[id]; twice {
			continue
		}
		err := r.c.rows(sql, []any{f, id}, func(s *zs.Stmt) error {
			out[id] = append(out[id], schema.RecordID(s.ColumnInt64(0)))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Count implements store.Reader.
func (r *reader) Count(ctx context.Context, s *store.Shape, where query.Expr, atMost int64) (int64, error) {
	return r.CountWithin(ctx, s, where, atMost, defaultTime)
}

// CountWithin implements store.QuickCounter.
func (r *reader) CountWithin(ctx context.Context, s *store.Shape, where query.Expr, atMost int64, most time.Duration) (int64, error) {
	key := keyOf("count", s.Entity, s.Rev, where, atMost)
	ask := func() (int64, error) { return r.count(ctx, s, where, atMost, most) }
	return remembered(r, key, entitiesOf(where, []schema.EntityID{s.Entity}), ask, func(int64) int { return 1 })
}

func (r *reader) count(ctx context.Context, s *store.Shape, where query.Expr, atMost int64, most time.Duration) (int64, error) {
	sc := r.layout.scopeOf(s, false)
	src, err := r.layout.source(sc, where, true)
	if err != nil {
		return 0, err
	}
	if r.c == nil || sc.t == nil {
		return 0, ctx.Err()
	}
	if src.match {
		src.from = name("f", s.Entity)
	}
	text, args := "SELECT count(*) FROM "+src.from+" WHERE "+src.where.sql, src.where.args
	if atMost > 0 {
		text = "SELECT count(*) FROM (SELECT 1 FROM " + src.from + " WHERE " + src.where.sql + limit(atMost) + ")"
	}
	var n int64
	err = r.c.limited(ctx, most, func() error {
		n, _, err = r.c.number(text, args...)
		return err
	})
	return n, err
}
