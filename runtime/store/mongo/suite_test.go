package mongo_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tongban/runtime/store"
	"tongban/runtime/store/mongo"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/runtime/store/storetest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("os/exec.(*Cmd).Start.func2"))
}

// testLog writes the engine's log into the test's.
type testLog struct{ t testing.TB }

func (l testLog) Write(p []byte) (int, error) {
	l.t.Log(string(p))
	return len(p), nil
}

func open(t testing.TB, uri string) *mongo.Engine {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	e, err := mongo.Open(ctx, mongo.Options{
		URI: uri, Log: slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: time.Now, Grace: 50 * time.Millisecond,
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, e.Close())
		cancel()
	})
	return e
}

func TestTheEngineKeepsTheContract(t *testing.T) {
	uri := mongotest.Start(t)
	storetest.Run(t, func(t *testing.T) store.Engine { return open(t, uri) })
}
