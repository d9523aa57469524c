// Package install makes apps from templates: entities, views, roles and sample
// records, in a language. It writes records through record.Write like everybody
// else and knows no storage.
package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/templates"
)

// Service installs templates. Make it with New.
type Service struct {
	catalog *catalog.Catalog
	records *record.Service
	now     func() time.Time
	log     *slog.Logger
}

// New returns a service on the given parts.
func New(c *catalog.Catalog, r *record.Service, now func() time.Time, log *slog.Logger) *Service {
	return &Service{catalog: c, records: r, now: now, log: log}
}

// Info is what a gallery shows of a template.
type Info struct {
	Key         string       `json:"key"`
	Name        string       `json:"name"`
	Description string       `json:"description"`
	Category    string       `json:"category"`
	Icon        string       `json:"icon"`
	Color       string       `json:"color"`
	Entities    []EntityInfo `json:"entities"`
	Roles       []string     `json:"roles"`
}

// EntityInfo is what a gallery shows of one of a template's entities.
type EntityInfo struct {
	Key     string      `json:"key"`
	Name    string      `json:"name"`
	Icon    string      `json:"icon"`
	Color   string      `json:"color"`
	Fields  []FieldInfo `json:"fields"`
	Views   []string    `json:"views"`
	Samples int         `json:"samples"` // how many sample records
}

// FieldInfo is what a gallery shows of a field.
type FieldInfo struct {
	Key     string       `json:"key"`
	Name    string       `json:"name"`
	Type    string       `json:"type"`
	Choices []ChoiceInfo `json:"choices,omitempty"` // of a select field
}

// ChoiceInfo is what a gallery shows of an option.
type ChoiceInfo struct {
	Name  string `json:"name"`
	Color string `json:"color"`
}

// Templates lists what can be installed, in a language (zh-CN or en).
func (s *Service) Templates(locale string) ([]Info, error) {
	all, err := templates.All()
	if err != nil {
		return nil, err
	}
	out := make([]Info, 0, len(all))
	for i := range all {
		info, err := infoOf(&all[i], locale)
		if err != nil {
			return nil, err
		}
		out = append(out, info)
	}
	return out, nil
}

// Template returns one template; NotFound for an unknown key.
func (s *Service) Template(key, locale string) (Info, error) {
	t, err := template(key)
	if err != nil {
		return Info{}, err
	}
	return infoOf(&t, locale)
}

func template(key string) (templates.Template, error) {
	t, err := templates.Get(key)
	if errors.Is(err, fs.ErrNotExist) {
		return t, fail.New(fail.NotFound, "template.notFound").On("template")
	}
	return t, err
}

func infoOf(t *templates.Template, locale string) (Info, error) {
	info := Info{
		Key: t.Key, Name: t.Name.In(locale), Description: t.Description.In(locale),
		Category: t.Category, Icon: t.Icon, Color: t.Color, Roles: []string{},
	}
	for i := range t.Entities {
		e := &t.Entities[i]
		rows, err := templates.Samples(t.Key, e.Key, locale)
		if err != nil {
			return Info{}, err
		}
		ei := EntityInfo{Key: e.Key, Name: e.Name.In(locale), Icon: e.Icon, Color: e.Color, Samples: len(rows)}
		for j := range e.Fields {
			f := &e.Fields[j]
			fi := FieldInfo{Key: f.Key, Name: f.Name.In(locale), Type: f.Type}
			for _, ch := range f.Choices {
				fi.Choices = append(fi.Choices, ChoiceInfo{Name: ch.Name.In(locale), Color: ch.Color})
			}
			ei.Fields = append(ei.Fields, fi)
		}
		for j := range e.Views {
			ei.Views = append(ei.Views, e.Views[j].Name.In(locale))
		}
		info.Entities = append(info.Entities, ei)
	}
	for i := range t.Roles {
		info.Roles = append(info.Roles, t.Roles[i].Name.In(locale))
	}
	return info, nil
}

// Options say how a template is installed.
type Options struct {
	Locale  string // zh-CN or en; "" is zh-CN
	Samples bool   // with sample records
	Name    string // of the app; "" is the template's
}

