package account

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// Token is an API token as its owner sees it. The secret is shown once.
type Token struct {
	ID      int64           `json:"id"`
	Tenant  schema.TenantID `json:"tenant"`
	User    schema.UserID   `json:"user"`
	Name    string          `json:"name"`
	Scopes  []string        `json:"scopes"`
	Created int64           `json:"created"`
	Expires int64           `json:"expires,omitempty"`
	Epoch   int64           `json:"epoch"`
	Hash    string          `json:"hash"`
	Secret  string          `json:"-"`
}

const mostTokens = 100

func mayWrite(scopes []string) bool { return slices.Contains(scopes, "write") }

func tokensPrefix(c *Caller) string {
	return tenantKey(c.Actor.Tenant) + "/" + userKey(c.User.ID) + "/"
}

// NewToken makes an API token of the caller; a zero expires never ends.
func (s *Service) NewToken(ctx context.Context, c *Caller, name string, scopes []string, expires time.Time) (*Token, error) {
	if c.Session == "" {
		return nil, fail.New(fail.Forbidden, "auth.sessionOnly")
	}
	name, err := text(name, "name")
	if err != nil {
		return nil, err
	}
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(v string) bool { return v != "read" && v != "write" }) {
		return nil, fail.New(fail.Invalid, "choice.invalid").With("choices", "read, write").On("scopes")
	}
	now := s.now()
	t := &Token{ID: s.ids.Next(), Tenant: c.Actor.Tenant, User: c.User.ID, Name: name, Scopes: scopes, Created: now.UnixMilli(), Epoch: c.User.TokenEpoch}
	if !expires.IsZero() {
		if !expires.After(now) {
			return nil, fail.New(fail.Invalid, "token.expired").On("expiresAt")
		}
		t.Expires = expires.UnixMilli()
	}
	have, err := s.Tokens(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(have) >= mostTokens {
		return nil, fail.New(fail.Invalid, "list.long").With("max", mostTokens)
	}
	secret, err := s.secret()
	if err != nil {
		return nil, err
	}
	t.Secret = tokenPrefix + secret
	t.Hash = hashOf(t.Secret)
	byHash, err := put(kindToken, t.Hash, 0, t)
	if err != nil {
		return nil, err
	}
	byID, err := put(kindTokenList, tokensPrefix(c)+strconv.FormatInt(t.ID, 36), 0, t)
	if err != nil {
		return nil, err
	}
	byHash.ExpiresAt, byID.ExpiresAt = t.Expires, t.Expires
	return t, s.commit(ctx, c.User.ID, byHash, byID)
}

// Tokens lists the caller's tokens of this tenant, newest first.
func (s *Service) Tokens(ctx context.Context, c *Caller) ([]Token, error) {
	var out []Token
	err := s.docs(ctx, kindTokenList, tokensPrefix(c), func(b []byte) error {
		var t Token
		err := json.Unmarshal(b, &t)
		if t.Epoch == c.User.TokenEpoch {
			out = append(out, t)
		}
		return err
	})
	slices.SortFunc(out, func(a, b Token) int { return strings.Compare(strconv.FormatInt(b.ID, 10), strconv.FormatInt(a.ID, 10)) })
	return out, err
}

// DropToken ends a token of the caller at once.
func (s *Service) DropToken(ctx context.Context, c *Caller, id int64) error {
	key := tokensPrefix(c) + strconv.FormatInt(id, 36)
	var t Token
	if _, err := s.doc(ctx, kindTokenList, key, &t); err != nil {
		return tokenGone(err)
	}
	defer s.forget(ctx, c.User.ID)
	return tokenGone(s.commit(ctx, c.User.ID,
		store.DocOp{Kind: kindToken, Key: t.Hash, IfVersion: -1}, store.DocOp{Kind: kindTokenList, Key: key, IfVersion: -1}))
}

func tokenGone(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fail.New(fail.NotFound, "token.unknown")
	}
	return err
}

func (s *Service) loadToken(ctx context.Context, hash string, c *cached) error {
	var t Token
	if _, err := s.doc(ctx, kindToken, hash, &t); err != nil {
		return err
	}
	u, err := s.User(ctx, t.User)
	if err != nil {
		return err
	}
	if u.TokenEpoch != t.Epoch {
		return store.ErrNotFound
	}
	c.user, c.tenant, c.token, c.scopes, c.expires = u, t.Tenant, t.ID, t.Scopes, t.Expires
	return nil
}
