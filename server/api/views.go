package api

import (
	"encoding/json"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/filter"
)

func viewRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/entities/{ent}/views", Need: Records, Query: paging, Summary: "List an entity's views", Handle: get(listViews), Out: items[viewJSON]{}},
		{Method: "POST", Path: "/entities/{ent}/views", Need: Records, Body: mB, Status: 201, Summary: "Save a view", Handle: with(createView), Out: viewJSON{}},
		{Method: "GET", Path: "/views/{viw}", Need: Records, Summary: "Get a view", Handle: get(getView), Out: viewJSON{}},
		{Method: "PATCH", Path: "/views/{viw}", Need: Records, Body: mB, Summary: "Change a view", Handle: with(patchView), Out: viewJSON{}},
		{Method: "DELETE", Path: "/views/{viw}", Need: Records, Status: 204, Summary: "Delete a view", Handle: get(deleteView)},
	}
}

type viewKeyJSON struct {
	Field string `json:"field"`
	Dir   string `json:"dir"`
}

type viewFieldJSON struct {
	Field   string `json:"field"`
	Hidden  bool   `json:"hidden,omitempty"`
	Width   int    `json:"width,omitempty"`
	Summary string `json:"summary,omitempty"`
}

type viewJSON struct {
	ID      string          `json:"id"`
	Entity  string          `json:"entity"`
	Name    string          `json:"name"`
	Type    string          `json:"type"`
	Filter  json.RawMessage `json:"filter,omitempty"`
	Sort    []viewKeyJSON   `json:"sort"`
	Group   []viewKeyJSON   `json:"group"`
	Fields  []viewFieldJSON `json:"fields"`
	Options json.RawMessage `json:"options,omitempty"`
	Private bool            `json:"private"`
	Order   float64         `json:"order"`
	Version schema.Version  `json:"version"`
}

// viewOf shows a view without the fields that its reader may not know of. A
// filter over such a field is not shown at all.
func viewOf(v *schema.View, r *access.Rights) viewJSON {
	e := r.Entity()
	shown := func(f schema.FieldID) bool { return f < 0 || (e.Field(f) != nil && r.Right(f) != schema.Hidden) }
	out := viewJSON{
		ID: schema.FormatID(schema.PrefixView, v.ID), Entity: schema.FormatID(schema.PrefixEntity, v.Entity), Name: v.Name, Type: v.Type,
		Sort: viewKeys(v.Sort, shown), Group: viewKeys(v.Group, shown), Fields: []viewFieldJSON{}, Private: v.Owner != 0, Order: v.Order, Version: v.Version,
	}
	for _, f := range v.Fields {
		if shown(f.Field) {
			out.Fields = append(out.Fields, viewFieldJSON{schema.FormatID(schema.PrefixField, f.Field), f.Hidden, f.Width, f.Summary})
		}
	}
	secret := slices.ContainsFunc(filter.Fields(v.Filter), func(name string) bool {
		f := e.FieldNamed(name)
		return f != nil && !shown(f.ID)
	})
	if !secret {
		out.Filter = v.Filter
	}
	if r.Actor().IsDesigner() || len(e.Fields) == len(visible(e, r)) {
		out.Options = v.Options
	}
	return out
}

// visible lists the fields, deleted ones included, that are not hidden: the
// free options of a view may name any of them.
func visible(e *schema.Entity, r *access.Rights) []schema.FieldID {
	var out []schema.FieldID
	for i := range e.Fields {
		if e.Fields[i].Deleted || r.Right(e.Fields[i].ID) != schema.Hidden {
			out = append(out, e.Fields[i].ID)
		}
	}
	return out
}

func viewKeys(in []schema.ViewSort, shown func(schema.FieldID) bool) []viewKeyJSON {
	out := []viewKeyJSON{}
	for _, k := range in {
		if !shown(k.Field) {
			continue
		}
		dir := "asc"
		if k.Desc {
			dir = "desc"
		}
		out = append(out, viewKeyJSON{schema.FormatID(schema.PrefixField, k.Field), dir})
	}
	return out
}

func listViews(c *call) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	e, err := c.entityOf(ent)
	if err != nil {
		return nil, err
	}
	return paged(c, e.Views, func(v *viewJSON) string { return v.ID })
}

func (c *call) viewID() (schema.ViewID, error) {
	return idOf[schema.ViewID](c, "viw", schema.PrefixView)
}

