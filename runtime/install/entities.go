package install

import (
	"context"
	"encoding/json"
	"fmt"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/templates"
)

// entity makes one entity with its fields. The entities that its links lead to
// stand ahead of it in the template.
func (in *installation) entity(ctx context.Context, e *templates.Entity) error {
	input := catalog.EntityInput{
		Name: e.Name.In(in.o.Locale), Key: e.Key, RecordName: e.RecordName.In(in.o.Locale), Icon: e.Icon, Color: e.Color,
	}
	for i := range e.Fields {
		f, err := in.field(&e.Fields[i])
		if err != nil {
			return fmt.Errorf("field %s: %w", e.Fields[i].Key, err)
		}
		input.Fields = append(input.Fields, f)
	}
	made, err := in.catalog.CreateEntity(ctx, in.actor, in.app, input)
	if err != nil {
		return err
	}
	in.entities[e.Key] = made.ID
	if err := in.titled(ctx, made, e.Title); err != nil {
		return err
	}
	return in.inverses(ctx, made, e)
}

// titled sets the field that names a record.
func (in *installation) titled(ctx context.Context, made *schema.Entity, key string) error {
	f := made.FieldNamed(key)
	if f == nil || f.ID == made.Title {
		return nil
	}
	_, err := in.catalog.UpdateEntity(ctx, in.actor, made.ID, catalog.EntityPatch{Title: &f.ID})
	return err
}

// inverses gives the other sides of links the keys that the template names,
// which are the same in every language.
func (in *installation) inverses(ctx context.Context, made *schema.Entity, e *templates.Entity) error {
	for i := range e.Fields {
		inv := e.Fields[i].Inverse
		f := made.FieldNamed(e.Fields[i].Key)
		if inv.Key == "" || f == nil || f.Options.Inverse == 0 {
			continue
		}
		patch := catalog.FieldPatch{Key: &inv.Key}
		if _, err := in.catalog.UpdateField(ctx, in.actor, f.Options.Entity, f.Options.Inverse, patch); err != nil {
			return fmt.Errorf("other side of %s: %w", f.Key, err)
		}
	}
	return nil
}

func (in *installation) field(f *templates.Field) (catalog.FieldInput, error) {
	out := catalog.FieldInput{
		Name: f.Name.In(in.o.Locale), Type: f.Type, Key: f.Key, Description: f.Description.In(in.o.Locale),
		Required: f.Required, Unique: f.Unique, InverseName: f.Inverse.Name.In(in.o.Locale),
		Options: schema.Options{
			Scale: f.Options.Scale, Min: f.Options.Min, Max: f.Options.Max, Unit: f.Options.Unit,
			Currency: f.Options.Currency.In(in.o.Locale), Region: f.Options.Region.In(in.o.Locale),
			Pattern: f.Options.Pattern, Reset: f.Options.Reset, Many: f.Options.Many,
		},
	}
	for _, c := range f.Choices {
		out.Options.Choices = append(out.Options.Choices, schema.Choice{Name: c.Name.In(in.o.Locale), Color: c.Color})
	}
	if f.Entity != "" {
		id, ok := in.entities[f.Entity]
		if !ok {
			return out, fmt.Errorf("entity %q is not there yet", f.Entity)
		}
		out.Options.Entity = id
	}
	def := f.Default
	if m, ok := def.(map[string]any); ok {
		def = m[in.o.Locale]
	}
	if def != nil {
		b, err := json.Marshal(def)
		if err != nil {
			return out, err
		}
		out.Default = b
	}
	return out, nil
}

// views makes the views of an entity; the first takes the place of the one that the entity came with.
func (in *installation) views(ctx context.Context, e *templates.Entity) error {
	snap, err := in.snapshot(ctx)
	if err != nil {
		return err
	}
	id := in.entities[e.Key]
	given := snap.Views(id)
	for i := range e.Views {
		v, err := in.view(e, &e.Views[i])
		if err != nil {
			return err
		}
		if i == 0 && len(given) > 0 {
			p := catalog.ViewPatch{Name: &v.Name, Filter: &v.Filter, Sort: &v.Sort, Group: &v.Group, Fields: &v.Fields}
			if v.Filter == nil {
				p.Filter = nil
			}
			_, err = in.catalog.UpdateView(ctx, in.actor, given[0].ID, p)
		} else {
			_, err = in.catalog.CreateView(ctx, in.actor, id, v)
		}
		if err != nil {
			return fmt.Errorf("view %d: %w", i+1, err)
		}
	}
	return nil
}

