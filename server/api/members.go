package api

import (
	"bytes"
	"encoding/json"
	"slices"

	"tongban/runtime/account"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/server/body"
)

func memberRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/members", Need: Signed, Query: paging, Summary: "List the members", Handle: get(listMembers), Out: items[memberJSON]{}},
		{Method: "POST", Path: "/members", Need: Admin, Body: smallest, Status: 201, Summary: "Make an account for a new member", Handle: with(addMember), Out: memberJSON{}},
		{Method: "PATCH", Path: "/members/{usr}", Need: Admin, Body: smallest, Summary: "Change a member's roles, department or suspension", Handle: with(patchMember), Out: memberJSON{}},
		{Method: "DELETE", Path: "/members/{usr}", Need: Admin, Status: 204, Summary: "Remove a member", Handle: get(removeMember)},
		{Method: "GET", Path: "/invitations", Need: Admin, Query: paging, Summary: "List open invitations", Handle: get(listInvitations), Out: items[invitationJSON]{}},
		{Method: "POST", Path: "/invitations", Need: Admin, Body: smallest, Status: 201, Summary: "Invite somebody", Handle: with(invite), Out: invitationJSON{}},
		{Method: "GET", Path: "/invitations/{inv}", Need: Public, Strict: true, Summary: "What an invitation is for", Handle: get(showInvitation), Out: offerJSON{}},
		{Method: "DELETE", Path: "/invitations/{inv}", Need: Admin, Status: 204, Summary: "Withdraw an invitation", Handle: get(withdraw)},
		{Method: "POST", Path: "/invitations/{inv}/accept", Need: Person, Body: smallest, Idem: Never, Summary: "Join the company that invited one", Handle: with(accept), Out: entryJSON{}},
	}
}

type memberJSON struct {
	ID         string        `json:"id"`
	Name       string        `json:"name"`
	Email      string        `json:"email"`
	Roles      []roleRefJSON `json:"roles"`
	Department *refJSON      `json:"department"`
	Suspended  bool          `json:"suspended"`
	Leave      *leaveJSON    `json:"leave,omitempty"`
	JoinedAt   string        `json:"joinedAt"`
}

type leaveJSON struct {
	From    string `json:"from" max:"10"`
	To      string `json:"to" max:"10"`
	StandIn string `json:"standIn,omitempty" max:"40"`
}

func leaveOf(l *schema.Leave) *leaveJSON {
	if l == nil {
		return nil
	}
	return &leaveJSON{l.From, l.To, idOr(schema.PrefixUser, l.StandIn)}
}

func (c *call) memberOf(s *catalog.Snapshot, m *schema.Member) memberJSON {
	return memberJSON{
		ID: schema.FormatID(schema.PrefixUser, m.User), Name: m.Name, Email: m.Email, Roles: c.roleRefs(s, m.Roles),
		Department: deptRef(s, m.Department), Suspended: m.Suspended, Leave: leaveOf(m.Leave), JoinedAt: stamp(m.JoinedAt),
	}
}

func listMembers(c *call) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	out := make([]memberJSON, 0, len(s.Members()))
	for _, m := range s.Members() {
		out = append(out, c.memberOf(s, m))
	}
	return paged(c, out, func(m *memberJSON) string { return m.ID })
}

type addMemberIn struct {
	Email      string   `json:"email" max:"400"`
	Name       string   `json:"name" max:"800"`
	Password   string   `json:"password" max:"1024"`
	Roles      []string `json:"roles" max:"50"`
	Department string   `json:"department" max:"40"`
}

func addMember(c *call, in *addMemberIn) (any, error) {
	roles, dept, err := c.place(in.Roles, in.Department)
	if err != nil {
		return nil, err
	}
	u, err := c.s.Accounts.Create(c.ctx(), account.SignUp{Email: in.Email, Name: in.Name, Password: in.Password}, c.actor().Tenant, roles, dept)
	if err != nil {
		return nil, err
	}
	m, err := c.member(u.ID)
	if err != nil {
		return nil, err
	}
	return created{m}, nil
}

func (c *call) member(u schema.UserID) (memberJSON, error) {
	s, err := c.snapshot()
	if err != nil {
		return memberJSON{}, err
	}
	m := s.Member(u)
	if m == nil {
		return memberJSON{}, fail.New(fail.NotFound, "member.notFound")
	}
	return c.memberOf(s, m), nil
}

// place reads where a newcomer is to stand, and sees to it that only owners
// make owners. The default role is member.
func (c *call) place(names []string, department string) ([]schema.RoleID, schema.DeptID, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, 0, err
	}
	if names == nil {
		names = []string{"member"}
	}
	roles, err := rolesOf(s, names)
	if err != nil {
		return nil, 0, err
	}
	if slices.Contains(roles, schema.RoleOwner) && !slices.Contains(c.actor().Roles, schema.RoleOwner) {
		return nil, 0, fail.New(fail.Forbidden, "access.ownerOnly").On("roles")
	}
	dept, err := refID[schema.DeptID](department, schema.PrefixDept, "department")
	if err == nil && dept != 0 && s.Department(dept) == nil {
		err = fail.New(fail.Invalid, "department.notFound").On("department")
	}
	return roles, dept, err
}

