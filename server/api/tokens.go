package api

import (
	"time"

	"tongban/runtime/account"
	"tongban/schema"
	"tongban/schema/fail"
)

func tokenRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/tokens", Need: Person, Query: paging, Summary: "List one's API tokens", Handle: get(listTokens), Out: items[tokenJSON]{}},
		{Method: "POST", Path: "/tokens", Need: Person, Body: smallest, Status: 201, Summary: "Make an API token, which is shown this once", Handle: with(createToken), Out: tokenJSON{}},
		{Method: "DELETE", Path: "/tokens/{tok}", Need: Person, Status: 204, Summary: "End an API token", Handle: get(deleteToken)},
	}
}

type tokenJSON struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes"`
	CreatedAt string   `json:"createdAt"`
	ExpiresAt *string  `json:"expiresAt"`
	Token     string   `json:"token,omitempty"`
}

func tokenOf(t *account.Token) tokenJSON {
	return tokenJSON{schema.FormatID(schema.PrefixToken, t.ID), t.Name, t.Scopes, stamp(t.Created), stampOr(t.Expires), t.Secret}
}

func listTokens(c *call) (any, error) {
	all, err := c.s.Accounts.Tokens(c.ctx(), c.caller)
	if err != nil {
		return nil, err
	}
	out := make([]tokenJSON, 0, len(all))
	for i := range all {
		out = append(out, tokenOf(&all[i]))
	}
	return paged(c, out, func(t *tokenJSON) string { return t.ID })
}

type createTokenIn struct {
	Name      string   `json:"name" max:"800"`
	Scopes    []string `json:"scopes" max:"2"`
	ExpiresAt *string  `json:"expiresAt" max:"40"`
}

func createToken(c *call, in *createTokenIn) (any, error) {
	var expires time.Time
	if in.ExpiresAt != nil {
		var err error
		if expires, err = time.Parse(time.RFC3339, *in.ExpiresAt); err != nil {
			return nil, fail.New(fail.Invalid, "time.invalid").On("expiresAt")
		}
	}
	t, err := c.s.Accounts.NewToken(c.ctx(), c.caller, in.Name, in.Scopes, expires)
	if err != nil {
		return nil, err
	}
	return created{tokenOf(t)}, nil
}

func deleteToken(c *call) (any, error) {
	id, err := idOf[int64](c, "tok", schema.PrefixToken)
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Accounts.DropToken(c.ctx(), c.caller, id)
}