func (c *call) view(id schema.ViewID) (viewJSON, error) {
	s, err := c.snapshot()
	if err != nil {
		return viewJSON{}, err
	}
	v, err := c.s.Catalog.VisibleView(c.actor(), s, id)
	if err != nil {
		return viewJSON{}, err
	}
	r, err := c.s.Policy.Rights(c.actor(), s, v.Entity)
	if err != nil {
		return viewJSON{}, err
	}
	return viewOf(v, r), nil
}

func getView(c *call) (any, error) {
	id, err := c.viewID()
	if err != nil {
		return nil, err
	}
	return c.view(id)
}

type viewKeyIn struct {
	Field string `json:"field" max:"400"`
	Dir   string `json:"dir" max:"10"`
}

type viewFieldIn struct {
	Field   string `json:"field" max:"400"`
	Hidden  bool   `json:"hidden"`
	Width   int    `json:"width"`
	Summary string `json:"summary" max:"40"`
}

func keysIn(in []viewKeyIn) ([]catalog.ViewKey, error) {
	out := make([]catalog.ViewKey, len(in))
	for i, k := range in {
		desc, err := descending(k.Dir)
		if err != nil {
			return nil, err
		}
		out[i] = catalog.ViewKey{Field: k.Field, Desc: desc}
	}
	return out, nil
}

func descending(dir string) (bool, error) {
	switch dir {
	case "", "asc":
		return false, nil
	case "desc":
		return true, nil
	}
	return false, fail.New(fail.Invalid, "choice.invalid").With("choices", "asc, desc").On("sort.dir")
}

func columnsIn(in []viewFieldIn) []catalog.ViewColumn {
	out := make([]catalog.ViewColumn, len(in))
	for i, f := range in {
		out[i] = catalog.ViewColumn{Field: f.Field, Hidden: f.Hidden, Width: f.Width, Summary: f.Summary}
	}
	return out
}

type createViewIn struct {
	Name    string          `json:"name" max:"800"`
	Type    string          `json:"type" max:"40"`
	Filter  json.RawMessage `json:"filter"`
	Sort    []viewKeyIn     `json:"sort" max:"20"`
	Group   []viewKeyIn     `json:"group" max:"10"`
	Fields  []viewFieldIn   `json:"fields" max:"500"`
	Options json.RawMessage `json:"options"`
	Private bool            `json:"private"`
}

func createView(c *call, in *createViewIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	vi := catalog.ViewInput{Name: in.Name, Type: in.Type, Filter: notNull(in.Filter), Fields: columnsIn(in.Fields), Options: notNull(in.Options), Private: in.Private}
	if vi.Sort, err = keysIn(in.Sort); err != nil {
		return nil, err
	}
	if vi.Group, err = keysIn(in.Group); err != nil {
		return nil, err
	}
	v, err := c.s.Catalog.CreateView(c.ctx(), c.actor(), ent, vi)
	if err != nil {
		return nil, err
	}
	out, err := c.view(v.ID)
	return created{out}, err
}

func notNull(raw json.RawMessage) json.RawMessage {
	if string(raw) == "null" {
		return nil
	}
	return raw
}

type patchViewIn struct {
	Name    *string         `json:"name" max:"800"`
	Type    *string         `json:"type" max:"40"`
	Filter  json.RawMessage `json:"filter"`
	Sort    *[]viewKeyIn    `json:"sort" max:"20"`
	Group   *[]viewKeyIn    `json:"group" max:"10"`
	Fields  *[]viewFieldIn  `json:"fields" max:"500"`
	Options json.RawMessage `json:"options"`
	Order   *float64        `json:"order"`
}

func patchView(c *call, in *patchViewIn) (any, error) {
	id, err := c.viewID()
	if err != nil {
		return nil, err
	}
	p := catalog.ViewPatch{Name: in.Name, Type: in.Type, Order: in.Order}
	if in.Filter != nil {
		p.Filter = &in.Filter
	}
	if in.Options != nil {
		p.Options = &in.Options
	}
	if in.Sort != nil {
		keys, err := keysIn(*in.Sort)
		if err != nil {
			return nil, err
		}
		p.Sort = &keys
	}
	if in.Group != nil {
		keys, err := keysIn(*in.Group)
		if err != nil {
			return nil, err
		}
		p.Group = &keys
	}
	if in.Fields != nil {
		cols := columnsIn(*in.Fields)
		p.Fields = &cols
	}
	if _, err := c.s.Catalog.UpdateView(c.ctx(), c.actor(), id, p); err != nil {
		return nil, err
	}
	return c.view(id)
}

func deleteView(c *call) (any, error) {
	id, err := c.viewID()
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Catalog.DeleteView(c.ctx(), c.actor(), id)
}
