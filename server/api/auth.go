package api

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/account"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/server/text"
)

func authRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/auth/options", Need: Public, Summary: "Whether a newcomer may sign up", Handle: get(authOptions), Out: optionsJSON{}},
		{Method: "POST", Path: "/auth/signup", Need: Public, Body: smallest, Strict: true, Idem: Never, Status: 201, Summary: "Sign up, by oneself or invited", Handle: with(signUp), Out: entryJSON{}},
		{Method: "POST", Path: "/auth/login", Need: Public, Body: smallest, Strict: true, Idem: Never, Summary: "Sign in", Handle: with(logIn), Out: entryJSON{}},
		{Method: "POST", Path: "/auth/logout", Need: Person, Body: smallest, Idem: Never, Status: 204, Summary: "End this session", Handle: with(logOut)},
		{Method: "POST", Path: "/auth/switch", Need: Person, Body: smallest, Idem: Never, Summary: "Open a session of another company of one's own", Handle: with(switchTenant), Out: entryJSON{}},
		{Method: "GET", Path: "/me", Need: Signed, Summary: "Who is asking", Handle: get(me), Out: meJSON{}},
		{Method: "PATCH", Path: "/me", Need: Person, Body: smallest, Strict: true, Summary: "Change one's own data", Handle: with(patchMe), Out: userJSON{}},
		{Method: "PATCH", Path: "/tenant", Need: Admin, Body: smallest, Summary: "Change the company", Handle: with(patchTenant), Out: tenantJSON{}},
	}
}

type optionsJSON struct {
	SignUp    bool     `json:"signUp"`
	FirstUser bool     `json:"firstUser"`
	Locales   []string `json:"locales"`
}

func authOptions(c *call) (any, error) {
	open, first, err := c.s.Accounts.Open(c.ctx())
	return optionsJSON{SignUp: open, FirstUser: first, Locales: text.Languages()}, err
}

type userJSON struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Name     string `json:"name"`
	Locale   string `json:"locale"`
	TimeZone string `json:"timeZone"`
	Theme    string `json:"theme"`
}

func userOf(u *account.User) userJSON {
	return userJSON{schema.FormatID(schema.PrefixUser, u.ID), u.Email, u.Name, u.Locale, u.TimeZone, u.Theme}
}

type tenantJSON struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Locale    string `json:"locale"`
	TimeZone  string `json:"timeZone"`
	WeekStart int    `json:"weekStart"`
}

func tenantOf(t *schema.Tenant) tenantJSON {
	return tenantJSON{schema.FormatID(schema.PrefixTenant, t.ID), t.Name, t.Locale, t.TimeZone, t.WeekStart}
}

// refJSON names something.
type refJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func tenantRefs(all []schema.Tenant) []refJSON {
	out := make([]refJSON, len(all))
	for i := range all {
		out[i] = refJSON{schema.FormatID(schema.PrefixTenant, all[i].ID), all[i].Name}
	}
	return out
}

type entryJSON struct {
	Token     string    `json:"token"`
	ExpiresAt string    `json:"expiresAt"`
	User      userJSON  `json:"user"`
	Tenant    refJSON   `json:"tenant"`
	Tenants   []refJSON `json:"tenants"`
}

// entry answers with a new session and gives it to the browser as a cookie.
func (c *call) entry(e *account.Entry) entryJSON {
	c.setCookie(e.Token, e.Expires)
	return entryJSON{
		Token: e.Token, ExpiresAt: stamp(e.Expires.UnixMilli()), User: userOf(e.User),
		Tenant:  refJSON{schema.FormatID(schema.PrefixTenant, e.Tenant.ID), e.Tenant.Name},
		Tenants: tenantRefs(e.Tenants),
	}
}

func (c *call) setCookie(value string, expires time.Time) {
	c.f.Cookie(&fiber.Cookie{
		Name: cookieName, Value: value, Path: "/", Expires: expires,
		HTTPOnly: true, Secure: c.s.HTTPS(c.f), SameSite: fiber.CookieSameSiteLaxMode,
	})
}

type signUpIn struct {
	Email      string `json:"email" max:"400"`
	Password   string `json:"password" max:"1024"`
	Name       string `json:"name" max:"800"`
	TenantName string `json:"tenantName" max:"800"`
	Locale     string `json:"locale" max:"20"`
	TimeZone   string `json:"timeZone" max:"64"`
	Invitation string `json:"invitation" max:"200"`
}

