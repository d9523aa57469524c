package api

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

type formulaJSON struct {
	Formula string `json:"formula"`
}

type optionsOutJSON struct {
	Choices     []choiceJSON      `json:"choices,omitempty"`
	Scale       *int              `json:"scale,omitempty"`
	Min         *float64          `json:"min,omitempty"`
	Max         *float64          `json:"max,omitempty"`
	Unit        string            `json:"unit,omitempty"`
	Currency    string            `json:"currency,omitempty"`
	Currencies  []string          `json:"currencies,omitempty"`
	TimeZone    string            `json:"timeZone,omitempty"`
	Pattern     string            `json:"pattern,omitempty"`
	Reset       string            `json:"reset,omitempty"`
	Region      string            `json:"region,omitempty"`
	Many        bool              `json:"many,omitempty"`
	Entity      string            `json:"entity,omitempty"`
	Inverse     string            `json:"inverse,omitempty"`
	Derived     bool              `json:"derived,omitempty"`
	Format      string            `json:"format,omitempty"`
	Match       string            `json:"match,omitempty"`
	Message     map[string]string `json:"message,omitempty"`
	MaxLength   *int              `json:"maxLength,omitempty"`
	Tree        string            `json:"tree,omitempty"`
	Transitions []transitionJSON  `json:"transitions,omitempty"`
	Link        string            `json:"link,omitempty"`
	Field       string            `json:"field,omitempty"`
	Op          string            `json:"op,omitempty"`
	Filter      json.RawMessage   `json:"filter,omitempty"`
	Sort        []optionSortJSON  `json:"sort,omitempty"`
	Limit       int               `json:"limit,omitempty"`
	Formula     string            `json:"formula,omitempty"`
	Result      string            `json:"result,omitempty"`
	Volatile    bool              `json:"volatile,omitempty"`
	Open        bool              `json:"open,omitempty"`
	Label       string            `json:"label,omitempty"`
	Automation  string            `json:"automation,omitempty"`
	URL         string            `json:"url,omitempty"`
	Form        string            `json:"form,omitempty"`
	Clock       *clockJSON        `json:"clock,omitempty"`
	// Shows is the field as which a lookup or rollup shows its values.
	Shows *showsJSON `json:"shows,omitempty"`
}

type showsJSON struct {
	Type    string          `json:"type"`
	List    bool            `json:"list,omitempty"`
	Options json.RawMessage `json:"options"`
}

type choiceJSON struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Color  string `json:"color"`
	Parent string `json:"parent,omitempty"`
	Done   bool   `json:"done,omitempty"`
}

type transitionJSON struct {
	From  string   `json:"from,omitempty" max:"800"` // absent: a new record
	To    string   `json:"to" max:"800"`
	Roles []string `json:"roles,omitempty" max:"100"`
	When  string   `json:"when,omitempty" max:"20000"`
}

type optionSortJSON struct {
	Field string `json:"field" max:"800"`
	Dir   string `json:"dir,omitempty" max:"10"`
}

type clockJSON struct {
	Minutes  int    `json:"minutes,omitempty"`
	Formula  string `json:"formula,omitempty" max:"20000"`
	Calendar string `json:"calendar,omitempty" max:"40"`
	Start    string `json:"start,omitempty" max:"20000"`
	Pause    string `json:"pause,omitempty" max:"20000"`
	Stop     string `json:"stop,omitempty" max:"20000"`
}

// field shows a field.
func (r reader) field(f *schema.Field, right schema.Right) fieldJSON {
	out := fieldJSON{
		ID: schema.FormatID(schema.PrefixField, f.ID), Key: f.Key, Name: f.Name, Type: f.Type,
		Required: boolJSON(f.Required), Unique: boolJSON(f.Unique), Description: f.Description, Default: f.Default,
		Options: r.options(f), Right: right, Computed: field.IsComputed(f),
	}
	if f.Moving != nil {
		out.Converting = f.Moving.To.Type
	} else if f.Was != nil {
		out.Revertible = &revertibleJSON{f.Was.Type, stamp(f.Was.Until)}
	}
	if field.IsSubTable(f) {
		out.Type, out.Options.Format = field.SubTable, ""
	}
	if src := r.print(f.RequiredIf); src != "" {
		out.Required = rawOf(formulaJSON{src})
	}
	if src := r.print(f.ReadOnlyIf); src != "" {
		out.ReadOnly = &formulaJSON{src}
	}
	if len(f.UniqueWith) > 0 {
		with := []string{}
		for _, id := range f.UniqueWith {
			if w := r.e.Field(id); w != nil && (r.rights == nil || r.rights.Knows(id)) {
				with = append(with, w.Key)
			}
		}
		out.Unique = rawOf(map[string]any{"with": with, "caseFold": true})
	}
	var def formulaJSON
	if bytes.HasPrefix(f.Default, []byte("{")) && json.Unmarshal(f.Default, &def) == nil && def.Formula != "" {
		out.Default = nil
		if src := r.print(def.Formula); src != "" {
			out.Default = rawOf(formulaJSON{src})
		}
	}
	return out
}

