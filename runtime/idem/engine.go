package idem

import (
	"context"
	"errors"
	"slices"

	"tongban/runtime/store"
	"tongban/schema"
)

type ctxKey struct{}

// Within returns a context under which the first commit to the claim's tenant,
// through Engine, also stores that the request has been carried out. Should the
// answer get lost then, nobody carries it out again.
func (c *Claim) Within(ctx context.Context) context.Context {
	return context.WithValue(ctx, ctxKey{}, c)
}

// Engine is an engine that looks after the claims of requests.
type Engine struct{ store.Engine }

// Commit implements store.Engine. It adds the claim's document to the first
// commit that is made under Claim.Within.
func (e Engine) Commit(ctx context.Context, t schema.TenantID, c *store.Commit) (*store.Receipt, error) {
	claim, ok := ctx.Value(ctxKey{}).(*Claim)
	if !ok || claim.r.Tenant != t {
		return e.Engine.Commit(ctx, t, c)
	}
	claim.mu.Lock()
	defer claim.mu.Unlock()
	if claim.marked {
		return e.Engine.Commit(ctx, t, c)
	}
	op, err := claim.op(doc{Fingerprint: claim.r.Fingerprint[:], Until: claim.s.now().Add(lease).UnixMilli(), Done: true}, claim.v)
	if err != nil {
		return nil, err
	}
	mine := len(c.Docs)
	with := *c
	with.Docs = append(slices.Clone(c.Docs), op)
	r, err := e.Engine.Commit(ctx, t, &with)
	var f *store.Fault
	if errors.Is(err, store.ErrConflict) && errors.As(err, &f) && f.Doc == mine {
		return nil, running() // another has taken the key over: this one was too slow
	}
	if err != nil {
		return nil, err
	}
	claim.marked, claim.v = true, r.DocVersions[mine]
	r.DocVersions = r.DocVersions[:mine]
	return r, nil
}
