package catalog

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// parsed is one document as read. Documents that did not change since the last
// load are not parsed again, so that what they became stays the same pointer.
type parsed struct {
	body  []byte
	value any
}

type loader struct {
	ctx  context.Context //nolint:containedctx // lives for one load
	r    store.Reader
	last *Snapshot
	out  *Snapshot
}

// read loads a tenant's documents from one store snapshot.
func (c *Catalog) read(ctx context.Context, t schema.TenantID, last *Snapshot) (*Snapshot, error) {
	var out *Snapshot
	err := c.engine.View(ctx, t, func(r store.Reader) error {
		l := &loader{ctx: ctx, r: r, last: last, out: emptySnapshot(c.now)}
		if err := l.all(); err != nil {
			return err
		}
		l.out.finish(last)
		out = l.out
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, fail.New(fail.NotFound, "tenant.notFound").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("load tenant: %w", err)
	}
	return out, nil
}

func emptySnapshot(now func() time.Time) *Snapshot {
	return &Snapshot{
		now:      now,
		entities: map[schema.EntityID]*schema.Entity{}, removed: map[schema.EntityID]*schema.Entity{},
		byApp: map[schema.AppID][]*schema.Entity{}, shapes: map[schema.EntityID]*store.Shape{},
		views: map[schema.ViewID]*schema.View{}, byEntity: map[schema.EntityID][]*schema.View{},
		roles: map[schema.RoleID]*schema.Role{}, members: map[schema.UserID]*schema.Member{},
		former:      map[schema.UserID]*schema.Member{},
		departments: map[schema.DeptID]*schema.Department{}, autos: map[schema.EntityID]*autoIndexes{},
		updating: map[schema.EntityID][]schema.FieldID{}, docs: map[string]parsed{}, calendars: map[int64]*Calendar{},
	}
}

func (l *loader) all() error {
	s := l.out
	doc, err := l.r.Doc(l.ctx, KindTenant, tenantKey)
	if err != nil {
		return fmt.Errorf("read the tenant: %w", err)
	}
	if err := json.Unmarshal(doc.Body, &s.Tenant); err != nil {
		return fmt.Errorf("parse the tenant: %w", err)
	}
	s.Tenant.Version = doc.Version
	if doc, err = l.r.Doc(l.ctx, kindPolicy, kindPolicy); err == nil {
		s.PolicyVersion = int64(doc.Version)
	} else if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("read the policy version: %w", err)
	}
	return errors.Join(
		each(l, KindApp, func(v *schema.App) *schema.Version { return &v.Version },
			func(v *schema.App) { s.apps = append(s.apps, v) }),
		each(l, KindEntity, func(v *schema.Entity) *schema.Version { return &v.Version }, func(v *schema.Entity) {
			if v.Deleted {
				s.removed[v.ID] = v
				return
			}
			s.entities[v.ID] = v
			s.byApp[v.App] = append(s.byApp[v.App], v)
		}),
		each(l, KindView, func(v *schema.View) *schema.Version { return &v.Version }, func(v *schema.View) {
			s.views[v.ID] = v
			s.byEntity[v.Entity] = append(s.byEntity[v.Entity], v)
		}),
		each(l, KindRole, func(v *schema.Role) *schema.Version { return &v.Version },
			func(v *schema.Role) { s.roles[v.ID] = v }),
		each(l, KindMember, func(v *schema.Member) *schema.Version { return &v.Version }, func(v *schema.Member) {
			s.members[v.User] = v
			s.memberList = append(s.memberList, v)
		}),
		each(l, kindFormer, func(v *schema.Member) *schema.Version { return &v.Version },
			func(v *schema.Member) { s.former[v.User] = v }),
		each(l, KindRecalc, func(v *Recalc) *schema.Version { return &v.Version }, s.noteRecalc),
		each(l, KindDuplicate, func(v *Duplication) *schema.Version { return &v.Version }, s.noteDuplication),
		each(l, KindConvert, func(v *Conversion) *schema.Version { return &v.Version }, s.noteConversion),
		each(l, KindCalendar, func(v *Calendar) *schema.Version { return &v.Version }, func(v *Calendar) { s.calendars[v.ID] = v }),
		each(l, KindRates, func(v *Rates) *schema.Version { return &v.Version }, func(v *Rates) { s.rates = append(s.rates, v) }),
		each(l, KindDepartment, func(v *schema.Department) *schema.Version { return &v.Version }, func(v *schema.Department) {
			s.departments[v.ID] = v
			s.deptList = append(s.deptList, v)
		}),
		each(l, kindAutoIndex, func(v *autoIndexes) *schema.Version { return &v.version },
			func(v *autoIndexes) { s.autos[v.Entity] = v }),
	)
}