func boolJSON(b bool) json.RawMessage {
	if b {
		return json.RawMessage("true")
	}
	return json.RawMessage("false")
}

func (r reader) options(f *schema.Field) optionsOutJSON {
	o := &f.Options
	out := optionsOutJSON{
		Scale: o.Scale, Min: o.Min, Max: o.Max, Unit: o.Unit, Currency: o.Currency, Currencies: o.Currencies, TimeZone: o.TimeZone,
		Pattern: o.Pattern, Reset: o.Reset, Region: o.Region, Many: o.Many, Derived: o.Derived,
		Format: o.Format, Match: o.Match, Message: o.Message, MaxLength: o.MaxLength, Tree: o.Tree, Op: o.Op,
		Filter: o.Filter, Limit: o.Limit, Formula: r.print(o.Formula), Result: o.Result, Volatile: o.Volatile, Open: o.Open, Label: o.Label,
		Entity: idOr(schema.PrefixEntity, o.Entity), Inverse: idOr(schema.PrefixField, o.Inverse),
		Link: idOr(schema.PrefixField, o.Link), Field: idOr(schema.PrefixField, o.Field),
	}
	for _, ch := range o.Choices {
		if !ch.Deleted {
			out.Choices = append(out.Choices, choiceJSON{
				schema.FormatID(schema.PrefixOption, ch.ID), ch.Name, ch.Color, idOr(schema.PrefixOption, ch.Parent), ch.Done,
			})
		}
	}
	for _, t := range o.Transitions {
		tr := transitionJSON{From: idOr(schema.PrefixOption, t.From), To: idOr(schema.PrefixOption, t.To), When: r.print(t.When)}
		for _, role := range t.Roles {
			tr.Roles = append(tr.Roles, roleKey(role))
		}
		out.Transitions = append(out.Transitions, tr)
	}
	if r.plain {
		out.Filter = nil
	}
	for _, k := range o.Sort {
		if r.plain {
			break
		}
		dir := "asc"
		if k.Desc {
			dir = "desc"
		}
		out.Sort = append(out.Sort, optionSortJSON{schema.FormatID(schema.PrefixField, k.Field), dir})
	}
	if a := o.Action; a != nil {
		out.Automation, out.URL, out.Form = a.Automation, r.print(a.URL), idOr(schema.PrefixView, a.Form)
	}
	if c := o.Clock; c != nil {
		out.Clock = &clockJSON{
			c.Minutes, r.print(c.Formula), idOr(schema.PrefixCalendar, c.Calendar), r.print(c.Start), r.print(c.Pause), r.print(c.Stop),
		}
	}
	out.Shows = showsOf(f)
	return out
}

// showsOf tells pages how to show the values of a lookup or rollup.
func showsOf(f *schema.Field) *showsJSON {
	if f.Type != "lookup" && f.Type != "rollup" {
		return nil
	}
	shown, _, ok := field.Shown(f)
	if !ok {
		if f.Options.Of == nil {
			return nil
		}
		return &showsJSON{Type: f.Options.Of.Type, List: true, Options: rawOf(plainOptions(f.Options.Of))}
	}
	return &showsJSON{Type: shown.Type, Options: rawOf(plainOptions(shown))}
}

// plainOptions are those that matter for showing values.
func plainOptions(f *schema.Field) optionsOutJSON {
	plain := &schema.Field{Options: schema.Options{
		Choices: f.Options.Choices, Scale: f.Options.Scale, Min: f.Options.Min, Max: f.Options.Max, Unit: f.Options.Unit,
		Currency: f.Options.Currency, Currencies: f.Options.Currencies, TimeZone: f.Options.TimeZone, Many: f.Options.Many, Format: f.Options.Format,
		Tree: f.Options.Tree, Entity: f.Options.Entity, Result: f.Options.Result,
	}}
	return reader{e: &schema.Entity{}}.options(plain)
}

func idOr[T ~int64 | ~int32](prefix string, id T) string {
	if id == 0 {
		return ""
	}
	return schema.FormatID(prefix, id)
}

func roleKey(r schema.RoleID) string {
	if key := builtInKey(r); key != "" {
		return key
	}
	return schema.FormatID(schema.PrefixRole, r)
}

