package account

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	sessionLife  = 30 * 24 * time.Hour // after the last day of use
	sessionMost  = 90 * 24 * time.Hour // after the sign-in
	extendEvery  = 24 * time.Hour
	stale        = time.Second // how old what is remembered of a session may be
	mostCached   = 20_000
	tokenPrefix  = "tbt_" // API tokens; so that leaked ones can be searched for
	sessionStart = "tbs_"
)

type session struct {
	User    schema.UserID   `json:"user"`
	Tenant  schema.TenantID `json:"tenant"`
	Epoch   int64           `json:"epoch"`
	Created int64           `json:"created"`
	Expires int64           `json:"expires"`
}

type cached struct {
	at      time.Time
	user    *User
	tenant  schema.TenantID
	session bool
	token   int64
	scopes  []string
	expires int64
}

func wrongCredentials() error { return fail.New(fail.Unauthorized, "auth.wrong") }

// LogIn opens a session. from is the caller's network address; tenant chooses
// one of the user's tenants, 0 the last used. It takes the same time, and says
// the same, whether the account exists or not.
func (s *Service) LogIn(ctx context.Context, email, password, from string, tenant schema.TenantID) (*Entry, error) {
	account := foldEmail(email)
	if err := s.guard.begin(account, from); err != nil {
		return nil, err
	}
	u, err := s.userByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	hash := ""
	if u != nil {
		hash = u.Hash
	}
	ok, err := s.hasher.verify(ctx, hash, password)
	if err != nil {
		return nil, err
	}
	if !ok {
		s.log.InfoContext(ctx, "sign-in refused", "known", u != nil)
		return nil, wrongCredentials()
	}
	s.guard.good(account, from)
	return s.enter(ctx, u, tenant)
}

// enter opens a session of a user who has proved who they are.
func (s *Service) enter(ctx context.Context, u *User, tenant schema.TenantID) (*Entry, error) {
	all, err := s.tenantsOf(ctx, u)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fail.New(fail.Forbidden, "auth.noTenant")
	}
	chosen := &all[0]
	if tenant != 0 {
		chosen = nil
		for i := range all {
			if all[i].ID == tenant {
				chosen = &all[i]
			}
		}
		if chosen == nil {
			return nil, fail.New(fail.Forbidden, "auth.tenant")
		}
	}
	e := &Entry{User: u, Tenant: chosen, Tenants: all}
	op, err := s.newSession(u, chosen.ID, e)
	if err != nil {
		return nil, err
	}
	return e, s.commit(ctx, u.ID, op)
}

func (s *Service) newSession(u *User, t schema.TenantID, e *Entry) (store.DocOp, error) {
	secret, err := s.secret()
	if err != nil {
		return store.DocOp{}, err
	}
	now := s.now()
	e.Token, e.Expires = sessionStart+secret, now.Add(sessionLife)
	op, err := put(kindSession, hashOf(e.Token), 0, session{
		User: u.ID, Tenant: t, Epoch: u.Epoch, Created: now.UnixMilli(), Expires: e.Expires.UnixMilli(),
	})
	op.ExpiresAt = e.Expires.UnixMilli()
	return op, err
}

