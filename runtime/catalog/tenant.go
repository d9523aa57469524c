package catalog

import (
	"context"
	"fmt"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// TenantInput describes a new tenant. Empty values get defaults.
type TenantInput struct {
	Name     string
	Locale   string // zh-CN (the default) or en
	TimeZone string // IANA name; default Asia/Shanghai
}

// TenantPatch changes what is not nil.
type TenantPatch struct {
	Name, Locale, TimeZone *string
	WeekStart              *int
}

const (
	defaultLocale = "zh-CN"
	defaultZone   = "Asia/Shanghai"
)

// CreateTenant makes a tenant with its first member, who becomes its owner.
// The caller has made the user and decided that they may.
func (c *Catalog) CreateTenant(ctx context.Context, in TenantInput, owner schema.Member) (*schema.Tenant, error) {
	now := c.now().UnixMilli()
	t := &schema.Tenant{
		ID: schema.TenantID(c.ids.Next()), Locale: defaultLocale, TimeZone: defaultZone,
		WeekStart: int(time.Monday), CreatedAt: now,
	}
	p := TenantPatch{Name: &in.Name}
	if in.Locale != "" {
		p.Locale = &in.Locale
	}
	if in.TimeZone != "" {
		p.TimeZone = &in.TimeZone
	}
	if err := patchTenant(t, &p); err != nil {
		return nil, err
	}
	owner.Roles, owner.JoinedAt, owner.Suspended = []schema.RoleID{schema.RoleOwner}, now, false
	self, err := put(KindTenant, tenantKey, 0, t)
	if err != nil {
		return nil, err
	}
	member, err := put(KindMember, memberKey(owner.User), 0, owner)
	if err != nil {
		return nil, err
	}
	a := access.Actor{Tenant: t.ID, User: owner.User, System: true}
	if err := c.commit(ctx, a, []store.DocOp{self, member, raisePolicy(emptySnapshot(c.now))}); err != nil {
		return nil, err
	}
	// The installation's list of tenants comes last: what it names is complete.
	entry, err := put(KindTenant, schema.FormatID(schema.PrefixTenant, t.ID), 0, t)
	if err != nil {
		return nil, err
	}
	a.Tenant = store.System
	if err := c.commit(ctx, a, []store.DocOp{entry}); err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	return &s.Tenant, nil
}

// UpdateTenant changes the tenant's name and settings.
func (c *Catalog) UpdateTenant(ctx context.Context, a access.Actor, p TenantPatch) (*schema.Tenant, error) {
	if err := access.Admin(a); err != nil {
		return nil, err
	}
	err := c.change(ctx, a, func(s *Snapshot) ([]store.DocOp, error) {
		t := s.Tenant
		if err := patchTenant(&t, &p); err != nil {
			return nil, err
		}
		op, err := put(KindTenant, tenantKey, s.Tenant.Version, t)
		return []store.DocOp{op}, err
	})
	if err != nil {
		return nil, err
	}
	s, err := c.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	return &s.Tenant, nil
}

// Tenants lists the installation's tenants.
func (c *Catalog) Tenants(ctx context.Context) ([]schema.TenantID, error) {
	var out []schema.TenantID
	err := c.engine.View(ctx, store.System, func(r store.Reader) error {
		const page = 1000
		for after := ""; ; {
			docs, err := r.Docs(ctx, KindTenant, schema.PrefixTenant, after, page)
			if err != nil {
				return fmt.Errorf("list tenants: %w", err)
			}
			for _, d := range docs {
				if id, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, d.Key); ok {
					out = append(out, id)
				}
				after = d.Key
			}
			if len(docs) < page {
				return nil
			}
		}
	})
	return out, err
}

func patchTenant(t *schema.Tenant, p *TenantPatch) error {
	if p.Name != nil {
		name, err := checkName("tenantName", *p.Name)
		if err != nil {
			return err
		}
		t.Name = name
	}
	if p.Locale != nil {
		if *p.Locale != "zh-CN" && *p.Locale != "en" {
			return fail.New(fail.Invalid, "tenant.localeUnknown").On("locale")
		}
		t.Locale = *p.Locale
	}
	if p.TimeZone != nil {
		if _, err := time.LoadLocation(*p.TimeZone); err != nil || *p.TimeZone == "Local" {
			return fail.New(fail.Invalid, "tenant.zoneUnknown").On("timeZone").Because(err)
		}
		t.TimeZone = *p.TimeZone
	}
	if p.WeekStart != nil {
		if *p.WeekStart < 0 || *p.WeekStart > 6 {
			return fail.New(fail.Invalid, "tenant.badWeekStart").On("weekStart")
		}
		t.WeekStart = *p.WeekStart
	}
	return nil
}