type choiceIn struct {
	ID     string `json:"id" max:"40"` // "new_…" for a new one that others name
	Name   string `json:"name" max:"800"`
	Color  string `json:"color" max:"40"`
	Parent string `json:"parent" max:"800"` // an id, or a name that one choice in the list has
	Done   bool   `json:"done"`
}

type optionsIn struct {
	Choices     []choiceIn        `json:"choices" max:"1000"`
	States      []choiceIn        `json:"states" max:"1000"` // another name for choices
	Scale       *int              `json:"scale"`
	Min         *float64          `json:"min"`
	Max         *float64          `json:"max"`
	Unit        string            `json:"unit" max:"100"`
	Currency    string            `json:"currency" max:"10"`
	Currencies  []string          `json:"currencies" max:"100"`
	TimeZone    string            `json:"timeZone" max:"64"`
	Pattern     string            `json:"pattern" max:"200"`
	Reset       string            `json:"reset" max:"20"`
	Region      string            `json:"region" max:"10"`
	Many        bool              `json:"many"`
	Entity      string            `json:"entity" max:"40"`
	InverseName string            `json:"inverseName" max:"800"`
	Format      string            `json:"format" max:"40"`
	Match       string            `json:"match" max:"2000"`
	Message     map[string]string `json:"message" max:"10"`
	MaxLength   *int              `json:"maxLength"`
	Tree        string            `json:"tree" max:"20"`
	Transitions []transitionJSON  `json:"transitions" max:"1000"`
	Link        string            `json:"link" max:"800"`
	Field       string            `json:"field" max:"800"`
	Op          string            `json:"op" max:"40"`
	Filter      json.RawMessage   `json:"filter"`
	Sort        []optionSortJSON  `json:"sort" max:"10"`
	Limit       int               `json:"limit"`
	Formula     string            `json:"formula" max:"20000"`
	Open        bool              `json:"open"`
	Label       string            `json:"label" max:"800"`
	Automation  string            `json:"automation" max:"100"`
	URL         string            `json:"url" max:"20000"`
	Form        string            `json:"form" max:"40"`
	Clock       *clockJSON        `json:"clock"`
	// What an answer holds may come back, and says nothing.
	Inverse  string          `json:"inverse" max:"40"`
	Derived  bool            `json:"derived"`
	Result   string          `json:"result" max:"40"`
	Volatile bool            `json:"volatile"`
	Shows    json.RawMessage `json:"shows"`
}

func (o *optionsIn) options() (schema.Options, error) {
	out := schema.Options{
		Scale: o.Scale, Min: o.Min, Max: o.Max, Unit: o.Unit, Currency: o.Currency, Currencies: o.Currencies, TimeZone: o.TimeZone,
		Pattern: o.Pattern, Reset: o.Reset, Region: o.Region, Many: o.Many,
		Format: o.Format, Match: o.Match, Message: o.Message, MaxLength: o.MaxLength, Tree: o.Tree, Op: o.Op,
		Limit: o.Limit, Formula: o.Formula, Open: o.Open, Label: o.Label,
	}
	var err error
	if out.Entity, err = refID[schema.EntityID](o.Entity, schema.PrefixEntity, "options.entity"); err != nil {
		return out, err
	}
	if out.Choices, err = o.choices(); err != nil {
		return out, err
	}
	if out.Transitions, err = o.transitions(out.Choices); err != nil {
		return out, err
	}
	if o.Automation != "" || o.URL != "" || o.Form != "" {
		form, err := refID[schema.ViewID](o.Form, schema.PrefixView, "options.form")
		if err != nil {
			return out, err
		}
		out.Action = &schema.Action{Automation: o.Automation, URL: o.URL, Form: form}
	}
	if c := o.Clock; c != nil {
		cal, err := refID[int64](c.Calendar, schema.PrefixCalendar, "options.clock")
		if err != nil {
			return out, err
		}
		out.Clock = &schema.ClockRule{Minutes: c.Minutes, Formula: c.Formula, Calendar: cal, Start: c.Start, Pause: c.Pause, Stop: c.Stop}
	}
	return out, nil
}

// refs are the options that name fields, for the catalog to find.
func (o *optionsIn) refs() catalog.FieldRefs {
	r := catalog.FieldRefs{Link: o.Link, Field: o.Field, Filter: o.Filter}
	for _, k := range o.Sort {
		r.Sort = append(r.Sort, catalog.SortRef{Field: k.Field, Desc: k.Dir == "desc"})
	}
	return r
}

// newChoice begins the ids that a request makes up for choices that are new,
// for others of the same request to name them by.
const newChoice = "new_"