// LogOut ends a caller's session.
func (s *Service) LogOut(ctx context.Context, c *Caller) error {
	if c.Session == "" {
		return fail.New(fail.Forbidden, "auth.sessionOnly")
	}
	err := s.commit(ctx, c.User.ID, store.DocOp{Kind: kindSession, Key: c.Session, IfVersion: -1})
	s.forget(ctx, c.User.ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

// Switch opens a session of another tenant of the caller's and ends this one.
func (s *Service) Switch(ctx context.Context, c *Caller, tenant schema.TenantID) (*Entry, error) {
	if c.Session == "" {
		return nil, fail.New(fail.Forbidden, "auth.sessionOnly")
	}
	u, err := s.User(ctx, c.User.ID)
	if err != nil {
		return nil, err
	}
	e, err := s.enter(ctx, u, tenant)
	if err != nil {
		return nil, err
	}
	u.LastTenant = tenant
	op, err := put(kindUser, userKey(u.ID), u.Version, u)
	if err != nil {
		return nil, err
	}
	if err := s.commit(ctx, u.ID, op); err != nil && !errors.Is(err, store.ErrConflict) {
		return nil, err
	}
	return e, s.LogOut(ctx, c)
}

// Authenticate finds who holds a session or API token. tenant, where not 0,
// must be the token's own. Errors are of kind Unauthorized and Forbidden.
func (s *Service) Authenticate(ctx context.Context, token string, tenant schema.TenantID) (*Caller, error) {
	return s.Again(ctx, refOf(token), tenant)
}

// refOf names a token without telling it.
func refOf(token string) string {
	switch {
	case strings.HasPrefix(token, sessionStart):
		return sessionStart + hashOf(token)
	case strings.HasPrefix(token, tokenPrefix):
		return tokenPrefix + hashOf(token)
	}
	return ""
}

// Again is Authenticate for who was authenticated before, by Caller.Ref.
func (s *Service) Again(ctx context.Context, ref string, tenant schema.TenantID) (*Caller, error) {
	now := s.now()
	s.mu.RLock()
	c, ok := s.cache[ref]
	s.mu.RUnlock()
	if !ok || now.Sub(c.at) >= stale || now.Before(c.at) {
		var err error
		if c, err = s.load(ctx, ref, now); err != nil {
			return nil, err
		}
		s.remember(ref, c)
	}
	if c.expires != 0 && now.UnixMilli() >= c.expires {
		return nil, fail.New(fail.Unauthorized, "auth.expired")
	}
	if tenant != 0 && tenant != c.tenant {
		return nil, fail.New(fail.Forbidden, "auth.tenant")
	}
	m, err := s.member(ctx, c.user, c.tenant)
	if err != nil {
		return nil, err
	}
	if m == nil || m.Suspended {
		return nil, fail.New(fail.Unauthorized, "auth.expired")
	}
	out := &Caller{
		Actor:   access.Actor{Tenant: c.tenant, User: c.user.ID, Roles: m.Roles, Department: m.Department},
		User:    c.user,
		Member:  m,
		Ref:     ref,
		Token:   c.token,
		Expires: c.expires,
	}
	if c.session {
		out.Session = strings.TrimPrefix(ref, sessionStart)
	} else {
		out.Actor.ReadOnly = !mayWrite(c.scopes)
	}
	return out, nil
}

func (s *Service) load(ctx context.Context, ref string, now time.Time) (cached, error) {
	c := cached{at: now}
	err := store.ErrNotFound
	if hash, ok := strings.CutPrefix(ref, sessionStart); ok {
		err = s.loadSession(ctx, hash, &c, now)
	} else if hash, ok := strings.CutPrefix(ref, tokenPrefix); ok {
		err = s.loadToken(ctx, hash, &c)
	}
	if errors.Is(err, store.ErrNotFound) || fail.KindOf(err) == fail.NotFound {
		return c, fail.New(fail.Unauthorized, "auth.expired")
	}
	return c, err
}

func (s *Service) loadSession(ctx context.Context, hash string, c *cached, now time.Time) error {
	var ses session
	v, err := s.doc(ctx, kindSession, hash, &ses)
	if err != nil {
		return err
	}
	u, err := s.User(ctx, ses.User)
	if err != nil {
		return err
	}
	if u.Epoch != ses.Epoch {
		return store.ErrNotFound
	}
	c.user, c.tenant, c.session, c.expires = u, ses.Tenant, true, ses.Expires
	return s.extend(ctx, hash, ses, v, now)
}

// extend lets a session that is used live on, with at most one write a day.
func (s *Service) extend(ctx context.Context, hash string, ses session, v schema.Version, now time.Time) error {
	until := min(now.Add(sessionLife).UnixMilli(), ses.Created+sessionMost.Milliseconds())
	if until-ses.Expires < extendEvery.Milliseconds() {
		return nil
	}
	ses.Expires = until
	b, err := json.Marshal(ses)
	if err != nil {
		return err
	}
	err = s.commit(ctx, ses.User, store.DocOp{Kind: kindSession, Key: hash, IfVersion: v, Body: b, ExpiresAt: until})
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

func (s *Service) remember(ref string, c cached) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.cache) >= mostCached {
		clear(s.cache)
	}
	s.cache[ref] = c
}

// Elsewhere drops what is remembered of sessions: another node has told that one has ended.
func (s *Service) Elsewhere() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.cache)
}

// forget drops all that is remembered, after something of a user changed.
func (s *Service) forget(ctx context.Context, u schema.UserID) {
	s.Elsewhere()
	if s.ended != nil {
		s.ended(ctx, u)
	}
}
