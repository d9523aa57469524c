// Package account knows people: who they are, how they prove it, and which
// tenants they belong to. It keeps users, sessions, API tokens and invitations
// as documents of the installation. What a member may do is runtime/access's
// matter; where members are kept is runtime/catalog's. It knows no HTTP.
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/ids"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// The kinds of documents that this package keeps under store.System.
const (
	kindUser         = "user"       // by id
	kindEmail        = "email"      // by folded address → user
	kindMembership   = "membership" // by user/tenant
	kindSession      = "session"    // by hash of the token
	kindToken        = "token"      // by hash of the token
	kindTokenList    = "tokenlist"  // by tenant/user/id → hash
	kindInvite       = "invite"     // by hash of the code
	kindInviteList   = "invitelist" // by tenant/id → hash
	kindInstallation = "installation"
)

// User is a person. The same person may be a member of several tenants.
type User struct {
	ID         schema.UserID   `json:"id"`
	Email      string          `json:"email"`
	Name       string          `json:"name"`
	Locale     string          `json:"locale,omitempty"`
	TimeZone   string          `json:"timeZone,omitempty"`
	Theme      string          `json:"theme,omitempty"`
	CreatedAt  int64           `json:"createdAt"`
	LastTenant schema.TenantID `json:"lastTenant,omitempty"`
	Hash       string          `json:"hash"`
	// Epoch and TokenEpoch rise when sessions and tokens made before are to end.
	Epoch      int64          `json:"epoch"`
	TokenEpoch int64          `json:"tokenEpoch"`
	Version    schema.Version `json:"-"`
}

// Tenants is what this package needs of the tenants' own data.
type Tenants interface {
	// Create makes a tenant, whose id it chooses, with owner as its first member.
	Create(ctx context.Context, t schema.Tenant, owner schema.Member) (*schema.Tenant, error)
	// Drop undoes Create.
	Drop(ctx context.Context, t schema.TenantID) error
	Tenant(ctx context.Context, t schema.TenantID) (*schema.Tenant, error)
	// Member returns nil for who is no member.
	Member(ctx context.Context, t schema.TenantID, u schema.UserID) (*schema.Member, error)
	// SetMember adds a member or changes one, on nobody's behalf.
	SetMember(ctx context.Context, t schema.TenantID, m schema.Member) error
}

// Options are what a Service needs; all but Rand are required.
type Options struct {
	Engine  store.Engine
	Tenants Tenants
	IDs     *ids.Source
	Now     func() time.Time
	Log     *slog.Logger
	Signup  string    // first, open or closed
	Rand    io.Reader // nil: crypto/rand
}

// Service is safe for concurrent use.
type Service struct {
	engine  store.Engine
	tenants Tenants
	ids     *ids.Source
	now     func() time.Time
	log     *slog.Logger
	signup  string
	rand    io.Reader
	hasher  *hasher
	guard   *guard

	mu    sync.RWMutex // guards cache
	cache map[string]cached
	ended func(context.Context, schema.UserID)
}

// OnEnd sets what is called when sessions or tokens of a user may have ended:
// who holds a line open to them looks again. To be called before the service is used.
func (s *Service) OnEnd(fn func(context.Context, schema.UserID)) { s.ended = fn }

// New returns a ready Service.
func New(o Options) *Service {
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	return &Service{
		engine: o.Engine, tenants: o.Tenants, ids: o.IDs, now: o.Now, log: o.Log, signup: o.Signup, rand: o.Rand,
		hasher: newHasher(o.Rand), guard: newGuard(o.Now), cache: map[string]cached{},
	}
}

// Caller is who a request comes from.
type Caller struct {
	Actor   access.Actor
	User    *User
	Member  *schema.Member
	Ref     string // names the session or token, for Again
	Session string // hash of the session's token; "" for an API token
	Token   int64  // id of the API token; 0 for a session
	Expires int64  // ms
}

// Entry is what a person gets who signs up or in.
type Entry struct {
	Token   string
	Expires time.Time
	User    *User
	Tenant  *schema.Tenant
	Tenants []schema.Tenant
}

func userKey(u schema.UserID) string { return strconv.FormatInt(int64(u), 36) }

func tenantKey(t schema.TenantID) string { return strconv.FormatInt(int64(t), 36) }

func membershipKey(u schema.UserID, t schema.TenantID) string {
	return userKey(u) + "/" + tenantKey(t)
}

