package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/filter"
)

// ViewKey is one key of an order or grouping, by field key, id or name.
type ViewKey struct {
	Field string
	Desc  bool
}

// ViewColumn is how one field stands in a view, by field key, id or name.
type ViewColumn struct {
	Field   string
	Hidden  bool
	Width   int
	Summary string
}

// ViewInput describes a view. Private views belong to their maker; only
// designers make others.
type ViewInput struct {
	Name, Type  string
	Filter      json.RawMessage
	Sort, Group []ViewKey
	Fields      []ViewColumn
	Options     json.RawMessage
	Private     bool
}

// ViewPatch changes what is not nil.
type ViewPatch struct {
	Name, Type      *string
	Filter, Options *json.RawMessage // JSON null removes it
	Sort, Group     *[]ViewKey
	Fields          *[]ViewColumn
	Order           *float64
}

// viewTypes are the types of view of api.md.
var viewTypes = []string{"grid", "kanban", "calendar", "gantt", "gallery", "timeline", "hierarchy", "map", "form"}

const maxViewOptions = 64 << 10 // bytes of filter and options

// CreateView saves a view of an entity.
func (c *Catalog) CreateView(ctx context.Context, a access.Actor, ent schema.EntityID, in ViewInput) (*schema.View, error) {
	id := schema.ViewID(c.ids.Next())
	p := ViewPatch{
		Name: &in.Name, Type: &in.Type, Filter: &in.Filter, Options: &in.Options,
		Sort: &in.Sort, Group: &in.Group, Fields: &in.Fields,
	}
	if in.Type == "" {
		in.Type = "grid"
	}
	return c.view(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		r, err := c.policy.Rights(a, s, ent)
		if err != nil {
			return nil, err
		}
		views := s.byEntity[ent]
		v := &schema.View{ID: id, Entity: ent, Order: 1}
		if n := len(views); n > 0 {
			v.Order = views[n-1].Order + 1
		}
		if in.Private {
			v.Owner = a.User
		}
		if err := mayChange(a, v); err != nil {
			return nil, err
		}
		if countViews(views, v.Owner) >= MaxViews {
			return nil, fail.New(fail.Invalid, "view.tooMany").With("max", MaxViews)
		}
		if err := patchView(r, v, &p); err != nil {
			return nil, err
		}
		return viewDocs(s, v, 0, append(slices.Clone(views), v))
	})
}

// countViews counts those of one owner, 0 the shared ones: nobody's private
// views take the room of the others.
func countViews(views []*schema.View, owner schema.UserID) int {
	n := 0
	for _, v := range views {
		if v.Owner == owner {
			n++
		}
	}
	return n
}

// UpdateView changes a view.
func (c *Catalog) UpdateView(ctx context.Context, a access.Actor, id schema.ViewID, p ViewPatch) (*schema.View, error) {
	return c.view(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		old, r, err := c.visibleView(a, s, id)
		if err != nil {
			return nil, err
		}
		v := *old
		if err := mayChange(a, &v); err != nil {
			return nil, err
		}
		if err := patchView(r, &v, &p); err != nil {
			return nil, err
		}
		views := slices.Clone(s.byEntity[v.Entity])
		for i := range views {
			if views[i].ID == id {
				views[i] = &v
			}
		}
		return viewDocs(s, &v, old.Version, views)
	})
}

// DeleteView removes a view; an entity keeps at least one that is not private.
func (c *Catalog) DeleteView(ctx context.Context, a access.Actor, id schema.ViewID) error {
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		v, _, err := c.visibleView(a, s, id)
		if err != nil {
			return nil, err
		}
		if err := mayChange(a, v); err != nil {
			return nil, err
		}
		rest := slices.DeleteFunc(slices.Clone(s.byEntity[v.Entity]), func(o *schema.View) bool { return o.ID == id })
		shared := slices.ContainsFunc(rest, func(o *schema.View) bool { return o.Owner == 0 })
		if !shared {
			return nil, fail.New(fail.Invalid, "view.lastOne")
		}
		docs, err := reindex(s, v.Entity, rest)
		if err != nil {
			return nil, err
		}
		return append(docs, remove(KindView, viewKey(id), v.Version)), nil
	})
}

// VisibleView returns a view that the actor may use: of an entity that it may
// know of, and not another's private one.
func (c *Catalog) VisibleView(a access.Actor, s *Snapshot, id schema.ViewID) (*schema.View, error) {
	v, _, err := c.visibleView(a, s, id)
	return v, err
}

func (c *Catalog) visibleView(a access.Actor, s *Snapshot, id schema.ViewID) (*schema.View, *access.Rights, error) {
	v := s.View(id)
	if v == nil || (v.Owner != 0 && v.Owner != a.User && !a.System) {
		return nil, nil, fail.New(fail.NotFound, "view.notFound")
	}
	r, err := c.policy.Rights(a, s, v.Entity)
	if err != nil {
		return nil, nil, fail.New(fail.NotFound, "view.notFound").Because(err)
	}
	return v, r, nil
}