func (in *installation) view(e *templates.Entity, v *templates.View) (catalog.ViewInput, error) {
	out := catalog.ViewInput{Name: v.Name.In(in.o.Locale), Type: v.Type, Sort: keys(v.Sort), Group: keys(v.Group)}
	if v.Filter != nil {
		b, err := json.Marshal(in.translate(e, v.Filter))
		if err != nil {
			return out, err
		}
		out.Filter = b
	}
	order := v.Fields
	if len(order) == 0 {
		for i := range e.Fields {
			order = append(order, e.Fields[i].Key)
		}
	}
	hidden := map[string]bool{}
	for _, k := range v.Hidden {
		hidden[k] = true
	}
	for _, k := range order {
		out.Fields = append(out.Fields, catalog.ViewColumn{Field: k, Hidden: hidden[k], Width: v.Widths[k], Summary: v.Summaries[k]})
	}
	return out, nil
}

func keys(list []string) []catalog.ViewKey {
	var out []catalog.ViewKey
	for _, k := range list {
		if k[0] == '-' {
			out = append(out, catalog.ViewKey{Field: k[1:], Desc: true})
			continue
		}
		out = append(out, catalog.ViewKey{Field: k})
	}
	return out
}

// translate puts the names of choices in the place of their keys.
func (in *installation) translate(e *templates.Entity, filter any) any {
	switch f := filter.(type) {
	case []any:
		out := make([]any, len(f))
		for i := range f {
			out[i] = in.translate(e, f[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(f))
		for k, v := range f {
			out[k] = in.translate(e, v)
		}
		if name, ok := f["field"].(string); ok {
			out["value"] = in.choiceNames(e, name, f["value"])
		}
		return out
	}
	return filter
}

func (in *installation) choiceNames(e *templates.Entity, fieldKey string, v any) any {
	switch x := v.(type) {
	case string:
		return in.choiceName(e, fieldKey, x)
	case []any:
		out := make([]any, len(x))
		for i := range x {
			out[i] = in.choiceNames(e, fieldKey, x[i])
		}
		return out
	}
	return v
}

// choiceName is what a choice is called in the language; a text that is no choice's key stays.
func (in *installation) choiceName(e *templates.Entity, fieldKey, key string) string {
	for i := range e.Fields {
		if e.Fields[i].Key != fieldKey {
			continue
		}
		for _, c := range e.Fields[i].Choices {
			if c.Key == key {
				return c.Name.In(in.o.Locale)
			}
		}
	}
	return key
}

func (in *installation) role(ctx context.Context, r *templates.Role) error {
	snap, err := in.snapshot(ctx)
	if err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, other := range snap.Roles() {
		taken[other.Name] = true
	}
	input := catalog.RoleInput{Name: numbered(r.Name.In(in.o.Locale), taken), Description: r.Description.In(in.o.Locale), App: in.app}
	for _, g := range r.Grants {
		grant := catalog.GrantInput{Entity: in.entities[g.Entity], Scope: g.Scope, Owner: g.Owner}
		for _, act := range g.Acts {
			if !allow(&grant, act) {
				return fmt.Errorf("unknown act %q", act)
			}
		}
		for k, right := range g.Fields {
			if grant.Fields == nil {
				grant.Fields = map[string]schema.Right{}
			}
			grant.Fields[k] = schema.Right(right)
		}
		input.Grants = append(input.Grants, grant)
	}
	made, err := in.catalog.CreateRole(ctx, in.trusted(), input)
	if err != nil {
		return err
	}
	in.roles = append(in.roles, made.ID)
	return nil
}

// trusted is the actor as who roles are made: builders install templates too,
// and a role gives nobody anything before an administrator hands it out.
func (in *installation) trusted() access.Actor {
	a := in.actor
	a.System = true
	return a
}

func allow(g *catalog.GrantInput, act string) bool {
	flag, ok := map[string]*bool{
		"read": &g.Read, "create": &g.Create, "write": &g.Write, "delete": &g.Delete, "export": &g.Export, "comment": &g.Comment,
	}[act]
	if ok {
		*flag = true
	}
	return ok
}
