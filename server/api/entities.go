package api

import (
	"encoding/json"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/formula"
)

func entityRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/entities/{ent}", Need: Records, Summary: "Get an entity with its fields, views and what one may do", Handle: get(getEntity), Out: entityJSON{}},
		{Method: "PATCH", Path: "/entities/{ent}", Need: Designer, Body: mB, Summary: "Change an entity", Handle: with(patchEntity), Out: entityJSON{}},
		{Method: "DELETE", Path: "/entities/{ent}", Need: Designer, Status: 204, Summary: "Delete an entity with its records", Handle: get(deleteEntity)},
		{Method: "POST", Path: "/entities/{ent}/fields", Need: Designer, Body: mB, Status: 201, Summary: "Add a field", Handle: with(addField), Out: fieldJSON{}},
		{Method: "PATCH", Path: "/entities/{ent}/fields", Need: Designer, Body: smallest, Summary: "Put the fields in order", Handle: with(orderFields), Out: entityJSON{}},
		{Method: "PATCH", Path: "/entities/{ent}/fields/{fld}", Need: Designer, Body: mB, Summary: "Change a field", Handle: with(patchField), Out: fieldJSON{}},
		{Method: "DELETE", Path: "/entities/{ent}/fields/{fld}", Need: Designer, Status: 204, Summary: "Delete a field", Handle: get(deleteField)},
	}
}

type summaryJSON struct {
	ID         string  `json:"id"`
	App        string  `json:"app"`
	Key        string  `json:"key"`
	Name       string  `json:"name"`
	RecordName string  `json:"recordName,omitempty"`
	Icon       string  `json:"icon,omitempty"`
	Color      string  `json:"color,omitempty"`
	Order      float64 `json:"order"`
}

func summaryOf(e *schema.Entity) summaryJSON {
	return summaryJSON{
		schema.FormatID(schema.PrefixEntity, e.ID), schema.FormatID(schema.PrefixApp, e.App), e.Key, e.Name, e.RecordName, e.Icon, e.Color, e.Order,
	}
}

type entityJSON struct {
	summaryJSON
	Version schema.Version `json:"version"`
	Title   string         `json:"title,omitempty"`
	Fields  []fieldJSON    `json:"fields"`
	Rules   []ruleJSON     `json:"rules,omitempty"`
	Views   []viewJSON     `json:"views"`
	Can     canJSON        `json:"can"`
	// Copying: it is a copy whose records are still on their way.
	Copying bool `json:"copying,omitempty"`
}

type canJSON struct {
	Read    bool `json:"read"`
	Create  bool `json:"create"`
	Write   bool `json:"write"`
	Delete  bool `json:"delete"`
	Export  bool `json:"export"`
	Comment bool `json:"comment"`
	Design  bool `json:"design"`
}

// entityOf shows an entity as the caller may see it.
func (c *call) entityOf(id schema.EntityID) (*entityJSON, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	r, err := c.s.Policy.Rights(c.actor(), s, id)
	if err != nil {
		return nil, err
	}
	e := s.Entity(id)
	out := &entityJSON{summaryJSON: summaryOf(e), Version: e.Version, Copying: s.Copying(id), Fields: []fieldJSON{}, Views: []viewJSON{}}
	var progress map[schema.FieldID]record.Progress
	if r.RowFilter() == nil { // it tells how many records there are
		if progress, err = c.progress(s, id); err != nil {
			return nil, err
		}
	}
	reader := readerOf(e, r)
	for _, f := range e.Live() {
		if right := r.Right(f.ID); right != schema.Hidden {
			shown := reader.field(f, right)
			shown.Updating = updatingOf(s, id, f.ID, progress)
			out.Fields = append(out.Fields, shown)
		}
	}
	if e.Title != 0 && r.Readable(e.Title) {
		out.Title = schema.FormatID(schema.PrefixField, e.Title)
	}
	out.Rules = rulesOf(e, r)
	for _, v := range s.Views(id) {
		if v.Owner == 0 || v.Owner == c.actor().User {
			out.Views = append(out.Views, viewOf(v, r))
		}
	}
	out.Can = canJSON{
		r.May(access.Read), r.May(access.Create), r.May(access.Write), r.May(access.Delete), r.May(access.Export), r.May(access.Comment), c.mayDesign(),
	}
	return out, nil
}

func getEntity(c *call) (any, error) {
	id, err := c.entity()
	if err != nil {
		return nil, err
	}
	return c.entityOf(id)
}