type patchMemberIn struct {
	Roles      []string         `json:"roles" max:"50"`
	Department body.Opt[string] `json:"department"`
	Suspended  *bool            `json:"suspended"`
	Leave      optRaw           `json:"leave"` // {from, to, standIn?} or null
}

func patchMember(c *call, in *patchMemberIn) (any, error) {
	u, err := idOf[schema.UserID](c, "usr", schema.PrefixUser)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	old := s.Member(u)
	if old == nil {
		return nil, fail.New(fail.NotFound, "member.notFound")
	}
	m := *old
	if in.Roles != nil {
		if m.Roles, err = rolesOf(s, in.Roles); err != nil {
			return nil, err
		}
	}
	if in.Department.Set {
		if m.Department, err = refID[schema.DeptID](in.Department.V, schema.PrefixDept, "department"); err != nil {
			return nil, err
		}
	}
	if in.Suspended != nil {
		m.Suspended = *in.Suspended
	}
	if in.Leave.Set {
		if m.Leave, err = leaveIn(in.Leave.V); err != nil {
			return nil, err
		}
	}
	done, err := c.s.Catalog.SetMember(c.ctx(), c.actor(), m)
	if err != nil {
		return nil, err
	}
	if s, err = c.snapshot(); err != nil {
		return nil, err
	}
	return c.memberOf(s, done), nil
}

// leaveIn reads when a member is away; null: never.
func leaveIn(raw json.RawMessage) (*schema.Leave, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil //nolint:nilnil // no leave is no error
	}
	var in leaveJSON
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if d.Decode(&in) != nil {
		return nil, fail.New(fail.Invalid, "member.badLeave").On("leave")
	}
	who, err := refID[schema.UserID](in.StandIn, schema.PrefixUser, "leave.standIn")
	return &schema.Leave{From: in.From, To: in.To, StandIn: who}, err
}

func removeMember(c *call) (any, error) {
	u, err := idOf[schema.UserID](c, "usr", schema.PrefixUser)
	if err != nil {
		return nil, err
	}
	if err := c.s.Catalog.RemoveMember(c.ctx(), c.actor(), u); err != nil {
		return nil, err
	}
	return noContent{}, c.s.Accounts.Leave(c.ctx(), c.actor().Tenant, u)
}

const (
	prefixInvitation = "inv_"
	invitePath       = "/invite/"
)

type invitationJSON struct {
	ID        string        `json:"id"`
	Email     string        `json:"email"`
	Roles     []roleRefJSON `json:"roles"`
	By        refJSON       `json:"by"`
	CreatedAt string        `json:"createdAt"`
	ExpiresAt string        `json:"expiresAt"`
	URL       string        `json:"url,omitempty"`
}

func (c *call) invitationOf(s *catalog.Snapshot, in *account.Invitation) invitationJSON {
	out := invitationJSON{
		ID: schema.FormatID(prefixInvitation, in.ID), Email: in.Email, Roles: c.roleRefs(s, in.Roles),
		By:        refJSON{schema.FormatID(schema.PrefixUser, in.By), in.ByName},
		CreatedAt: stamp(in.Created), ExpiresAt: stamp(in.Expires),
	}
	if in.Code != "" {
		out.URL = c.s.BaseURL + invitePath + in.Code
	}
	return out
}

func listInvitations(c *call) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	all, err := c.s.Accounts.Invitations(c.ctx(), c.actor().Tenant)
	if err != nil {
		return nil, err
	}
	out := make([]invitationJSON, 0, len(all))
	for i := range all {
		out = append(out, c.invitationOf(s, &all[i]))
	}
	return paged(c, out, func(i *invitationJSON) string { return i.ID })
}

type inviteIn struct {
	Email      string   `json:"email" max:"400"`
	Roles      []string `json:"roles" max:"50"`
	Department string   `json:"department" max:"40"`
}

func invite(c *call, in *inviteIn) (any, error) {
	roles, dept, err := c.place(in.Roles, in.Department)
	if err != nil {
		return nil, err
	}
	inv, err := c.s.Accounts.Invite(c.ctx(), c.caller, in.Email, roles, dept)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return created{c.invitationOf(s, inv)}, nil
}

type offerJSON struct {
	Email     string `json:"email"`
	Tenant    string `json:"tenant"`
	By        string `json:"by"`
	ExpiresAt string `json:"expiresAt"`
}

func showInvitation(c *call) (any, error) {
	inv, t, err := c.s.Accounts.Invitation(c.ctx(), c.param("inv"))
	if err != nil {
		return nil, err
	}
	return offerJSON{Email: inv.Email, Tenant: t.Name, By: inv.ByName, ExpiresAt: stamp(inv.Expires)}, nil
}

func withdraw(c *call) (any, error) {
	id, err := idOf[int64](c, "inv", prefixInvitation)
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Accounts.Withdraw(c.ctx(), c.caller, id)
}

func accept(c *call, _ *none) (any, error) {
	e, err := c.s.Accounts.Accept(c.ctx(), c.caller, c.param("inv"))
	if err != nil {
		return nil, err
	}
	return c.entry(e), nil
}
