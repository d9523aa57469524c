package record

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/query"
)

const (
	defaultLimit = 50
	maxLimit     = 1000
	maxSorts     = 5
	maxSearch    = 200
)

// Query returns a page of the records that the actor may read, masked. Fields
// that are hidden from it cannot be filtered, sorted, searched or asked for:
// they are field.unknown. Where a field is hidden on some records only, those
// records take no part in what is asked by that field.
func (s *Service) Query(ctx context.Context, a access.Actor, ent schema.EntityID, q Request) (*Rows, error) {
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	p, err := s.plan(snap, r, &q)
	if err != nil {
		return nil, err
	}
	out := &Rows{}
	err = s.share(ctx, snap, a, tollOf(snap, ent, p.query.Where, p.query.Sort, q.extra()), func(rd *reading) error {
		shape := snap.Shape(ent)
		page, err := rd.r.Find(ctx, shape, p.query)
		if err != nil {
			return fmt.Errorf("find records: %w", err)
		}
		if out.Rows, err = rd.present(r, s.columns(r, p.fields), page.Records); err != nil {
			return err
		}
		if page.Next != nil {
			out.Next = encodeCursor(p.binding, page.Next)
		}
		if !q.Count && !q.ExactCount {
			return nil
		}
		return out.counted(ctx, rd.r, shape, p.query.Where, q.ExactCount)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// extra names what is asked for beside a page.
func (q *Request) extra() string {
	switch {
	case q.ExactCount:
		return "exact count"
	case q.Count:
		return "count"
	}
	return ""
}

// plan is a request in the words of the store.
type plan struct {
	query   *query.Query
	fields  []schema.FieldID // shown; nil: all
	binding uint64
	scope   query.Expr // what the rights add to the condition, before all else; nil: nothing
}

func (s *Service) plan(snap *catalog.Snapshot, r *access.Rights, q *Request) (*plan, error) {
	if !r.May(access.Read) {
		return nil, fail.New(fail.NotFound, "entity.notFound")
	}
	if q.Limit < 0 || q.Limit > maxLimit {
		return nil, fail.New(fail.Invalid, "query.badLimit").On("limit").With("max", maxLimit)
	}
	view, err := s.viewOf(snap, r, q.View)
	if err != nil {
		return nil, err
	}
	c := s.conditions(snap, r)
	if err := c.all(q.Filter, q.Search, view); err != nil {
		return nil, err
	}
	if err := c.only(q.For); err != nil {
		return nil, err
	}
	sorts, err := c.sorts(q.Sort, view)
	if err != nil {
		return nil, err
	}
	p := &plan{scope: r.RowFilter(c.used...), query: &query.Query{Where: c.where(), Sort: sorts, Limit: q.Limit}}
	if q.Limit == 0 {
		p.query.Limit = defaultLimit
	}
	if p.fields, err = projected(r, q.Fields); err != nil {
		return nil, err
	}
	p.query.Fields = stored(snap, r, p.fields)
	p.binding = bindingOf(strconv.FormatInt(int64(r.Entity().ID), 36), string(q.Filter), q.Search,
		viewBinding(view), fmt.Sprint(sorts))
	if q.Cursor != "" {
		if p.query.After, err = decodeCursor(q.Cursor, p.binding, len(sorts)); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (s *Service) viewOf(snap *catalog.Snapshot, r *access.Rights, id schema.ViewID) (*schema.View, error) {
	if id == 0 {
		return nil, nil //nolint:nilnil // no view was asked for
	}
	v, err := s.catalog.VisibleView(r.Actor(), snap, id)
	if err != nil {
		return nil, err
	}
	if v.Entity != r.Entity().ID {
		return nil, fail.New(fail.NotFound, "view.notFound")
	}
	return v, nil
}

func viewBinding(v *schema.View) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v.ID, string(v.Filter))
}

// conditions gathers what a request asks by, and the fields that it uses: the
// row filter depends on them.
type conditions struct {
	svc    *Service
	snap   *catalog.Snapshot
	rights *access.Rights
	entity *schema.Entity
	env    *filter.Env
	used   []schema.FieldID
	parts  query.And
}

func (s *Service) conditions(snap *catalog.Snapshot, r *access.Rights) *conditions {
	c := &conditions{svc: s, snap: snap, rights: r, entity: r.Entity(), env: access.FilterEnv(r.Actor(), snap, s.now())}
	c.env.Visible = func(f schema.FieldID) bool {
		if !r.Readable(f) {
			return false
		}
		c.use(f)
		return true
	}
	return c
}

func (c *conditions) use(f schema.FieldID) {
	if f > 0 && !slices.Contains(c.used, f) {
		c.used = append(c.used, f)
	}
}

// all takes the request's filter, the view's and the search.
func (c *conditions) all(raw json.RawMessage, search string, v *schema.View) error {
	if err := c.add(raw); err != nil {
		return err
	}
	if v != nil {
		if err := c.add(v.Filter); err != nil {
			// What the view asks for is not the caller's to know.
			return fail.New(fail.Forbidden, "view.notUsable").On("view").Because(err)
		}
	}
	return c.search(search)
}

func (c *conditions) add(raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	x, err := filter.Compile(c.entity, raw, c.env)
	if err != nil {
		return err
	}
	if _, all := x.(query.True); !all {
		c.parts = append(c.parts, c.guard(x))
	}
	return nil
}

// search looks for a text in the searchable fields that may be read. A field
// that is hidden on some records is searched on the others only.
func (c *conditions) search(text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if len([]rune(text)) > maxSearch {
		return fail.New(fail.Invalid, "query.searchTooLong").On("search").With("max", maxSearch)
	}
	var everywhere []schema.FieldID
	hits := query.Or{}
	for _, f := range c.entity.Live() {
		t, ok := field.Of(f.Type)
		if !ok || !t.Traits(f).Searchable || t.Traits(f).Kind != schema.KindText || !c.rights.Readable(f.ID) {
			continue
		}
		if x := c.rights.RowFilter(f.ID); x != nil {
			hits = append(hits, query.And{x, query.TextOp{Fields: []schema.FieldID{f.ID}, Mode: query.Contains, Val: text}})
			continue
		}
		everywhere = append(everywhere, f.ID)
	}
	if len(everywhere) > 0 {
		hits = append(hits, query.TextOp{Fields: everywhere, Mode: query.Contains, Val: text})
	}
	if len(hits) == 1 {
		c.parts = append(c.parts, hits[0])
		return nil
	}
	c.parts = append(c.parts, hits)
	return nil
}

// only narrows to the records on which an act is allowed.
func (c *conditions) only(a access.Act) error {
	if a == "" {
		return nil
	}
	if !c.rights.May(a) {
		return fail.New(fail.Forbidden, "record.actDenied").With("act", string(a))
	}
	if x := c.rights.RowFilterFor(a); x != nil {
		c.parts = append(c.parts, x)
	}
	return nil
}

// where is all of it, within what the actor may read.
func (c *conditions) where() query.Expr {
	parts := slices.Clone(c.parts)
	if x := c.rights.RowFilter(c.used...); x != nil {
		parts = append(query.And{x}, parts...)
	}
	switch len(parts) {
	case 0:
		return nil
	case 1:
		return parts[0]
	}
	return parts
}

// sorts reads the request's order, or takes the view's: its groups, then its keys.
func (c *conditions) sorts(keys []SortKey, v *schema.View) ([]query.Sort, error) {
	if len(keys) > maxSorts {
		return nil, fail.New(fail.Invalid, "query.tooManySorts").On("sort").With("max", maxSorts)
	}
	var out []query.Sort
	for _, k := range keys {
		id, err := c.field(k.Field, func(t field.Traits) bool { return t.Sortable }, "field.notSortable")
		if err != nil {
			return nil, err
		}
		id = c.place(id, schema.ShadowBase)
		if !slices.ContainsFunc(out, func(s query.Sort) bool { return s.Field == id }) {
			out = append(out, query.Sort{Field: id, Desc: k.Desc})
		}
	}
	if keys != nil || v == nil {
		return out, nil
	}
	for i, k := range append(slices.Clone(v.Group), v.Sort...) {
		id, err := c.field(schema.FormatID(schema.PrefixField, k.Field), func(t field.Traits) bool { return t.Sortable }, "")
		if i < len(v.Group) {
			id = c.place(id, schema.ShadowCode)
		} else {
			id = c.place(id, schema.ShadowBase)
		}
		if err == nil && !slices.ContainsFunc(out, func(s query.Sort) bool { return s.Field == id }) {
			out = append(out, query.Sort{Field: id, Desc: k.Desc})
		} // a view may be ordered by what this actor cannot see: it gets the rest of the order
	}
	return out, nil
}

// field finds a visible field that passes, and returns where its value stands.
func (c *conditions) field(name string, pass func(field.Traits) bool, code string) (schema.FieldID, error) {
	if id, ok := systemNames[name]; ok && c.entity.FieldNamed(name) == nil {
		return id, nil
	}
	f := c.entity.FieldNamed(name)
	if f == nil || !c.rights.Readable(f.ID) {
		return 0, fail.New(fail.Invalid, "field.unknown").On(name)
	}
	t, ok := field.Of(f.Type)
	if !ok || f.Options.Derived || !pass(t.Traits(f)) {
		return 0, fail.New(fail.Invalid, code).On(name)
	}
	c.use(f.ID)
	if sys := t.Traits(f).System; sys != 0 {
		return sys, nil
	}
	return f.ID, nil
}

// place is where a field's values stand for a use.
func (c *conditions) place(f schema.FieldID, use string) schema.FieldID {
	if f <= 0 {
		return f
	}
	return c.entity.Place(f, use)
}

// systemNames are what every entity can be sorted and grouped by.
var systemNames = map[string]schema.FieldID{
	"createdAt": schema.SysCreatedAt, "updatedAt": schema.SysUpdatedAt,
	"createdBy": schema.SysCreatedBy, "updatedBy": schema.SysUpdatedBy,
}

// projected finds the fields that a request wants to see; nil: all.
func projected(r *access.Rights, names []string) ([]schema.FieldID, error) {
	if names == nil {
		return nil, nil
	}
	out := make([]schema.FieldID, 0, len(names))
	for _, name := range names {
		f := r.Entity().FieldNamed(name)
		if f == nil || r.Right(f.ID) == schema.Hidden {
			return nil, fail.New(fail.Invalid, "field.unknown").On(name)
		}
		if !slices.Contains(out, f.ID) {
			out = append(out, f.ID)
		}
	}
	return out, nil
}

// stored lists what must be loaded to show fields and to judge records; nil: all.
func stored(snap *catalog.Snapshot, r *access.Rights, fields []schema.FieldID) []schema.FieldID {
	if fields == nil {
		return nil
	}
	out := r.ScopeFields()
	if out == nil {
		out = []schema.FieldID{}
	}
	for _, id := range fields {
		f := r.Entity().Field(id)
		if f != nil && field.IsComputed(f) {
			out = alsoStored(snap, r, out, id)
			continue
		}
		if f == nil || f.Options.Derived || slices.Contains(out, id) {
			continue
		}
		if t, ok := field.Of(f.Type); ok && t.Traits(f).System == 0 && t.Traits(f).Kind != 0 {
			out = append(append(out, id), behind(snap, r, f)...)
		}
	}
	return out
}