type createEntityIn struct {
	Name       string    `json:"name" max:"800"`
	Key        string    `json:"key" max:"100"`
	RecordName string    `json:"recordName" max:"800"`
	Icon       string    `json:"icon" max:"100"`
	Color      string    `json:"color" max:"100"`
	Fields     []fieldIn `json:"fields" max:"200"`
	Rules      []ruleIn  `json:"rules" max:"100"`
}

type ruleIn struct {
	Formula string            `json:"formula" max:"20000"`
	Message map[string]string `json:"message" max:"10"`
	Field   string            `json:"field" max:"800"`
}

type ruleJSON struct {
	Formula string            `json:"formula"`
	Message map[string]string `json:"message,omitempty"`
	Field   string            `json:"field,omitempty"`
}

// rulesOf shows the rules, to those alone who may know of what they speak.
func rulesOf(e *schema.Entity, r *access.Rights) []ruleJSON {
	var out []ruleJSON
	for _, rule := range e.Rules {
		known := true
		if p, err := formula.Compile(rule.Formula, catalog.FormulaNames(e)); err == nil {
			for _, f := range p.Fields() {
				known = known && r.Readable(f)
			}
		}
		if known {
			out = append(out, ruleJSON{formula.Print(rule.Formula, catalog.FormulaNames(e)), rule.Message, idOr(schema.PrefixField, rule.Field)})
		}
	}
	return out
}

func rulesIn(list []ruleIn) []catalog.RuleInput {
	out := make([]catalog.RuleInput, len(list))
	for i, r := range list {
		out[i] = catalog.RuleInput{Formula: r.Formula, Message: r.Message, Field: r.Field}
	}
	return out
}

func createEntity(c *call, in *createEntityIn) (any, error) {
	app, err := idOf[schema.AppID](c, "app", schema.PrefixApp)
	if err != nil {
		return nil, err
	}
	ei := catalog.EntityInput{Name: in.Name, Key: in.Key, RecordName: in.RecordName, Icon: in.Icon, Color: in.Color, Rules: rulesIn(in.Rules)}
	for i := range in.Fields {
		f, err := in.Fields[i].input()
		if err != nil {
			return nil, err
		}
		ei.Fields = append(ei.Fields, f)
	}
	e, err := c.s.Catalog.CreateEntity(c.ctx(), c.actor(), app, ei)
	if err != nil {
		return nil, err
	}
	out, err := c.entityOf(e.ID)
	return created{out}, err
}

type patchEntityIn struct {
	Name       *string  `json:"name" max:"800"`
	Key        *string  `json:"key" max:"100"`
	RecordName *string  `json:"recordName" max:"800"`
	Icon       *string  `json:"icon" max:"100"`
	Color      *string  `json:"color" max:"100"`
	Order      *float64 `json:"order"`
	Title      *string  `json:"title" max:"200"`
	Rules      []ruleIn `json:"rules" max:"100"` // [] removes all
	Version    int64    `json:"version"`
}

func patchEntity(c *call, in *patchEntityIn) (any, error) {
	id, err := c.entity()
	if err != nil {
		return nil, err
	}
	p := catalog.EntityPatch{
		Name: in.Name, Key: in.Key, RecordName: in.RecordName, Icon: in.Icon, Color: in.Color, Order: in.Order, Version: schema.Version(in.Version),
	}
	if in.Rules != nil {
		rules := rulesIn(in.Rules)
		p.Rules = &rules
	}
	if in.Title != nil {
		f, err := c.fieldNamed(id, *in.Title, "title")
		if err != nil {
			return nil, err
		}
		p.Title = &f
	}
	if _, err := c.s.Catalog.UpdateEntity(c.ctx(), c.actor(), id, p); err != nil {
		return nil, err
	}
	return c.entityOf(id)
}

// fieldNamed finds a field by id, key or name.
func (c *call) fieldNamed(ent schema.EntityID, name, input string) (schema.FieldID, error) {
	s, err := c.snapshot()
	if err != nil {
		return 0, err
	}
	e := s.Entity(ent)
	if e == nil {
		return 0, fail.New(fail.NotFound, "entity.notFound")
	}
	f := e.FieldNamed(name)
	if f == nil {
		return 0, fail.New(fail.Invalid, "field.unknown").On(input)
	}
	return f.ID, nil
}

func deleteEntity(c *call) (any, error) {
	id, err := c.entity()
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Catalog.DeleteEntity(c.ctx(), c.actor(), id)
}

func rawOf(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
