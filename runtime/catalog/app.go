package catalog

import (
	"context"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// AppInput describes a new app.
type AppInput struct {
	Name, Icon, Color string
	Template          string // the key of the template that it comes from
	Unfinished        bool   // listed nowhere until FinishApp
}

// AppPatch changes what is not nil.
type AppPatch struct {
	Name, Icon, Color *string
	Order             *float64
}

// CreateApp makes an app at the end of the list.
func (c *Catalog) CreateApp(ctx context.Context, a access.Actor, in AppInput) (*schema.App, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	id := schema.AppID(c.ids.Next())
	return c.app(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		if len(s.apps) >= MaxApps {
			return nil, fail.New(fail.Invalid, "app.tooMany").With("max", MaxApps)
		}
		name, err := checkName("name", in.Name)
		if err != nil {
			return nil, err
		}
		app := &schema.App{ID: id, Name: name, Icon: in.Icon, Color: in.Color, Template: in.Template, Order: 1}
		if in.Unfinished {
			app.Unfinished = c.now().UnixMilli()
		}
		if n := len(s.apps); n > 0 {
			app.Order = s.apps[n-1].Order + 1
		}
		return c.appDoc(app, 0)
	})
}

// UpdateApp renames, colours or moves an app.
func (c *Catalog) UpdateApp(ctx context.Context, a access.Actor, id schema.AppID, p AppPatch) (*schema.App, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	return c.app(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.App(id)
		if old == nil {
			return nil, fail.New(fail.NotFound, "app.notFound")
		}
		app := *old
		if p.Name != nil {
			name, err := checkName("name", *p.Name)
			if err != nil {
				return nil, err
			}
			app.Name = name
		}
		set(&app.Icon, p.Icon)
		set(&app.Color, p.Color)
		set(&app.Order, p.Order)
		return c.appDoc(&app, old.Version)
	})
}

// FinishApp lists an app that was made unfinished.
func (c *Catalog) FinishApp(ctx context.Context, a access.Actor, id schema.AppID) (*schema.App, error) {
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	return c.app(ctx, a, id, func(s *Snapshot) ([]store.DocOp, error) {
		old := s.App(id)
		if old == nil {
			return nil, fail.New(fail.NotFound, "app.notFound")
		}
		app := *old
		app.Unfinished = 0
		return c.appDoc(&app, old.Version)
	})
}

// DeleteApp removes an app; its entities are marked deleted.
func (c *Catalog) DeleteApp(ctx context.Context, a access.Actor, id schema.AppID) error {
	if err := access.Designer(a); err != nil {
		return err
	}
	return c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		app := s.App(id)
		if app == nil {
			return nil, fail.New(fail.NotFound, "app.notFound")
		}
		set := newEdits(s)
		for _, e := range s.byApp[id] {
			if err := set.removeEntity(e.ID); err != nil {
				return nil, err
			}
		}
		docs, err := set.docs()
		if err != nil {
			return nil, err
		}
		roles, err := removeRoles(s, slices.DeleteFunc(s.Roles(), func(r *schema.Role) bool { return r.App != id })...)
		if err != nil {
			return nil, err
		}
		return append(append(docs, roles...), remove(KindApp, appKey(id), app.Version)), nil
	})
}

func (c *Catalog) appDoc(app *schema.App, version schema.Version) ([]store.DocOp, error) {
	if err := checkLook(app.Icon, app.Color); err != nil {
		return nil, err
	}
	op, err := put(KindApp, appKey(app.ID), version, app)
	return []store.DocOp{op}, err
}

// app commits and returns the app as it is then.
func (c *Catalog) app(ctx context.Context, a access.Actor, id schema.AppID, build func(*Snapshot) ([]store.DocOp, error)) (*schema.App, error) {
	if err := c.change(ctx, a, build); err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	if app := s.App(id); app != nil {
		return app, nil
	}
	return nil, fail.New(fail.NotFound, "app.notFound")
}

func checkLook(icon, color string) error {
	if err := checkText("icon", icon, MaxKey); err != nil {
		return err
	}
	return checkText("color", color, MaxKey)
}

// set stores a value that was given.
func set[T any](dst *T, v *T) {
	if v != nil {
		*dst = *v
	}
}