// Install makes an app from a template. Where a step fails, what was made is
// taken back. A name that is taken gets a number.
func (s *Service) Install(ctx context.Context, a access.Actor, key string, o Options) (*schema.App, error) {
	t, err := template(key)
	if err != nil {
		return nil, err
	}
	if err := access.Designer(a); err != nil {
		return nil, err
	}
	if o.Locale == "" {
		o.Locale = "zh-CN"
	}
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	name := o.Name
	if name == "" {
		name = freeName(snap, t.Name.In(o.Locale))
	}
	s.sweep(ctx, a, snap)
	app, err := s.catalog.CreateApp(ctx, a, catalog.AppInput{Name: name, Icon: t.Icon, Color: t.Color, Template: t.Key, Unfinished: true})
	if err != nil {
		return nil, err
	}
	in := &installation{Service: s, actor: a, t: &t, o: o, app: app.ID, entities: map[string]schema.EntityID{}}
	if err := in.run(ctx); err != nil {
		in.takeBack(context.WithoutCancel(ctx))
		return nil, fmt.Errorf("install %s: %w", key, err)
	}
	return s.catalog.FinishApp(ctx, a, app.ID)
}

// abandoned is how long an installation may take; one that began earlier has
// been cut off, with the program.
const abandoned = 10 * time.Minute

// sweep removes what cut-off installations have left.
func (s *Service) sweep(ctx context.Context, a access.Actor, snap *catalog.Snapshot) {
	for _, app := range snap.Unfinished() {
		if s.now().UnixMilli()-app.Unfinished < abandoned.Milliseconds() {
			continue
		}
		if err := s.catalog.DeleteApp(ctx, a, app.ID); err != nil {
			s.log.ErrorContext(ctx, "abandoned installation not removed", "tenant", int64(a.Tenant), "error", err)
		}
	}
}

// takeBack removes what a failed installation has made.
func (in *installation) takeBack(ctx context.Context) {
	for _, id := range in.roles {
		if err := in.catalog.DeleteRole(ctx, in.trusted(), id); err != nil {
			in.log.ErrorContext(ctx, "role not taken back", "tenant", int64(in.actor.Tenant), "error", err)
		}
	}
	if err := in.catalog.DeleteApp(ctx, in.actor, in.app); err != nil {
		in.log.ErrorContext(ctx, "template not taken back", "tenant", int64(in.actor.Tenant), "error", err)
	}
}

func freeName(snap *catalog.Snapshot, name string) string {
	taken := map[string]bool{}
	for _, a := range snap.Apps() {
		taken[a.Name] = true
	}
	return numbered(name, taken)
}

// numbered is the name, with a number behind it where it is taken.
func numbered(name string, taken map[string]bool) string {
	free := name
	for i := 2; taken[free]; i++ {
		free = fmt.Sprintf("%s %d", name, i)
	}
	return free
}

// installation is one template on its way in.
type installation struct {
	*Service
	actor    access.Actor
	t        *templates.Template
	o        Options
	app      schema.AppID
	entities map[string]schema.EntityID // by the template's keys
	roles    []schema.RoleID            // made so far
}

func (in *installation) run(ctx context.Context) error {
	for i := range in.t.Entities {
		if err := in.entity(ctx, &in.t.Entities[i]); err != nil {
			return fmt.Errorf("entity %s: %w", in.t.Entities[i].Key, err)
		}
	}
	for i := range in.t.Entities {
		if err := in.views(ctx, &in.t.Entities[i]); err != nil {
			return fmt.Errorf("views of %s: %w", in.t.Entities[i].Key, err)
		}
	}
	for i := range in.t.Roles {
		if err := in.role(ctx, &in.t.Roles[i]); err != nil {
			return fmt.Errorf("role %s: %w", in.t.Roles[i].Key, err)
		}
	}
	if in.o.Samples && in.actor.User != 0 {
		return in.samples(ctx)
	}
	return nil
}

// snapshot is the tenant as it is after the steps so far.
func (in *installation) snapshot(ctx context.Context) (*catalog.Snapshot, error) {
	return in.catalog.Tenant(ctx, in.actor.Tenant)
}
