package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// KindDuplicate are documents that say which records are still to be copied.
const KindDuplicate = "duplicate"

// Duplication is such a document: the records of From[i] are copied to To[i],
// under their own ids.
type Duplication struct {
	Job

	From  []schema.EntityID `json:"from"`
	To    []schema.EntityID `json:"to"`
	By    schema.UserID     `json:"by"`
	Step  int               `json:"step"`
	After schema.RecordID   `json:"after,omitempty"`
	Done  int64             `json:"done"`
}

// Doc is the write of the document; version 0 makes it.
func (d *Duplication) Doc() (store.DocOp, error) { return d.doc(KindDuplicate, d) }

// noteDuplication marks the fields of entities whose records are still coming.
func (s *Snapshot) noteDuplication(d *Duplication) { s.copying = append(s.copying, d.To[d.Step:]...) }

// Copying says whether records are still being copied into an entity.
func (s *Snapshot) Copying(e schema.EntityID) bool { return slices.Contains(s.copying, e) }

// copying is one act of duplication.
type copying struct {
	x        *edits
	c        *Catalog
	app      schema.AppID // of the copies
	entities map[schema.EntityID]schema.EntityID
	views    map[schema.ViewID]schema.ViewID
	roles    map[schema.RoleID]schema.RoleID
	words    map[string]string // ids as texts, for what is kept as JSON
	docs     []store.DocOp
}

// DuplicateEntity copies an entity with its views and with what roles may do
// with it; its links get other sides of their own. With records, these follow
// in the background. name "" makes one.
func (c *Catalog) DuplicateEntity(ctx context.Context, a access.Actor, ent schema.EntityID, name string, records bool) (*schema.Entity, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	id := schema.EntityID(c.ids.Next())
	return c.entity(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		e := s.entities[ent]
		if e == nil {
			return nil, fail.New(fail.NotFound, "entity.notFound")
		}
		d := c.copying(s, e.App)
		d.entities[ent] = id
		if err := d.run([]*schema.Entity{e}); err != nil {
			return nil, err
		}
		if err := d.rename(id, name); err != nil {
			return nil, err
		}
		return d.finish(a, records)
	})
}

// DuplicateApp copies an app with all its entities, views and roles. What leads
// from one of them to another leads from copy to copy.
func (c *Catalog) DuplicateApp(ctx context.Context, a access.Actor, app schema.AppID, name string, records bool) (*schema.App, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	id := schema.AppID(c.ids.Next())
	return c.app(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.App(app)
		if old == nil {
			return nil, fail.New(fail.NotFound, "app.notFound")
		}
		if len(s.apps) >= MaxApps {
			return nil, fail.New(fail.Invalid, "app.tooMany").With("max", MaxApps)
		}
		fresh := *old
		fresh.ID, fresh.Order, fresh.Template = id, s.apps[len(s.apps)-1].Order+1, ""
		var err error
		taken := func(n string) bool {
			return slices.ContainsFunc(s.apps, func(o *schema.App) bool { return o.Name == n })
		}
		if fresh.Name, err = copyName(name, old.Name, taken); err != nil {
			return nil, err
		}
		d := c.copying(s, id)
		for _, e := range s.byApp[app] {
			d.entities[e.ID] = schema.EntityID(c.ids.Next())
		}
		for _, r := range s.Roles() {
			if r.App == app {
				d.roles[r.ID] = schema.RoleID(c.ids.Next())
			}
		}
		if err := d.run(s.byApp[app]); err != nil {
			return nil, err
		}
		if d.docs, err = appended(d.docs, KindApp, appKey(id), 0, &fresh); err != nil {
			return nil, err
		}
		return d.finish(a, records)
	})
}

func (c *Catalog) copying(s *Snapshot, app schema.AppID) *copying {
	return &copying{
		x: newEdits(s), c: c, app: app, entities: map[schema.EntityID]schema.EntityID{}, views: map[schema.ViewID]schema.ViewID{},
		roles: map[schema.RoleID]schema.RoleID{}, words: map[string]string{},
	}
}

func appended(docs []store.DocOp, kind, key string, v schema.Version, body any) ([]store.DocOp, error) {
	op, err := put(kind, key, v, body)
	return append(docs, op), err
}

