package api

import (
	"slices"

	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
)

func convertRoutes() []Route {
	return []Route{
		{Method: "POST", Path: "/entities/{ent}/fields/{fld}/convert", Need: Designer, Body: mB, Summary: "Give a field another type; with dryRun tell what that would do", Handle: with(convertField), Out: convertedJSON{}},
		{Method: "POST", Path: "/entities/{ent}/fields/{fld}/revert", Need: Designer, Body: smallest, Summary: "Take a field back to the type and the values that it had", Handle: with(revertField), Out: fieldJSON{}},
		{Method: "GET", Path: "/entities/{ent}/fields/trash", Need: Designer, Summary: "List the deleted fields that can be restored", Handle: get(deletedFields), Out: deletedFieldsJSON{}},
		{Method: "POST", Path: "/entities/{ent}/fields/{fld}/restore", Need: Designer, Body: smallest, Summary: "Restore a deleted field with its values", Handle: with(restoreField), Out: fieldJSON{}},
		{Method: "POST", Path: "/entities/{ent}/duplicate", Need: Designer, Body: smallest, Status: 201, Summary: "Copy an entity, with or without its records", Handle: with(duplicateEntity), Out: entityJSON{}},
		{Method: "POST", Path: "/apps/{app}/duplicate", Need: Designer, Body: smallest, Status: 201, Summary: "Copy an app with its entities, with or without their records", Handle: with(duplicateApp), Out: appJSON{}},
	}
}

type convertIn struct {
	Type    string     `json:"type" max:"40"`
	Options *optionsIn `json:"options"`
	Keep    bool       `json:"keep"` // the old values stay in a field of their own
	DryRun  bool       `json:"dryRun"`
}

// convertedJSON is a preview, or the field.
type convertedJSON struct {
	*convertPreviewJSON
	Field *fieldJSON `json:"field,omitempty"`
}

type convertPreviewJSON struct {
	Total     int64        `json:"total"`
	Converted int64        `json:"converted"`
	Merged    int64        `json:"merged"` // of the converted: written with other spaces
	Lost      int64        `json:"lost"`
	Empty     int64        `json:"empty"`
	AtLeast   bool         `json:"atLeast,omitempty"` // there was no time to look at all
	Choices   []string     `json:"choices,omitempty"` // that will be made
	Views     int          `json:"views"`             // that ask for the field
	Affects   []affectJSON `json:"affects"`           // other settings that ask for the field
	Samples   []sampleJSON `json:"samples"`
}

// affectJSON is a setting that asks for the field.
type affectJSON struct {
	Entity refJSON  `json:"entity"`
	Field  *refJSON `json:"field,omitempty"` // none: a rule of the entity
	Part   string   `json:"part"`
	Kept   bool     `json:"kept,omitempty"` // it is rewritten; else it stops working
}

type sampleJSON struct {
	Record string  `json:"record"`
	Title  string  `json:"title"`
	Before string  `json:"before"`
	After  *string `json:"after"` // null: lost
	Merged bool    `json:"merged,omitempty"`
	Code   string  `json:"code,omitempty"`
	Reason string  `json:"reason,omitempty"`
}

func convertField(c *call, in *convertIn) (any, error) {
	ent, id, err := c.fieldID()
	if err != nil {
		return nil, err
	}
	ci := catalog.ConvertInput{Type: in.Type, Keep: in.Keep}
	if in.Options != nil {
		if ci.Options, err = in.Options.options(); err != nil {
			return nil, err
		}
		ci.Refs, ci.InverseName = in.Options.refs(), in.Options.InverseName
	}
	if in.DryRun {
		p, err := c.s.Records.PreviewConvert(c.ctx(), c.actor(), ent, id, ci)
		if err != nil {
			return nil, err
		}
		return convertedJSON{convertPreviewJSON: c.preview(p)}, nil
	}
	f, err := c.s.Records.Convert(c.ctx(), c.actor(), ent, id, ci)
	if err != nil {
		return nil, err
	}
	out, err := c.shown(ent, f, false)
	if err != nil {
		return nil, err
	}
	shown, _ := out.(fieldJSON)
	return convertedJSON{Field: &shown}, nil
}

