package ingest

import (
	"bytes"
	"context"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// roundTrip writes cells as an export does and reads them as an import does.
func roundTrip(t *testing.T, cells []string, guard bool) (file string, back []string) {
	t.Helper()
	var b bytes.Buffer
	w := csvWriter{w: &b, guard: guard}
	require.NoError(t, w.row(cells))
	table := openText(context.Background(), bytes.NewReader(b.Bytes()), textKind{encoding: "utf-8", delim: ','})
	r, err := table.next()
	require.NoError(t, err)
	for _, c := range r.cells {
		back = append(back, c.text)
	}
	_, err = table.next()
	require.ErrorIs(t, err, io.EOF)
	return b.String(), back
}

func TestGuardedTextsComeBackAsTheyWere(t *testing.T) {
	cells := []string{"=1+1", "'=1+1", "''@x", "'", "''", "'quoted", "-5", "'-5", "+86 138", "-x", "@SUM(A1)", "\tx", "好", "it's =1", ""}
	file, back := roundTrip(t, cells, true)
	require.Equal(t, cells, back)
	require.Contains(t, file, "'=1+1,''=1+1,'''@x,',''")
}

func FuzzGuard(f *testing.F) {
	for _, s := range []string{"=x", "'=x", "'''-x", "x", "-5"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		require.Equal(t, s, unguarded(guardedText(s)))
		require.False(t, dangerous(guardedText(s)))
	})
}