// copyName is the wished name, or the old one with a number that is free.
func copyName(wish, old string, taken func(string) bool) (string, error) {
	if wish != "" {
		return checkName("name", wish)
	}
	for i := 2; ; i++ {
		if n := cut(old, MaxName-6) + " " + strconv.Itoa(i); !taken(n) {
			return n, nil
		}
	}
}

func cut(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// run copies entities, with views and grants.
func (d *copying) run(list []*schema.Entity) error {
	s := d.x.snap
	if len(s.entities)+len(list) > MaxEntities {
		return fail.New(fail.Invalid, "entity.tooMany").With("max", MaxEntities)
	}
	for _, e := range list {
		for _, v := range s.byEntity[e.ID] {
			if v.Owner == 0 {
				d.views[v.ID] = schema.ViewID(d.c.ids.Next())
			}
		}
	}
	d.translate()
	for _, e := range list {
		if err := d.entity(e); err != nil {
			return err
		}
	}
	for _, e := range list {
		if err := d.outerLinks(d.x.entities[d.entities[e.ID]]); err != nil {
			return err
		}
		if err := d.viewsOf(e.ID); err != nil {
			return err
		}
	}
	return d.grants()
}

// translate writes the ids of the copies as texts.
func (d *copying) translate() {
	for from, to := range d.entities {
		d.words[schema.FormatID(schema.PrefixEntity, from)] = schema.FormatID(schema.PrefixEntity, to)
	}
	for from, to := range d.views {
		d.words[schema.FormatID(schema.PrefixView, from)] = schema.FormatID(schema.PrefixView, to)
	}
	for from, to := range d.roles {
		d.words[schema.FormatID(schema.PrefixRole, from)] = schema.FormatID(schema.PrefixRole, to)
	}
}

// entity copies one entity; fields keep their ids, so that formulas, filters
// and values need no change.
func (d *copying) entity(old *schema.Entity) error {
	e, err := clone(d.x.snap.parsed[old.ID])
	if err != nil {
		return err
	}
	e.ID, e.App, e.Rev = d.entities[old.ID], d.app, 1
	e.Fields = slices.DeleteFunc(e.Fields, func(f schema.Field) bool { return f.Deleted })
	e.Shadows = slices.DeleteFunc(e.Shadows, func(h schema.Shadow) bool { return h.Use == schema.ShadowWas })
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Moving != nil {
			return fail.New(fail.Conflict, "convert.running").With("name", f.Name)
		}
		f.Was, f.Past = nil, nil
		o := &f.Options
		if to := d.entities[o.Entity]; to != 0 {
			o.Entity = to
		}
		if o.Action != nil && d.views[o.Action.Form] != 0 {
			o.Action.Form = d.views[o.Action.Form]
		}
		for j := range o.Transitions {
			for k, r := range o.Transitions[j].Roles {
				if d.roles[r] != 0 {
					o.Transitions[j].Roles[k] = d.roles[r]
				}
			}
		}
	}
	d.x.add(&edited{Entity: e})
	return nil
}

// outerLinks gives the links of a copy that lead out of what is copied other
// sides of their own.
func (d *copying) outerLinks(e *edited) error {
	mine := func(id schema.EntityID) bool {
		for _, to := range d.entities {
			if to == id {
				return true
			}
		}
		return false
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		if f.Type != "link" || mine(f.Options.Entity) {
			continue
		}
		was := d.x.target(f.Options.Entity)
		if was == nil {
			continue
		}
		other, err := d.x.entity(f.Options.Entity)
		if err != nil {
			return err
		}
		name := e.Name
		partner := was.Field(f.Options.Inverse)
		if partner != nil {
			name = partner.Name
		}
		back, err := newField(other.Entity, &FieldInput{Name: freeName(other.Entity, name, e.Name), Type: "link"})
		if err != nil {
			return err
		}
		back.Options = schema.Options{Entity: e.ID, Inverse: f.ID, Derived: !f.Options.Derived, Many: true}
		if partner != nil {
			back.Options.Many = partner.Options.Many
		}
		if err := checkField(back); err != nil {
			return err
		}
		appendField(other.Entity, back)
		f.Options.Inverse = back.ID
	}
	return nil
}