func (c *call) preview(p *record.Preview) *convertPreviewJSON {
	out := &convertPreviewJSON{
		Total: p.Total, Converted: p.Converted, Merged: p.Merged, Lost: p.Lost, Empty: p.Empty, AtLeast: p.AtLeast,
		Choices: p.Choices, Views: p.Views, Affects: []affectJSON{}, Samples: []sampleJSON{},
	}
	for _, a := range p.Affects {
		shown := affectJSON{Entity: refJSON{schema.FormatID(schema.PrefixEntity, a.Entity.ID), a.Entity.Name}, Part: a.Part, Kept: a.Kept}
		if a.Field != nil {
			shown.Field = &refJSON{schema.FormatID(schema.PrefixField, a.Field.ID), a.Field.Name}
		}
		out.Affects = append(out.Affects, shown)
	}
	for i := range p.Samples {
		s := &p.Samples[i]
		shown := sampleJSON{Record: schema.FormatID(schema.PrefixRecord, s.Record), Title: s.Title, Before: s.Before, Merged: s.Merged}
		if !s.Lost {
			shown.After = &s.After
		}
		if s.Why != nil {
			shown.Code, shown.Reason = s.Why.Code, c.s.Texts.Say(c.language(), s.Why.Code, s.Why.Params)
		}
		out.Samples = append(out.Samples, shown)
	}
	return out
}

func revertField(c *call, _ *struct{}) (any, error) {
	ent, id, err := c.fieldID()
	if err != nil {
		return nil, err
	}
	f, err := c.s.Records.Revert(c.ctx(), c.actor(), ent, id)
	if err != nil {
		return nil, err
	}
	return c.shown(ent, f, false)
}

// progress is how far the fields of an entity are that are being brought up to date.
func (c *call) progress(s *catalog.Snapshot, ent schema.EntityID) (map[schema.FieldID]record.Progress, error) {
	if len(s.Updating(ent)) == 0 {
		return nil, nil //nolint:nilnil // nothing is a fine answer
	}
	return c.s.Records.Updating(c.ctx(), c.actor().Tenant, ent)
}

// updatingOf is how far a field is; nil for one that is up to date.
func updatingOf(s *catalog.Snapshot, ent schema.EntityID, f schema.FieldID, far map[schema.FieldID]record.Progress) *progressJSON {
	if !slices.Contains(s.Updating(ent), f) {
		return nil
	}
	return &progressJSON{far[f].Done, far[f].Total}
}

type deletedFieldsJSON struct {
	Fields []deletedFieldJSON `json:"fields"`
}

type deletedFieldJSON struct {
	ID        string `json:"id"`
	Key       string `json:"key"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	DeletedAt string `json:"deletedAt"`
	Until     string `json:"until"` // that long it can be restored
}

func deletedFields(c *call) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	list, err := c.s.Catalog.DeletedFields(c.ctx(), c.actor(), ent)
	if err != nil {
		return nil, err
	}
	out := deletedFieldsJSON{Fields: []deletedFieldJSON{}}
	for _, f := range list {
		out.Fields = append(out.Fields, deletedFieldJSON{
			schema.FormatID(schema.PrefixField, f.ID), f.Key, f.Name, f.Type, stamp(f.DeletedAt), stamp(f.DeletedAt + catalog.KeepOld.Milliseconds()),
		})
	}
	return out, nil
}

func restoreField(c *call, _ *struct{}) (any, error) {
	ent, id, err := c.fieldID()
	if err != nil {
		return nil, err
	}
	f, err := c.s.Catalog.RestoreField(c.ctx(), c.actor(), ent, id)
	if err != nil {
		return nil, err
	}
	return c.shown(ent, f, false)
}
