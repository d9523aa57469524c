package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const inviteLife = 7 * 24 * time.Hour

// Invitation is an open offer to join a tenant. Its code is shown once, to who
// makes it.
type Invitation struct {
	ID         int64           `json:"id"`
	Tenant     schema.TenantID `json:"tenant"`
	Email      string          `json:"email"`
	Roles      []schema.RoleID `json:"roles"`
	Department schema.DeptID   `json:"department,omitempty"`
	By         schema.UserID   `json:"by"`
	ByName     string          `json:"byName"`
	Created    int64           `json:"created"`
	Expires    int64           `json:"expires"`
	Hash       string          `json:"hash"`
	Code       string          `json:"-"`
	version    schema.Version
}

func listKey(t schema.TenantID, id int64) string {
	return tenantKey(t) + "/" + strconv.FormatInt(id, 36)
}

// Invite makes an invitation; the caller has judged that roles may be given.
func (s *Service) Invite(ctx context.Context, c *Caller, email string, roles []schema.RoleID, dept schema.DeptID) (*Invitation, error) {
	email, err := checkEmail(email)
	if err != nil {
		return nil, err
	}
	code, err := s.secret()
	if err != nil {
		return nil, err
	}
	now := s.now()
	in := &Invitation{
		ID: s.ids.Next(), Tenant: c.Actor.Tenant, Email: email, Roles: roles, Department: dept, By: c.User.ID, ByName: c.User.Name,
		Created: now.UnixMilli(), Expires: now.Add(inviteLife).UnixMilli(), Hash: hashOf(code), Code: code,
	}
	byCode, err := put(kindInvite, in.Hash, 0, in)
	if err != nil {
		return nil, err
	}
	byID, err := put(kindInviteList, listKey(in.Tenant, in.ID), 0, in)
	if err != nil {
		return nil, err
	}
	byCode.ExpiresAt, byID.ExpiresAt = in.Expires, in.Expires
	return in, s.commit(ctx, c.User.ID, byCode, byID)
}

// Invitations lists the open ones of a tenant: those of people who are no longer members have lapsed.
func (s *Service) Invitations(ctx context.Context, t schema.TenantID) ([]Invitation, error) {
	var out []Invitation
	err := s.docs(ctx, kindInviteList, tenantKey(t)+"/", func(b []byte) error {
		var in Invitation
		if err := json.Unmarshal(b, &in); err != nil {
			return fmt.Errorf("read an invitation: %w", err)
		}
		out = append(out, in)
		return nil
	})
	if err != nil {
		return nil, err
	}
	stands := map[schema.UserID]bool{}
	for i := range out {
		if _, known := stands[out[i].By]; !known {
			if stands[out[i].By], err = s.stands(ctx, &out[i]); err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(out, func(in Invitation) bool { return !stands[in.By] }), nil
}

// stands says whether who made an invitation is still there to answer for it.
func (s *Service) stands(ctx context.Context, in *Invitation) (bool, error) {
	m, err := s.tenants.Member(ctx, in.Tenant, in.By)
	return m != nil && !m.Suspended, err
}

// Withdraw deletes an open invitation of a tenant.
func (s *Service) Withdraw(ctx context.Context, c *Caller, id int64) error {
	var in Invitation
	if _, err := s.doc(ctx, kindInviteList, listKey(c.Actor.Tenant, id), &in); err != nil {
		return invitationGone(err)
	}
	return invitationGone(s.commit(ctx, c.User.ID, in.gone(-1)...))
}

func (in *Invitation) gone(v schema.Version) []store.DocOp {
	return []store.DocOp{{Kind: kindInvite, Key: in.Hash, IfVersion: v}, {Kind: kindInviteList, Key: listKey(in.Tenant, in.ID), IfVersion: -1}}
}

func invitationGone(err error) error {
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
		return fail.New(fail.NotFound, "invitation.unknown")
	}
	return err
}

// Invitation returns an open invitation by its code, with the tenant.
func (s *Service) Invitation(ctx context.Context, code string) (*Invitation, *schema.Tenant, error) {
	var in Invitation
	v, err := s.doc(ctx, kindInvite, hashOf(code), &in)
	if err != nil {
		return nil, nil, invitationGone(err)
	}
	if s.now().UnixMilli() >= in.Expires {
		return nil, nil, fail.New(fail.NotFound, "invitation.unknown")
	}
	ok, err := s.stands(ctx, &in)
	if err != nil {
		return nil, nil, err
	}
	if !ok {
		return nil, nil, fail.New(fail.NotFound, "invitation.unknown")
	}
	in.version = v
	t, err := s.tenants.Tenant(ctx, in.Tenant)
	return &in, t, err
}

func (in *Invitation) membership(now time.Time) membership {
	return membership{Tenant: in.Tenant, Roles: in.Roles, Department: in.Department, Joining: true, At: now.UnixMilli()}
}

func (s *Service) signUpInvited(ctx context.Context, in SignUp) (*Entry, error) {
	inv, t, err := s.Invitation(ctx, in.Invitation)
	if err != nil {
		return nil, err
	}
	if foldEmail(inv.Email) != foldEmail(in.Email) {
		return nil, fail.New(fail.Invalid, "invitation.email").On("email")
	}
	if in.TimeZone == "" {
		in.TimeZone = t.TimeZone
	}
	u, err := s.newUser(ctx, in)
	if err != nil {
		return nil, err
	}
	u.LastTenant = t.ID
	e := &Entry{User: u, Tenant: t, Tenants: []schema.Tenant{*t}}
	ms := inv.membership(s.now())
	ops, err := s.userDocs(u, ms, e)
	if err != nil {
		return nil, err
	}
	ops = append(ops, inv.gone(inv.version)...)
	if err := s.commit(ctx, u.ID, ops...); err != nil {
		return nil, invitationGone(err)
	}
	return e, s.finishJoin(ctx, u, ms, 1)
}

// Accept makes a signed-in user a member of the tenant that invited them and
// opens a session there.
func (s *Service) Accept(ctx context.Context, c *Caller, code string) (*Entry, error) {
	if c.Session == "" {
		return nil, fail.New(fail.Forbidden, "auth.sessionOnly")
	}
	inv, _, err := s.Invitation(ctx, code)
	if err != nil {
		return nil, err
	}
	if foldEmail(inv.Email) != foldEmail(c.User.Email) {
		return nil, fail.New(fail.Forbidden, "invitation.email")
	}
	there, err := s.member(ctx, c.User, inv.Tenant)
	if err != nil {
		return nil, err
	}
	ms := inv.membership(s.now())
	ms.Joining = there == nil // or it would bring a member back who is removed later
	op, err := put(kindMembership, membershipKey(c.User.ID, inv.Tenant), -1, ms)
	if err != nil {
		return nil, err
	}
	if err := s.commit(ctx, c.User.ID, append(inv.gone(inv.version), op)...); err != nil {
		return nil, invitationGone(err)
	}
	u, err := s.User(ctx, c.User.ID)
	if err != nil {
		return nil, err
	}
	return s.enter(ctx, u, inv.Tenant)
}
