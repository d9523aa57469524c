package account

import (
	"context"
	"encoding/json"
	"errors"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// Profile is a change of the caller's own data; nil leaves as it is.
type Profile struct {
	Name, Locale, TimeZone, Theme *string
	Password                      *string // needs Current
	Current                       string
	From                          string // network address
}

// Change changes the caller's own data. A new password ends all other sessions.
func (s *Service) Change(ctx context.Context, c *Caller, p Profile) (*User, error) {
	if c.Session == "" {
		return nil, fail.New(fail.Forbidden, "auth.sessionOnly")
	}
	u, err := s.User(ctx, c.User.ID)
	if err != nil {
		return nil, err
	}
	renamed, err := p.apply(u)
	if err != nil {
		return nil, err
	}
	var ops []store.DocOp
	if p.Password != nil {
		op, err := s.newPassword(ctx, c, u, p)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	op, err := put(kindUser, userKey(u.ID), u.Version, u)
	if err != nil {
		return nil, err
	}
	if err := s.commit(ctx, u.ID, append(ops, op)...); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return nil, fail.New(fail.Conflict, "user.changed").Because(err)
		}
		return nil, err
	}
	s.forget(ctx, u.ID)
	if renamed {
		err = s.renameMember(ctx, u)
	}
	return u, err
}

func (p *Profile) apply(u *User) (renamed bool, err error) {
	if p.Name != nil {
		name, err := text(*p.Name, "name")
		if err != nil {
			return false, err
		}
		renamed, u.Name = name != u.Name, name
	}
	if p.Locale != nil {
		if err := CheckLocale(*p.Locale); err != nil {
			return false, err
		}
		u.Locale = *p.Locale
	}
	if p.TimeZone != nil {
		if err := CheckZone(*p.TimeZone); err != nil {
			return false, err
		}
		u.TimeZone = *p.TimeZone
	}
	if p.Theme != nil {
		if t := *p.Theme; t != "" && t != "light" && t != "dark" && t != "system" {
			return false, fail.New(fail.Invalid, "choice.invalid").With("choices", "light, dark, system").On("theme")
		}
		u.Theme = *p.Theme
	}
	return renamed, nil
}

// newPassword changes u and returns the caller's session as it lives on.
func (s *Service) newPassword(ctx context.Context, c *Caller, u *User, p Profile) (store.DocOp, error) {
	var none store.DocOp
	account := foldEmail(u.Email)
	if err := s.guard.begin(account, p.From); err != nil {
		return none, err
	}
	ok, err := s.hasher.verify(ctx, u.Hash, p.Current)
	if err != nil {
		return none, err
	}
	if !ok {
		return none, fail.New(fail.Invalid, "user.password.wrong").On("currentPassword")
	}
	s.guard.good(account, p.From)
	if err := s.hasher.check(*p.Password, u.Email); err != nil {
		return none, err
	}
	if u.Hash, err = s.hasher.hash(ctx, *p.Password); err != nil {
		return none, err
	}
	u.Epoch++
	var ses session
	v, err := s.doc(ctx, kindSession, c.Session, &ses)
	if err != nil {
		return none, err
	}
	ses.Epoch = u.Epoch
	op, err := put(kindSession, c.Session, v, ses)
	op.ExpiresAt = ses.Expires
	return op, err
}

// renameMember carries a new name into the tenants' member lists.
func (s *Service) renameMember(ctx context.Context, u *User) error {
	var of []membership
	err := s.docs(ctx, kindMembership, userKey(u.ID)+"/", func(b []byte) error {
		var m membership
		err := json.Unmarshal(b, &m)
		of = append(of, m)
		return err
	})
	if err != nil {
		return err
	}
	for _, ms := range of {
		m, err := s.tenants.Member(ctx, ms.Tenant, u.ID)
		if err != nil {
			return err
		}
		if m == nil {
			continue
		}
		next := *m
		next.Name = u.Name
		if err := s.tenants.SetMember(ctx, ms.Tenant, next); err != nil {
			return err
		}
	}
	return nil
}

// Create makes a user who is a member of a tenant, without signing in: for
// administrators. A zero tenant founds a new one.
func (s *Service) Create(ctx context.Context, in SignUp, t schema.TenantID, roles []schema.RoleID, dept schema.DeptID) (*User, error) {
	if t == 0 {
		first, err := s.First(ctx)
		if err != nil {
			return nil, err
		}
		e, err := s.found(ctx, in, first)
		if err != nil {
			return nil, err
		}
		return e.User, nil
	}
	u, err := s.newUser(ctx, in)
	if err != nil {
		return nil, err
	}
	u.LastTenant = t
	ms := membership{Tenant: t, Roles: roles, Department: dept, Joining: true, At: s.now().UnixMilli()}
	ops, err := s.userDocs(u, ms, nil)
	if err != nil {
		return nil, err
	}
	if err := s.commit(ctx, u.ID, ops...); err != nil {
		if errors.Is(err, store.ErrConflict) {
			return nil, taken()
		}
		return nil, err
	}
	return u, s.finishJoin(ctx, u, ms, 1)
}

// ResetPassword gives a user a new password and ends all their sessions and
// API tokens.
func (s *Service) ResetPassword(ctx context.Context, email, password string) error {
	u, err := s.userByEmail(ctx, email)
	if err != nil {
		return err
	}
	if u == nil {
		return fail.New(fail.NotFound, "user.unknown")
	}
	if err := s.hasher.check(password, u.Email); err != nil {
		return err
	}
	if u.Hash, err = s.hasher.hash(ctx, password); err != nil {
		return err
	}
	u.Epoch++
	u.TokenEpoch++
	op, err := put(kindUser, userKey(u.ID), u.Version, u)
	if err != nil {
		return err
	}
	defer s.forget(ctx, u.ID)
	return s.commit(ctx, u.ID, op)
}

// TenantsOf lists the caller's tenants.
func (s *Service) TenantsOf(ctx context.Context, c *Caller) ([]schema.Tenant, error) {
	return s.tenantsOf(ctx, c.User)
}