func (d *copying) viewsOf(from schema.EntityID) error {
	for _, v := range d.x.snap.byEntity[from] {
		id := d.views[v.ID]
		if id == 0 {
			continue
		}
		c, err := clone(v)
		if err != nil {
			return err
		}
		c.ID, c.Entity = id, d.entities[from]
		if c.Filter, err = d.reworded(c.Filter); err != nil {
			return err
		}
		if c.Options, err = d.reworded(c.Options); err != nil {
			return err
		}
		if d.docs, err = appended(d.docs, KindView, viewKey(id), 0, c); err != nil {
			return err
		}
	}
	return nil
}

// reworded is JSON with the ids of the copies in place of those of the originals.
func (d *copying) reworded(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return raw, nil
	}
	var x any
	if err := json.Unmarshal(raw, &x); err != nil {
		return nil, fmt.Errorf("read options: %w", err)
	}
	out, err := json.Marshal(d.word(x))
	if err != nil {
		return nil, fmt.Errorf("write options: %w", err)
	}
	return out, nil
}

func (d *copying) word(x any) any {
	switch v := x.(type) {
	case string:
		if to, ok := d.words[v]; ok {
			return to
		}
	case []any:
		for i := range v {
			v[i] = d.word(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = d.word(v[k])
		}
	}
	return x
}

// grants lets roles do with the copies what they may do with the originals. The
// roles of a copied app are copied, without those who have them.
func (d *copying) grants() error {
	changed := false
	for _, r := range d.x.snap.Roles() {
		c, err := clone(r)
		if err != nil {
			return err
		}
		var more []schema.Grant
		for _, g := range r.Grants {
			if to := d.entities[g.Entity]; to != 0 {
				n := g
				n.Entity = to
				more = append(more, n)
			}
		}
		version := r.Version
		if id := d.roles[r.ID]; id != 0 {
			c.ID, c.App, version = id, d.app, 0
			c.Grants = slices.DeleteFunc(c.Grants, func(g schema.Grant) bool { return d.entities[g.Entity] != 0 })
		} else if len(more) == 0 {
			continue
		}
		c.Grants = append(c.Grants, more...)
		if d.docs, err = appended(d.docs, KindRole, roleKey(c.ID), version, c); err != nil {
			return err
		}
		changed = true
	}
	if changed {
		d.docs = append(d.docs, raisePolicy(d.x.snap))
	}
	return nil
}

// rename gives the copy of an entity a name and a key of its own.
func (d *copying) rename(id schema.EntityID, name string) error {
	e, siblings := d.x.entities[id], d.x.snap.byApp[d.app]
	taken := func(n string) bool {
		return slices.ContainsFunc(siblings, func(o *schema.Entity) bool { return o.Name == n })
	}
	var err error
	if e.Name, err = copyName(name, e.Name, taken); err != nil {
		return err
	}
	e.Key, err = chooseKey("", e.Name, e.Key, entityKeys(siblings, id))
	if n := len(siblings); n > 0 {
		e.Order = siblings[n-1].Order + 1
	}
	return err
}

func (d *copying) finish(a access.Actor, records bool) ([]store.DocOp, error) {
	docs, err := d.x.docs()
	if err != nil {
		return nil, err
	}
	docs = append(docs, d.docs...)
	if !records || len(d.entities) == 0 {
		return docs, nil
	}
	job := &Duplication{By: a.User, Job: Job{Key: strconv.FormatInt(d.c.ids.Next(), 36)}}
	for from, to := range d.entities {
		job.From, job.To = append(job.From, from), append(job.To, to)
	}
	op, err := job.Doc()
	return append(docs, op), err
}

// Duplicated ends a duplication: what is computed is computed then.
func (c *Catalog) Duplicated(ctx context.Context, t schema.TenantID, d *Duplication) error {
	return c.change(ctx, access.Actor{Tenant: t, System: true}, func(s *Snapshot) ([]store.DocOp, error) {
		done := store.DocOp{Kind: KindDuplicate, Key: d.Key, IfVersion: d.Version, Log: true}
		var refs []Ref
		for _, id := range d.To {
			if e := s.entities[id]; e != nil {
				for _, f := range e.Live() {
					if field.IsComputed(f) {
						refs = append(refs, Ref{id, f.ID})
					}
				}
			}
		}
		r := recalcOf(s.graph, refs)
		if r == nil {
			return []store.DocOp{done}, nil
		}
		r.Key = "duplicate/" + d.Key
		op, err := r.Doc()
		return []store.DocOp{op, done}, err
	})
}
