package account

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// SignUp is what a newcomer gives.
type SignUp struct {
	Email, Password, Name string
	TenantName            string // unless invited
	Locale, TimeZone      string
	Invitation            string // code
}

const maxName = 200

// First tells whether the installation has no user yet.
func (s *Service) First(ctx context.Context) (bool, error) {
	var claim struct{}
	_, err := s.doc(ctx, kindInstallation, "first", &claim)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// Open tells whether somebody without an invitation may sign up now.
func (s *Service) Open(ctx context.Context) (open, first bool, err error) {
	first, err = s.First(ctx)
	return s.signup == "open" || (s.signup == "first" && first), first, err
}

func text(v, name string) (string, error) {
	v = strings.TrimSpace(v)
	if v == "" {
		return "", fail.New(fail.Invalid, "text.empty").On(name)
	}
	if utf8.RuneCountInString(v) > maxName {
		return "", fail.New(fail.Invalid, "text.long").With("max", maxName).On(name)
	}
	return v, nil
}

// CheckLocale refuses languages that the program does not speak; empty is fine.
func CheckLocale(v string) error {
	if v != "" && v != "zh-CN" && v != "en" {
		return fail.New(fail.Invalid, "choice.invalid").With("choices", "zh-CN, en").On("locale")
	}
	return nil
}

// CheckZone refuses unknown time zones; empty is fine.
func CheckZone(v string) error {
	if _, err := time.LoadLocation(v); err != nil || v == "Local" || len(v) > 64 {
		return fail.New(fail.Invalid, "timeZone.unknown").On("timeZone")
	}
	return nil
}

func (s *Service) newUser(ctx context.Context, in SignUp) (*User, error) {
	email, err := checkEmail(in.Email)
	if err != nil {
		return nil, err
	}
	if err := s.hasher.check(in.Password, email); err != nil {
		return nil, err
	}
	name, err := text(in.Name, "name")
	if err != nil {
		return nil, err
	}
	if err := errors.Join(CheckLocale(in.Locale), CheckZone(in.TimeZone)); err != nil {
		return nil, err
	}
	if known, err := s.userByEmail(ctx, email); err != nil || known != nil {
		return nil, errors.Join(err, taken())
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return nil, err
	}
	return &User{
		ID: schema.UserID(s.ids.Next()), Email: email, Name: name, Locale: in.Locale, TimeZone: in.TimeZone,
		CreatedAt: s.now().UnixMilli(), Hash: hash,
	}, nil
}

func taken() error { return fail.New(fail.Conflict, "signup.taken").On("email") }

// SignUp makes a user with a tenant of their own, or, with an invitation, a
// member of the tenant that invited them, and signs them in.
func (s *Service) SignUp(ctx context.Context, in SignUp) (*Entry, error) {
	if in.Invitation != "" {
		return s.signUpInvited(ctx, in)
	}
	open, first, err := s.Open(ctx)
	if err != nil {
		return nil, err
	}
	if !open {
		return nil, fail.New(fail.Forbidden, "signup.closed")
	}
	return s.found(ctx, in, first)
}

// found makes a user and their tenant. The tenant comes first: if the second
// step fails or never happens, it is a tenant that nobody can reach.
func (s *Service) found(ctx context.Context, in SignUp, first bool) (*Entry, error) {
	company, err := text(in.TenantName, "tenantName")
	if err != nil {
		return nil, err
	}
	u, err := s.newUser(ctx, in)
	if err != nil {
		return nil, err
	}
	owner := schema.Member{User: u.ID, Name: u.Name, Email: u.Email, Roles: []schema.RoleID{schema.RoleOwner}, JoinedAt: u.CreatedAt}
	t, err := s.tenants.Create(ctx, schema.Tenant{Name: company, Locale: in.Locale, TimeZone: in.TimeZone}, owner)
	if err != nil {
		return nil, err
	}
	u.LastTenant = t.ID
	e := &Entry{User: u, Tenant: t, Tenants: []schema.Tenant{*t}}
	ops, err := s.userDocs(u, membership{Tenant: t.ID, Roles: owner.Roles, At: u.CreatedAt}, e)
	if err != nil {
		return nil, err
	}
	if first {
		claim := store.DocOp{Kind: kindInstallation, Key: "first", IfVersion: 0, Body: []byte("{}")}
		if s.signup == "open" {
			claim.IfVersion = -1 // nobody minds not to be the first
		}
		ops = append(ops, claim)
	}
	if err := s.commit(ctx, u.ID, ops...); err != nil {
		return nil, errors.Join(s.lost(err), s.tenants.Drop(ctx, t.ID))
	}
	return e, nil
}

// lost says what another sign-up at the same moment means.
func (s *Service) lost(err error) error {
	if !errors.Is(err, store.ErrConflict) {
		return err
	}
	if s.signup == "first" {
		return fail.New(fail.Forbidden, "signup.closed").Because(err)
	}
	return fail.New(fail.Conflict, "signup.taken").On("email").Because(err)
}

func (s *Service) userDocs(u *User, m membership, e *Entry) ([]store.DocOp, error) {
	user, err := put(kindUser, userKey(u.ID), 0, u)
	if err != nil {
		return nil, err
	}
	mail, err := put(kindEmail, foldEmail(u.Email), 0, struct{ User schema.UserID }{u.ID})
	if err != nil {
		return nil, err
	}
	member, err := put(kindMembership, membershipKey(u.ID, m.Tenant), 0, m)
	if err != nil {
		return nil, err
	}
	ops := []store.DocOp{user, mail, member}
	if e == nil {
		return ops, nil
	}
	ses, err := s.newSession(u, m.Tenant, e)
	return append(ops, ses), err
}
