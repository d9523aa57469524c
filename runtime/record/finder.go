package record

import (
	"context"
	"fmt"
	"strings"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
)

// finder finds ids by what people write, for typecast.
type finder struct {
	rd      *reading
	records map[string]schema.RecordID
	users   map[string]schema.UserID
}

var (
	_ field.Finder = (*finder)(nil)
	_ field.Group  = (*finder)(nil)
)

func newFinder(rd *reading) *finder { return &finder{rd: rd, records: map[string]schema.RecordID{}} }

// User finds a member by e-mail, id or name. Of two with one name it finds none.
func (f *finder) User(text string) (schema.UserID, bool) {
	if f.users == nil {
		f.users = map[string]schema.UserID{}
		for _, m := range f.rd.snap.Members() {
			f.users[schema.FormatID(schema.PrefixUser, m.User)] = m.User
			if m.Email != "" {
				f.users[strings.ToLower(m.Email)] = m.User
			}
			if _, twice := f.users[m.Name]; twice {
				f.users[m.Name] = 0
				continue
			}
			f.users[m.Name] = m.User
		}
	}
	for _, s := range []string{text, strings.ToLower(text)} {
		if u := f.users[s]; u != 0 {
			return u, true
		}
	}
	return 0, false
}

// Department finds a department by name. Of two with one name it finds none.
func (f *finder) Department(text string) (schema.DeptID, bool) {
	var found schema.DeptID
	for _, d := range f.rd.snap.Departments() {
		if d.Name == text {
			if found != 0 {
				return 0, false
			}
			found = d.ID
		}
	}
	return found, found != 0
}

// Role finds a custom role by name.
func (f *finder) Role(text string) (schema.RoleID, bool) {
	var found schema.RoleID
	for _, r := range f.rd.snap.Roles() {
		if r.Name == text {
			if found != 0 {
				return 0, false
			}
			found = r.ID
		}
	}
	return found, found != 0
}

// Record finds the oldest readable record whose title is the text.
func (f *finder) Record(e schema.EntityID, text string) (schema.RecordID, bool) {
	key := fmt.Sprintf("%d/%s", e, text)
	if id, ok := f.records[key]; ok {
		return id, id != 0
	}
	id, err := f.find(e, text)
	if err != nil {
		f.rd.fault(err)
	}
	f.records[key] = id
	return id, id != 0
}

func (f *finder) find(e schema.EntityID, text string) (schema.RecordID, error) {
	r, shape := f.rd.rights(e), f.rd.snap.Shape(e)
	if r == nil || shape == nil || !r.May(access.Read) {
		return 0, nil
	}
	title := shape.Field(r.Entity().Title)
	if title == nil || title.Kind != schema.KindText || !r.Readable(title.ID) {
		return 0, nil
	}
	where := query.And{query.Cmp{Field: title.ID, Op: query.Eq, Val: text}}
	if x := r.RowFilter(title.ID); x != nil {
		where = append(where, x)
	}
	p, err := f.rd.r.Find(f.rd.ctx, shape, &query.Query{Where: where, Limit: 1, Fields: []schema.FieldID{}})
	if err != nil || len(p.Records) == 0 {
		return 0, err
	}
	return p.Records[0].ID, nil
}

// addChoices adds the choices that a typecast batch names and select fields
// lack, where the actor may design.
func (s *Service) addChoices(ctx context.Context, w *writing) error {
	if !w.addable() {
		return nil
	}
	sd := w.sides[w.Entity]
	if sd == nil {
		return nil
	}
	missing := map[schema.FieldID][]string{}
	for _, c := range w.changes {
		for name, in := range c.Fields {
			f := sd.entity.FieldNamed(name)
			if f != nil && (f.Type == "singleSelect" || f.Type == "multiSelect") {
				missing[f.ID] = append(missing[f.ID], unknownChoices(f, in)...)
			}
		}
	}
	added := false
	for id, list := range missing {
		if len(list) == 0 {
			continue
		}
		if _, err := s.catalog.AddChoices(ctx, w.Actor, w.Entity, id, list); err != nil {
			return err
		}
		added = true
	}
	if !added {
		return nil
	}
	snap, err := s.catalog.Tenant(ctx, w.Actor.Tenant)
	if err != nil {
		return err
	}
	w.snap, w.sides = snap, map[schema.EntityID]*side{}
	for i := range w.changes {
		if _, err := w.side(w.changes[i].entity); err != nil {
			return err
		}
	}
	return nil
}

// unknownChoices lists the names in an input that a select field does not know.
func unknownChoices(f *schema.Field, in any) []string {
	t, ok := field.Of(f.Type)
	if !ok {
		return nil
	}
	var out []string
	one := func(x any) {
		text, isText := x.(string)
		if !isText || strings.TrimSpace(text) == "" || len(text) > 400 {
			return
		}
		if _, err := t.Parse(f, []any{text}, &field.Env{}); err == nil {
			return
		}
		if _, err := t.Parse(f, text, &field.Env{}); err == nil || fail.KindOf(err) != fail.Invalid {
			return
		}
		out = append(out, strings.TrimSpace(text))
	}
	switch v := in.(type) {
	case []any:
		for _, x := range v {
			one(x)
		}
	case string:
		if f.Type == "singleSelect" {
			one(v)
			break
		}
		for _, x := range field.Split(v) {
			one(x)
		}
	}
	return out
}