// secret returns 256 random bits as text.
func (s *Service) secret() (string, error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.rand, b); err != nil {
		return "", fmt.Errorf("draw a secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func (s *Service) doc(ctx context.Context, kind, key string, into any) (schema.Version, error) {
	var d store.Doc
	err := s.engine.View(ctx, store.System, func(r store.Reader) error {
		var err error
		d, err = r.Doc(ctx, kind, key)
		return err
	})
	if err != nil {
		return 0, err
	}
	if err := json.Unmarshal(d.Body, into); err != nil {
		return 0, fmt.Errorf("read %s: %w", kind, err)
	}
	return d.Version, nil
}

// docs hands over the documents below a prefix, up to a thousand.
func (s *Service) docs(ctx context.Context, kind, prefix string, each func([]byte) error) error {
	const most = 1000
	return s.engine.View(ctx, store.System, func(r store.Reader) error {
		all, err := r.Docs(ctx, kind, prefix, "", most)
		if err != nil {
			return err
		}
		for _, d := range all {
			if err := each(d.Body); err != nil {
				return fmt.Errorf("read %s: %w", kind, err)
			}
		}
		return nil
	})
}

func (s *Service) commit(ctx context.Context, u schema.UserID, ops ...store.DocOp) error {
	_, err := s.engine.Commit(ctx, store.System, &store.Commit{
		Origin: store.Origin{Actor: u, Via: "account", At: s.now().UnixMilli()}, Docs: ops,
	})
	return err
}

func put(kind, key string, version schema.Version, v any) (store.DocOp, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return store.DocOp{}, fmt.Errorf("write %s: %w", kind, err)
	}
	return store.DocOp{Kind: kind, Key: key, IfVersion: version, Body: b}, nil
}

// User returns a user by id, or an error of kind NotFound.
func (s *Service) User(ctx context.Context, id schema.UserID) (*User, error) {
	u := &User{}
	v, err := s.doc(ctx, kindUser, userKey(id), u)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fail.New(fail.NotFound, "user.unknown")
	}
	u.Version = v
	return u, err
}

func (s *Service) userByEmail(ctx context.Context, email string) (*User, error) {
	var ref struct{ User schema.UserID }
	_, err := s.doc(ctx, kindEmail, foldEmail(email), &ref)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	if err != nil {
		return nil, err
	}
	return s.User(ctx, ref.User)
}

// tenantsOf lists the tenants in which the user is an active member, the
// last used one first.
func (s *Service) tenantsOf(ctx context.Context, u *User) ([]schema.Tenant, error) {
	var of []membership
	err := s.docs(ctx, kindMembership, userKey(u.ID)+"/", func(b []byte) error {
		var m membership
		err := json.Unmarshal(b, &m)
		of = append(of, m)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []schema.Tenant
	for _, m := range of {
		member, err := s.member(ctx, u, m.Tenant)
		if err != nil {
			return nil, err
		}
		if member == nil || member.Suspended {
			continue
		}
		t, err := s.tenants.Tenant(ctx, m.Tenant)
		if err != nil {
			return nil, err
		}
		if m.Tenant == u.LastTenant {
			out = append([]schema.Tenant{*t}, out...)
		} else {
			out = append(out, *t)
		}
	}
	return out, nil
}

// membership says that a user belongs to a tenant. Its roles are those of the
// invitation; it is also what repairs a join that was cut short.
type membership struct {
	Tenant     schema.TenantID `json:"tenant"`
	Roles      []schema.RoleID `json:"roles,omitempty"`
	Department schema.DeptID   `json:"department,omitempty"`
	Joining    bool            `json:"joining,omitempty"`
	At         int64           `json:"at"`
}

// member returns the user's place in a tenant, nil for none. A join that was
// cut short between the installation's data and the tenant's is finished here.
func (s *Service) member(ctx context.Context, u *User, t schema.TenantID) (*schema.Member, error) {
	m, err := s.tenants.Member(ctx, t, u.ID)
	if m != nil || err != nil {
		return m, err
	}
	var ms membership
	v, err := s.doc(ctx, kindMembership, membershipKey(u.ID, t), &ms)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil //nolint:nilnil // no member is an answer
	}
	if err != nil || !ms.Joining {
		return nil, err
	}
	if err := s.finishJoin(ctx, u, ms, v); err != nil {
		return nil, err
	}
	return s.tenants.Member(ctx, t, u.ID)
}

func (s *Service) finishJoin(ctx context.Context, u *User, ms membership, v schema.Version) error {
	err := s.tenants.SetMember(ctx, ms.Tenant, schema.Member{
		User: u.ID, Name: u.Name, Email: u.Email, Roles: ms.Roles, Department: ms.Department, JoinedAt: ms.At,
	})
	if err != nil {
		return err
	}
	ms.Joining = false
	op, err := put(kindMembership, membershipKey(u.ID, ms.Tenant), v, ms)
	if err != nil {
		return err
	}
	err = s.commit(ctx, u.ID, op)
	if errors.Is(err, store.ErrConflict) {
		return nil // another request finished it
	}
	return err
}

// Leave forgets that a user belongs to a tenant, after it was removed there.
func (s *Service) Leave(ctx context.Context, t schema.TenantID, u schema.UserID) error {
	s.forget(ctx, u)
	err := s.commit(ctx, u, store.DocOp{Kind: kindMembership, Key: membershipKey(u, t), IfVersion: -1})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}
