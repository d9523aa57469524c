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
	Required    bool            `json:"required"`
	Unique      bool            `json:"unique"`
	Description string          `json:"description,omitempty"`
	Default     json.RawMessage `json:"default,omitempty"`
	Options     optionsOutJSON  `json:"options"`
	Right       schema.Right    `json:"right"`
}

type optionsOutJSON struct {
	Choices  []choiceJSON `json:"choices,omitempty"`
	Scale    *int         `json:"scale,omitempty"`
	Min      *float64     `json:"min,omitempty"`
	Max      *float64     `json:"max,omitempty"`
	Unit     string       `json:"unit,omitempty"`
	Currency string       `json:"currency,omitempty"`
	TimeZone string       `json:"timeZone,omitempty"`
	Pattern  string       `json:"pattern,omitempty"`
	Reset    string       `json:"reset,omitempty"`
	Region   string       `json:"region,omitempty"`
	Many     bool         `json:"many,omitempty"`
	Entity   string       `json:"entity,omitempty"`
	Inverse  string       `json:"inverse,omitempty"`
	Derived  bool         `json:"derived,omitempty"`
}

type choiceJSON struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"`
}

func fieldOf(f *schema.Field, right schema.Right) fieldJSON {
	o := &f.Options
	out := fieldJSON{
		ID: schema.FormatID(schema.PrefixField, f.ID), Key: f.Key, Name: f.Name, Type: f.Type, Required: f.Required, Unique: f.Unique,
		Description: f.Description, Default: f.Default, Right: right,
		Options: optionsOutJSON{
			Scale: o.Scale, Min: o.Min, Max: o.Max, Unit: o.Unit, Currency: o.Currency, TimeZone: o.TimeZone,
			Pattern: o.Pattern, Reset: o.Reset, Region: o.Region, Many: o.Many, Derived: o.Derived,
		},
	}
	for _, ch := range o.Choices {
		if !ch.Deleted {
			out.Options.Choices = append(out.Options.Choices, choiceJSON{schema.FormatID(schema.PrefixOption, ch.ID), ch.Name, ch.Color})
		}
	}
	if o.Entity != 0 {
		out.Options.Entity = schema.FormatID(schema.PrefixEntity, o.Entity)
	}
	if o.Inverse != 0 {
		out.Options.Inverse = schema.FormatID(schema.PrefixField, o.Inverse)
	}
	return out
}

type choiceIn struct {
	ID    string `json:"id" max:"40"`
	Name  string `json:"name" max:"800"`
	Color string `json:"color" max:"40"`
}

type optionsIn struct {
	Choices     []choiceIn `json:"choices" max:"1000"`
	Scale       *int       `json:"scale"`
	Min         *float64   `json:"min"`
	Max         *float64   `json:"max"`
	Unit        string     `json:"unit" max:"100"`
	Currency    string     `json:"currency" max:"10"`
	TimeZone    string     `json:"timeZone" max:"64"`
	Pattern     string     `json:"pattern" max:"200"`
	Reset       string     `json:"reset" max:"20"`
	Region      string     `json:"region" max:"10"`
	Many        bool       `json:"many"`
	Entity      string     `json:"entity" max:"40"`
	InverseName string     `json:"inverseName" max:"800"`
	// What an answer holds may come back, and says nothing.
	Inverse string `json:"inverse" max:"40"`
	Derived bool   `json:"derived"`
}

func (o *optionsIn) options() (schema.Options, error) {
	out := schema.Options{
		Scale: o.Scale, Min: o.Min, Max: o.Max, Unit: o.Unit, Currency: o.Currency, TimeZone: o.TimeZone,
		Pattern: o.Pattern, Reset: o.Reset, Region: o.Region, Many: o.Many,
	}
	var err error
	if out.Entity, err = refID[schema.EntityID](o.Entity, schema.PrefixEntity, "options.entity"); err != nil {
		return out, err
	}
	for _, ch := range o.Choices {
		id, err := refID[schema.OptionID](ch.ID, schema.PrefixOption, "options.choices")
		if err != nil {
			return out, err
		}
		out.Choices = append(out.Choices, schema.Choice{ID: id, Name: ch.Name, Color: ch.Color})
	}
	return out, nil
}

type fieldIn struct {
	Name        string          `json:"name" max:"800"`
	Type        string          `json:"type" max:"40"`
	Key         string          `json:"key" max:"100"`
	Required    bool            `json:"required"`
	Unique      bool            `json:"unique"`
	Description string          `json:"description" max:"4000"`
	Default     json.RawMessage `json:"default"`
	Options     *optionsIn      `json:"options"`
}

func (f *fieldIn) input() (catalog.FieldInput, error) {
	given := &optionsIn{}
	if f.Options != nil {
		given = f.Options
	}
	o, err := given.options()
	def := f.Default
	if string(def) == "null" {
		def = nil
	}
	return catalog.FieldInput{
		Name: f.Name, Type: f.Type, Key: f.Key, Description: f.Description, Required: f.Required, Unique: f.Unique,
		Default: def, Options: o, InverseName: given.InverseName,
	}, err
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
	return created{fieldOf(f, schema.WriteRight)}, nil
}

type patchFieldIn struct {
	Name        *string         `json:"name" max:"800"`
	Key         *string         `json:"key" max:"100"`
	Type        *string         `json:"type" max:"40"`
	Required    *bool           `json:"required"`
	Unique      *bool           `json:"unique"`
	Description *string         `json:"description" max:"4000"`
	Default     json.RawMessage `json:"default"`
	Options     *optionsIn      `json:"options"`
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
	p := catalog.FieldPatch{Name: in.Name, Key: in.Key, Type: in.Type, Required: in.Required, Unique: in.Unique, Description: in.Description}
	if in.Default != nil {
		p.Default = &in.Default
	}
	if in.Options != nil {
		o, err := in.Options.options()
		if err != nil {
			return nil, err
		}
		p.Options = &o
	}
	f, err := c.s.Catalog.UpdateField(c.ctx(), c.actor(), ent, id, p)
	if err != nil {
		return nil, err
	}
	return fieldOf(f, schema.WriteRight), nil
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
