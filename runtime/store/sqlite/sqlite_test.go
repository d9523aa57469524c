package sqlite

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/runtime/store/storetest"
)

func openTest(t testing.TB, dir string) *Engine {
	t.Helper()
	e, err := Open(t.Context(), Options{Dir: dir, Now: time.Now})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	return e
}

func TestSQLiteIsAStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Engine { return openTest(t, t.TempDir()) })
}
