package record

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema/query"
)

// slowReader counts more slowly than it is given time for: to the cap, or at all.
type slowReader struct {
	store.Reader
	exact, capped time.Duration
	n             int64
}

func (r *slowReader) Count(_ context.Context, _ *store.Shape, _ query.Expr, _ int64) (int64, error) {
	return r.n, nil
}

func (r *slowReader) CountWithin(_ context.Context, _ *store.Shape, _ query.Expr, atMost int64, most time.Duration) (int64, error) {
	takes, n := r.exact, r.n
	if atMost > 0 {
		takes, n = r.capped, min(r.n, atMost)
	}
	if takes > most {
		return 0, store.ErrTooSlow
	}
	return n, nil
}

func TestACountIsExactWhereThatIsQuick(t *testing.T) {
	tests := map[string]struct {
		reader  slowReader
		exact   bool
		want    int64
		atLeast bool
	}{
		"quick":                            {reader: slowReader{n: 50_000}, want: 50_000},
		"slow, and many":                   {reader: slowReader{n: 50_000, exact: time.Second}, want: 10_000, atLeast: true},
		"slow, but few":                    {reader: slowReader{n: 500, exact: time.Second}, want: 500},
		"few, and slow to find":            {reader: slowReader{n: 500, exact: time.Second, capped: time.Second}, want: 2, atLeast: true},
		"slow, but asked for all the same": {reader: slowReader{n: 50_000, exact: time.Second}, exact: true, want: 50_000},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := &Rows{Rows: make([]*Row, 2)}
			require.NoError(t, out.counted(t.Context(), &tt.reader, nil, nil, tt.exact))
			require.Equal(t, tt.want, *out.Count)
			require.Equal(t, tt.atLeast, out.AtLeast)
		})
	}
}
