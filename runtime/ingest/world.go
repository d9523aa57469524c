package ingest

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/textkey"
)

// world is what reading values depends on: the tenant, the entity and what the
// actor may do with it.
type world struct {
	svc    *Service
	actor  access.Actor
	snap   *catalog.Snapshot
	rights *access.Rights
	entity *schema.Entity
	env    *field.Env
	find   *finder
}

// world loads it; an actor who may not create records is refused.
func (s *Service) world(ctx context.Context, a access.Actor, ent schema.EntityID) (*world, error) {
	snap, err := s.o.Catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	r, err := s.o.Policy.Rights(a, snap, ent)
	if err != nil {
		return nil, err
	}
	switch {
	case !r.May(access.Read) && !r.May(access.Create):
		return nil, fail.New(fail.NotFound, "entity.notFound")
	case !r.May(access.Create):
		return nil, fail.New(fail.Forbidden, "access.create")
	}
	w := &world{svc: s, actor: a, snap: snap, rights: r, entity: r.Entity()}
	w.find = &finder{ctx: ctx, w: w, users: map[string]schema.UserID{}, records: map[string]schema.RecordID{}}
	for _, m := range snap.Members() {
		if m.Suspended {
			continue
		}
		w.find.addUser(m.Name, m.User)
		w.find.addUser(m.Email, m.User)
	}
	w.env = &field.Env{Now: s.o.Now(), Zone: snap.Zone(), Me: a.User, Typecast: true, Find: w.find}
	return w, nil
}

// writable lists the fields that an import may fill. Secrets are not among
// them: they would stay in the file that was uploaded.
func (w *world) writable() []*schema.Field {
	var out []*schema.Field
	for _, f := range w.entity.Live() {
		if t, ok := field.Of(f.Type); ok && !t.Traits(f).ReadOnly && f.Type != field.Secret && w.rights.Creatable(f.ID) {
			out = append(out, f)
		}
	}
	return out
}

// matchable are the fields that a column may go to without being told: files
// are not in tables, only their names.
func (w *world) matchable() []*schema.Field {
	return slices.DeleteFunc(w.writable(), func(f *schema.Field) bool { return field.HoldsFiles(f) })
}

// finder finds users and linked records by what cells call them.
type finder struct {
	ctx     context.Context //nolint:containedctx // lives as long as one import
	w       *world
	users   map[string]schema.UserID // 0: two have this name
	records map[string]schema.RecordID
	err     error
}

const maxFound = 100_000

func (f *finder) addUser(name string, id schema.UserID) {
	key := textkey.Fold(strings.TrimSpace(name))
	if other, taken := f.users[key]; taken && other != id {
		id = 0
	}
	if key != "" {
		f.users[key] = id
	}
}

// User finds a member by e-mail or, where only one has it, by name.
func (f *finder) User(text string) (schema.UserID, bool) {
	id := f.users[textkey.Fold(strings.TrimSpace(text))]
	return id, id != 0
}

// Department finds a department by name. Of two with one name it finds none.
func (f *finder) Department(text string) (schema.DeptID, bool) {
	var found schema.DeptID
	for _, d := range f.w.snap.Departments() {
		if d.Name == text {
			if found != 0 {
				return 0, false
			}
			found = d.ID
		}
	}
	return found, found != 0
}

// Role finds a role of the tenant's own by name. Of two with one name it finds none.
func (f *finder) Role(text string) (schema.RoleID, bool) {
	var found schema.RoleID
	for _, r := range f.w.snap.Roles() {
		if r.Name == text {
			if found != 0 {
				return 0, false
			}
			found = r.ID
		}
	}
	return found, found != 0
}

// Record finds the one record with a title, among those that the actor may see.
func (f *finder) Record(e schema.EntityID, text string) (schema.RecordID, bool) {
	key := schema.FormatID(schema.PrefixEntity, e) + text
	if id, ok := f.records[key]; ok {
		return id, id != 0
	}
	if len(f.records) >= maxFound {
		clear(f.records)
	}
	id := f.lookUp(e, text)
	f.records[key] = id
	return id, id != 0
}

func (f *finder) lookUp(e schema.EntityID, text string) schema.RecordID {
	ent := f.w.snap.Entity(e)
	if ent == nil || ent.Field(ent.Title) == nil || f.err != nil {
		return 0
	}
	leaf, err := json.Marshal(map[string]any{"field": schema.FormatID(schema.PrefixField, ent.Title), "op": "eq", "value": text})
	if err != nil {
		f.err = err
		return 0
	}
	rows, err := f.w.svc.o.Records.Query(f.ctx, f.w.actor, e, record.Request{Filter: leaf, Fields: []string{}, Limit: 2})
	switch {
	case fail.Of(err) != nil: // no right to look there, or nothing that a title can be
		return 0
	case err != nil:
		f.err = err
		return 0
	case len(rows.Rows) != 1:
		return 0
	}
	return rows.Rows[0].Record.ID
}
