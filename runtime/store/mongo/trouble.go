package mongo

import (
	"context"
	"errors"
	"slices"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/x/mongo/driver/topology"

	"tongban/runtime/store"
)

// gone lists the codes of a server that is no primary, not ready, or leaving.
var gone = []int{6, 7, 89, 91, 189, 9001, 10107, 11600, 11602, 13435, 13436}

// told gives an error that comes from the way to the server, not from what was
// asked, its place in the contract. It is for a deferred call.
func told(ctx context.Context, err *error) {
	e := *err
	if e == nil || ctx.Err() != nil {
		return
	}
	switch {
	case errors.Is(e, errUnknown):
		*err = store.Unsure(e)
	case unreachable(e):
		*err = store.Unavailable(e)
	}
}

func unreachable(err error) bool {
	if errors.Is(err, store.ErrTooSlow) {
		return false
	}
	if driver.IsNetworkError(err) || driver.IsTimeout(err) || hasLabel(err, transientLabel) {
		return true
	}
	if unselected(err) || cleared(err) || errors.Is(err, context.DeadlineExceeded) {
		return true
	}
	return slices.ContainsFunc(gone, func(code int) bool { return hasCode(err, code) })
}

// unselected reports whether no server was there to be asked.
func unselected(err error) bool { return errors.As(err, &topology.ServerSelectionError{}) }

// cleared reports whether connections were thrown away because another one
// broke. The driver says nothing of it in its own terms.
func cleared(err error) bool {
	var pool interface{ Retryable() bool }
	return errors.As(err, &pool) && pool.Retryable()
}