// choiceList are the choices that were given.
func (o *optionsIn) choiceList() []choiceIn {
	if len(o.Choices) == 0 {
		return o.States
	}
	return o.Choices
}

// choices reads the choices. Those without an id of their own get one below 0,
// for others of the same input to name them by.
func (o *optionsIn) choices() ([]schema.Choice, error) {
	list := o.choiceList()
	var out []schema.Choice
	made := map[string]bool{}
	for i, ch := range list {
		given := ch.ID
		if strings.HasPrefix(given, newChoice) {
			if made[given] {
				return nil, fail.New(fail.Invalid, "field.doubleChoice").On("options.choices").With("name", ch.Name)
			}
			made[given], given = true, ""
		}
		id, err := refID[schema.OptionID](given, schema.PrefixOption, "options.choices")
		if err != nil {
			return nil, err
		}
		if id == 0 {
			id = -schema.OptionID(i + 1_000_000) // no id that a choice may have by now
		}
		out = append(out, schema.Choice{ID: id, Name: ch.Name, Color: ch.Color, Done: ch.Done})
	}
	for i, ch := range list {
		if ch.Parent == "" {
			continue
		}
		j := choiceRef(list, ch.Parent)
		if j < 0 {
			return nil, fail.New(fail.Invalid, "field.badParent").On("options.choices").With("name", ch.Name)
		}
		out[i].Parent = out[j].ID
	}
	return out, nil
}

// choiceRef finds a choice by its id, made up or not, else by name; below 0
// where none has it, or several have the name.
func choiceRef(list []choiceIn, ref string) int {
	if i := slices.IndexFunc(list, func(c choiceIn) bool { return c.ID == ref }); i >= 0 {
		return i
	}
	named := func(c choiceIn) bool { return c.Name == ref }
	i := slices.IndexFunc(list, named)
	if i >= 0 && slices.ContainsFunc(list[i+1:], named) {
		return -1
	}
	return i
}

func (o *optionsIn) transitions(choices []schema.Choice) ([]schema.Transition, error) {
	bad := fail.New(fail.Invalid, "field.badTransition").On("options.transitions")
	var out []schema.Transition
	for _, t := range o.Transitions {
		tr := schema.Transition{When: t.When}
		if t.From != "" {
			i := choiceRef(o.choiceList(), t.From)
			if i < 0 {
				return nil, bad
			}
			tr.From = choices[i].ID
		}
		i := choiceRef(o.choiceList(), t.To)
		if i < 0 {
			return nil, bad
		}
		tr.To = choices[i].ID
		for _, name := range t.Roles {
			if k := slices.Index(builtIn, name); k >= 0 {
				tr.Roles = append(tr.Roles, schema.RoleID(k+1))
				continue
			}
			id, err := refID[schema.RoleID](name, schema.PrefixRole, "options.transitions")
			if err != nil {
				return nil, err
			}
			tr.Roles = append(tr.Roles, id)
		}
		out = append(out, tr)
	}
	return out, nil
}

// boolOrFormula reads true, false or {"formula":"…"}.
func boolOrFormula(raw json.RawMessage, name string) (on bool, source string, err error) {
	if len(raw) == 0 || json.Unmarshal(raw, &on) == nil {
		return on, "", nil
	}
	var f formulaJSON
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if d.Decode(&f) != nil || f.Formula == "" {
		return false, "", fail.New(fail.Invalid, "field.badRule").On(name)
	}
	return false, f.Formula, nil
}

// uniqueOf reads true, false or {"with":[…],"caseFold":true}. Uniqueness never
// minds letter case.
func uniqueOf(raw json.RawMessage) (on bool, with []string, err error) {
	if len(raw) == 0 || json.Unmarshal(raw, &on) == nil {
		return on, nil, nil
	}
	var u struct {
		With     []string `json:"with"`
		CaseFold bool     `json:"caseFold"`
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if d.Decode(&u) != nil || len(u.With) > 10 {
		return false, nil, fail.New(fail.Invalid, "field.badRule").On("unique")
	}
	return len(u.With) == 0, u.With, nil
}

// shown answers with a field as it is now.
func (c *call) shown(ent schema.EntityID, f *schema.Field, fresh bool) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	e := s.Entity(ent)
	if e == nil {
		return nil, fail.New(fail.NotFound, "entity.notFound")
	}
	out := reader{e: e}.field(f, schema.WriteRight)
	far, err := c.progress(s, ent)
	if err != nil {
		return nil, err
	}
	out.Updating = updatingOf(s, ent, f.ID, far)
	if fresh {
		return created{out}, nil
	}
	return out, nil
}