func signUp(c *call, in *signUpIn) (any, error) {
	e, err := c.s.Accounts.SignUp(c.ctx(), account.SignUp{
		Email: in.Email, Password: in.Password, Name: in.Name, TenantName: in.TenantName,
		Locale: in.Locale, TimeZone: in.TimeZone, Invitation: in.Invitation,
	})
	if err != nil {
		return nil, err
	}
	return created{c.entry(e)}, nil
}

type logInIn struct {
	Email    string `json:"email" max:"400"`
	Password string `json:"password" max:"1024"`
}

func logIn(c *call, in *logInIn) (any, error) {
	var tenant schema.TenantID
	if v := c.f.Get(headerTenant); v != "" {
		id, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, v)
		if !ok {
			return nil, fail.New(fail.Forbidden, "auth.tenant")
		}
		tenant = id
	}
	e, err := c.s.Accounts.LogIn(c.ctx(), in.Email, in.Password, c.s.address(c.f), tenant)
	if err != nil {
		return nil, err
	}
	return c.entry(e), nil
}

type none struct{}

func logOut(c *call, _ *none) (any, error) {
	c.setCookie("", c.s.Now().Add(-24*time.Hour))
	return noContent{}, c.s.Accounts.LogOut(c.ctx(), c.caller)
}

type switchIn struct {
	Tenant string `json:"tenant" max:"40"`
}

func switchTenant(c *call, in *switchIn) (any, error) {
	t, err := refID[schema.TenantID](in.Tenant, schema.PrefixTenant, "tenant")
	if err != nil {
		return nil, err
	}
	if t == 0 {
		return nil, fail.New(fail.Invalid, "text.empty").On("tenant")
	}
	e, err := c.s.Accounts.Switch(c.ctx(), c.caller, t)
	if err != nil {
		return nil, err
	}
	return c.entry(e), nil
}

type meJSON struct {
	User       userJSON      `json:"user"`
	Tenant     tenantJSON    `json:"tenant"`
	Tenants    []refJSON     `json:"tenants"`
	Roles      []roleRefJSON `json:"roles"`
	Department *refJSON      `json:"department"`
	Can        struct {
		Admin  bool `json:"admin"`
		Design bool `json:"design"`
		Write  bool `json:"write"`
	} `json:"can"`
	Session struct {
		Kind      string  `json:"kind"`
		ExpiresAt *string `json:"expiresAt"`
	} `json:"session"`
}

func me(c *call) (any, error) {
	snap, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	all, err := c.s.Accounts.TenantsOf(c.ctx(), c.caller)
	if err != nil {
		return nil, err
	}
	a := c.actor()
	out := meJSON{
		User: userOf(c.caller.User), Tenant: tenantOf(&snap.Tenant), Tenants: tenantRefs(all),
		Roles: c.roleRefs(snap, a.Roles), Department: deptRef(snap, a.Department),
	}
	out.Can.Admin, out.Can.Design, out.Can.Write = a.IsAdmin(), a.IsDesigner(), !a.ReadOnly
	out.Session.Kind, out.Session.ExpiresAt = "session", stampOr(c.caller.Expires)
	if c.caller.Session == "" {
		out.Session.Kind = "token"
	}
	return out, nil
}

type patchMeIn struct {
	Name            *string `json:"name" max:"800"`
	Locale          *string `json:"locale" max:"20"`
	TimeZone        *string `json:"timeZone" max:"64"`
	Theme           *string `json:"theme" max:"20"`
	Password        *string `json:"password" max:"1024"`
	CurrentPassword string  `json:"currentPassword" max:"1024"`
}

func patchMe(c *call, in *patchMeIn) (any, error) {
	u, err := c.s.Accounts.Change(c.ctx(), c.caller, account.Profile{
		Name: in.Name, Locale: in.Locale, TimeZone: in.TimeZone, Theme: in.Theme,
		Password: in.Password, Current: in.CurrentPassword, From: c.s.address(c.f),
	})
	if err != nil {
		return nil, err
	}
	return userOf(u), nil
}

type patchTenantIn struct {
	Name      *string `json:"name" max:"800"`
	Locale    *string `json:"locale" max:"20"`
	TimeZone  *string `json:"timeZone" max:"64"`
	WeekStart *int    `json:"weekStart"`
}

func patchTenant(c *call, in *patchTenantIn) (any, error) {
	t, err := c.s.Catalog.UpdateTenant(c.ctx(), c.actor(), catalog.TenantPatch{Name: in.Name, Locale: in.Locale, TimeZone: in.TimeZone, WeekStart: in.WeekStart})
	if err != nil {
		return nil, err
	}
	return tenantOf(t), nil
}
