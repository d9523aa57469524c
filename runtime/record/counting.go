package record

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tongban/runtime/store"
	"tongban/schema/query"
)

const (
	countTime = 100 * time.Millisecond // for which a count may be exact
	countCap  = 10_000                 // to which it is counted then, in as long again
)

// counted adds to a page how many records match: exactly where that is asked
// for or is quick, else how many there are at least.
func (out *Rows) counted(ctx context.Context, r store.Reader, s *store.Shape, where query.Expr, exact bool) error {
	quick, ok := r.(store.QuickCounter)
	if exact || !ok {
		n, err := r.Count(ctx, s, where, 0)
		out.Count = &n
		return countError(err)
	}
	n, err := quick.CountWithin(ctx, s, where, 0, countTime)
	if errors.Is(err, store.ErrTooSlow) {
		n, err = quick.CountWithin(ctx, s, where, countCap, countTime)
		out.AtLeast = n == countCap
	}
	if errors.Is(err, store.ErrTooSlow) { // few match, and finding them takes long
		n, err, out.AtLeast = int64(len(out.Rows)), nil, true
	}
	out.Count = &n
	return countError(err)
}

func countError(err error) error {
	if err != nil {
		return fmt.Errorf("count records: %w", err)
	}
	return nil
}
