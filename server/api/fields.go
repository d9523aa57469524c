package api

import (
	"encoding/json"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/server/body"
)

type fieldJSON struct {
	ID          string          `json:"id"`
	Key         string          `json:"key"`
	Name        string          `json:"name"`
	Type        string          `json:"type"`
	Required    json.RawMessage `json:"required"` // true, false or {"formula"}
	Unique      json.RawMessage `json:"unique"`   // true, false or {"with","caseFold"}
	ReadOnly    *formulaJSON    `json:"readOnly,omitempty"`
	Description string          `json:"description,omitempty"`
	Default     json.RawMessage `json:"default,omitempty"`
	Options     optionsOutJSON  `json:"options"`
	Right       schema.Right    `json:"right"`
	// Computed: nobody writes it. Updating: how far its values are that are being brought up to date.
	Computed bool          `json:"computed,omitempty"`
	Updating *progressJSON `json:"updating,omitempty"`
	// Converting is the type that it is being given; Revertible the type that it
	// can be taken back to.
	Converting string          `json:"converting,omitempty"`
	Revertible *revertibleJSON `json:"revertible,omitempty"`
}

type progressJSON struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
}

type revertibleJSON struct {
	Type  string `json:"type"`
	Until string `json:"until"`
}

type fieldIn struct {
	Name        string          `json:"name" max:"800"`
	Type        string          `json:"type" max:"40"`
	Key         string          `json:"key" max:"100"`
	Required    json.RawMessage `json:"required"`
	Unique      json.RawMessage `json:"unique"`
	ReadOnly    json.RawMessage `json:"readOnly"`
	Description string          `json:"description" max:"4000"`
	Default     json.RawMessage `json:"default"`
	Options     *optionsIn      `json:"options"`
	// What an answer holds may come back, and says nothing.
	Computed   bool            `json:"computed"`
	Updating   *progressJSON   `json:"updating"`
	Converting string          `json:"converting" max:"40"`
	Revertible *revertibleJSON `json:"revertible"`
}

func (f *fieldIn) input() (catalog.FieldInput, error) {
	given := &optionsIn{}
	if f.Options != nil {
		given = f.Options
	}
	in := catalog.FieldInput{
		Name: f.Name, Type: f.Type, Key: f.Key, Description: f.Description, Default: f.Default,
		InverseName: given.InverseName, Refs: given.refs(),
	}
	if string(in.Default) == "null" {
		in.Default = nil
	}
	var err error
	if in.Required, in.RequiredIf, err = boolOrFormula(f.Required, "required"); err != nil {
		return in, err
	}
	if _, in.ReadOnlyIf, err = boolOrFormula(f.ReadOnly, "readOnly"); err != nil {
		return in, err
	}
	if in.Unique, in.Refs.With, err = uniqueOf(f.Unique); err != nil {
		return in, err
	}
	in.Options, err = given.options()
	return in, err
}

func addField(c *call, in *fieldIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	fi, err := in.input()
	if err != nil {
		return nil, err
	}
	f, err := c.s.Catalog.AddField(c.ctx(), c.actor(), ent, fi)
	if err != nil {
		return nil, err
	}
	return c.shown(ent, f, true)
}

type patchFieldIn struct {
	Name        *string         `json:"name" max:"800"`
	Key         *string         `json:"key" max:"100"`
	Type        *string         `json:"type" max:"40"`
	Required    json.RawMessage `json:"required"`
	Unique      json.RawMessage `json:"unique"`
	ReadOnly    json.RawMessage `json:"readOnly"`
	Description *string         `json:"description" max:"4000"`
	Default     json.RawMessage `json:"default"`
	Options     *optionsIn      `json:"options"`
	Force       bool            `json:"force"` // required although records are empty
}

func (c *call) fieldID() (schema.EntityID, schema.FieldID, error) {
	ent, err := c.entity()
	if err != nil {
		return 0, 0, err
	}
	id, err := idOf[schema.FieldID](c, "fld", schema.PrefixField)
	return ent, id, err
}

func patchField(c *call, in *patchFieldIn) (any, error) {
	ent, id, err := c.fieldID()
	if err != nil {
		return nil, err
	}
	p := catalog.FieldPatch{Name: in.Name, Key: in.Key, Type: in.Type, Description: in.Description, Force: in.Force}
	if err := in.rules(&p); err != nil {
		return nil, err
	}
	if in.Default != nil {
		p.Default = &in.Default
	}
	if in.Options != nil {
		o, err := in.Options.options()
		if err != nil {
			return nil, err
		}
		p.Options, p.Refs = &o, in.Options.refs()
	}
	f, err := c.s.Catalog.UpdateField(c.ctx(), c.actor(), ent, id, p)
	if err != nil {
		return nil, err
	}
	return c.shown(ent, f, false)
}

// rules reads required, unique and readOnly.
func (in *patchFieldIn) rules(p *catalog.FieldPatch) error {
	if in.Required != nil {
		on, formula, err := boolOrFormula(in.Required, "required")
		if err != nil {
			return err
		}
		p.Required, p.RequiredIf = &on, &formula
	}
	if in.ReadOnly != nil {
		_, formula, err := boolOrFormula(in.ReadOnly, "readOnly")
		if err != nil {
			return err
		}
		p.ReadOnlyIf = &formula
	}
	if in.Unique != nil {
		on, with, err := uniqueOf(in.Unique)
		if err != nil {
			return err
		}
		p.Unique, p.With = &on, &with
	}
	return nil
}

func deleteField(c *call) (any, error) {
	ent, id, err := c.fieldID()
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Catalog.DeleteField(c.ctx(), c.actor(), ent, id)
}

type orderFieldsIn struct {
	Order []string `json:"order" max:"500"`
}

func orderFields(c *call, in *orderFieldsIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	if in.Order == nil {
		return nil, fail.New(fail.Invalid, "list.empty").On("order")
	}
	ids := make([]schema.FieldID, len(in.Order))
	for i, name := range in.Order {
		if ids[i], err = c.fieldNamed(ent, name, "order"); err != nil {
			return nil, err
		}
	}
	if _, err := c.s.Catalog.OrderFields(c.ctx(), c.actor(), ent, ids); err != nil {
		return nil, err
	}
	return c.entityOf(ent)
}

// optRaw is a member that may be absent, null or any JSON.
type optRaw = body.Opt[json.RawMessage]