// mayChange allows designers to change shared views, and users their own.
func mayChange(a access.Actor, v *schema.View) error {
	if v.Owner == 0 {
		return access.Designer(a)
	}
	if a.ReadOnly {
		return fail.New(fail.Forbidden, "access.readOnlyToken")
	}
	return nil
}

func viewDocs(s *Snapshot, v *schema.View, version schema.Version, views []*schema.View) ([]store.DocOp, error) {
	docs, err := reindex(s, v.Entity, views)
	if err != nil {
		return nil, err
	}
	op, err := put(KindView, viewKey(v.ID), version, v)
	return append(docs, op), err
}

// reindex raises the entity's revision where its views now ask for other indexes.
func reindex(s *Snapshot, ent schema.EntityID, views []*schema.View) ([]store.DocOp, error) {
	e := s.Entity(ent)
	if e == nil || sameIndexes(e, s.byEntity[ent], views, s.AutoIndexes(ent)) {
		return nil, nil
	}
	x, err := edit(e)
	if err != nil {
		return nil, err
	}
	return docsOf(x)
}

func patchView(r *access.Rights, v *schema.View, p *ViewPatch) error {
	e := r.Entity()
	if p.Name != nil {
		name, err := checkName("name", *p.Name)
		if err != nil {
			return err
		}
		v.Name = name
	}
	if p.Type != nil {
		if !slices.Contains(viewTypes, *p.Type) {
			return fail.New(fail.Invalid, "view.typeUnknown").On("type").With("type", *p.Type)
		}
		v.Type = *p.Type
	}
	set(&v.Order, p.Order)
	if p.Filter != nil {
		raw, err := storedFilter(r, *p.Filter)
		if err != nil {
			return err
		}
		v.Filter = raw
	}
	if p.Options != nil {
		if len(*p.Options) > maxViewOptions || (len(*p.Options) > 0 && !json.Valid(*p.Options)) {
			return fail.New(fail.Invalid, "view.badOptions").On("options")
		}
		v.Options = *p.Options
	}
	var err error
	if p.Sort != nil {
		if v.Sort, err = viewSorts(r, "sort", *p.Sort); err != nil {
			return err
		}
	}
	if p.Group != nil {
		if v.Group, err = viewSorts(r, "group", *p.Group); err != nil {
			return err
		}
	}
	if p.Fields != nil {
		v.Fields = nil
		for _, col := range *p.Fields {
			f, err := visibleField(r, e, col.Field)
			if err != nil {
				return err
			}
			v.Fields = append(v.Fields, schema.ViewField{Field: f.ID, Hidden: col.Hidden, Width: min(max(col.Width, 0), 2000), Summary: col.Summary})
		}
	}
	return nil
}

func viewSorts(r *access.Rights, input string, keys []ViewKey) ([]schema.ViewSort, error) {
	const most = 5
	if len(keys) > most {
		return nil, fail.New(fail.Invalid, "view.tooManyKeys").On(input).With("max", most)
	}
	var out []schema.ViewSort
	for _, k := range keys {
		f, err := visibleField(r, r.Entity(), k.Field)
		if err != nil {
			return nil, err
		}
		out = append(out, schema.ViewSort{Field: f.ID, Desc: k.Desc})
	}
	return out, nil
}

func visibleField(r *access.Rights, e *schema.Entity, name string) (*schema.Field, error) {
	f := e.FieldNamed(name)
	if f == nil || !r.Readable(f.ID) {
		return nil, fail.New(fail.Invalid, "field.unknown").On(name)
	}
	return f, nil
}

// storedFilter checks a filter against what the actor may see and returns it by ids.
func storedFilter(r *access.Rights, raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	if len(raw) > maxViewOptions {
		return nil, fail.New(fail.Invalid, "filter.tooLong").On("filter")
	}
	for _, name := range filter.Fields(raw) {
		if f := r.Entity().FieldNamed(name); f != nil && !r.Readable(f.ID) {
			return nil, fail.New(fail.Invalid, "field.unknown").On(name)
		}
	}
	out, err := filter.ByID(r.Entity(), raw)
	if err != nil {
		return nil, fmt.Errorf("read the view's filter: %w", err)
	}
	return out, nil
}

// view commits and returns the view as it is then.
func (c *Catalog) view(ctx context.Context, a access.Actor, id schema.ViewID, build func(*Snapshot) ([]store.DocOp, error)) (*schema.View, error) {
	if err := c.change(ctx, a, build); err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if v := s.View(id); v != nil {
		return v, nil
	}
	return nil, fail.New(fail.NotFound, "view.notFound")
}