// each reads all documents of a kind and hands them to keep.
func each[T any](l *loader, kind string, version func(*T) *schema.Version, keep func(*T)) error {
	const page = 1000
	for after := ""; ; {
		docs, err := l.r.Docs(l.ctx, kind, "", after, page)
		if err != nil {
			return fmt.Errorf("read documents of kind %s: %w", kind, err)
		}
		for i := range docs {
			v, err := parse(l, &docs[i], version)
			if err != nil {
				return err
			}
			keep(v)
			after = docs[i].Key
		}
		if len(docs) < page {
			return nil
		}
	}
}

// parse returns what the document became at the last load, if it is still the
// same, or parses it.
func parse[T any](l *loader, d *store.Doc, version func(*T) *schema.Version) (*T, error) {
	name := d.Kind + "/" + d.Key
	if l.last != nil {
		old := l.last.docs[name]
		if v, ok := old.value.(*T); ok && *version(v) == d.Version && bytes.Equal(old.body, d.Body) {
			l.out.docs[name] = old
			return v, nil
		}
	}
	v := new(T)
	if err := json.Unmarshal(d.Body, v); err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	*version(v) = d.Version
	l.out.docs[name] = parsed{body: d.Body, value: v}
	return v, nil
}

// finish puts lists into order and makes what is computed from the documents.
func (s *Snapshot) finish(last *Snapshot) {
	s.zone = time.UTC
	if z, err := time.LoadLocation(s.Tenant.TimeZone); err == nil {
		s.zone = z
	}
	sortRates(s.rates)
	s.resolve(last)
	s.link(last)
	byOrder := func(a, b float64, i, j int64) int { return cmp.Or(cmp.Compare(a, b), cmp.Compare(i, j)) }
	slices.SortFunc(s.apps, func(a, b *schema.App) int { return byOrder(a.Order, b.Order, int64(a.ID), int64(b.ID)) })
	for _, a := range s.apps {
		if a.Unfinished == 0 {
			s.listed = append(s.listed, a)
		}
	}
	for _, list := range s.byApp {
		slices.SortFunc(list, func(a, b *schema.Entity) int { return byOrder(a.Order, b.Order, int64(a.ID), int64(b.ID)) })
	}
	for _, list := range s.byEntity {
		slices.SortFunc(list, func(a, b *schema.View) int { return byOrder(a.Order, b.Order, int64(a.ID), int64(b.ID)) })
	}
	slices.SortFunc(s.memberList, func(a, b *schema.Member) int {
		return cmp.Or(cmp.Compare(a.JoinedAt, b.JoinedAt), cmp.Compare(a.User, b.User))
	})
	slices.SortFunc(s.deptList, func(a, b *schema.Department) int {
		return byOrder(a.Order, b.Order, int64(a.ID), int64(b.ID))
	})
	for id, e := range s.entities {
		if last != nil && last.entities[id] == e {
			s.shapes[id] = last.shapes[id] // the entity's Rev rises where its indexes change
			continue
		}
		s.shapes[id] = shapeOf(e, s.byEntity[id], s.AutoIndexes(id))
	}
}
