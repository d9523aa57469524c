package idem_test

import (
	"crypto/sha256"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/idem"
	"tongban/runtime/store"
	"tongban/runtime/store/mongo"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/runtime/store/sqlite"
	"tongban/schema/fail"
)

// reopened is an engine that a test may open again, as after a crash.
type reopened struct {
	name string
	open func(t *testing.T) store.Engine
}

func engines(t *testing.T, now func() time.Time) []reopened {
	t.Helper()
	dir, uri := t.TempDir(), mongotest.Start(t)
	return []reopened{
		{"sqlite", func(t *testing.T) store.Engine {
			t.Helper()
			e, err := sqlite.Open(t.Context(), sqlite.Options{Dir: dir, Now: now})
			require.NoError(t, err)
			return e
		}},
		{"mongo", func(t *testing.T) store.Engine {
			t.Helper()
			e, err := mongo.Open(t.Context(), mongo.Options{URI: uri, Log: slog.New(slog.DiscardHandler), Now: now})
			require.NoError(t, err)
			return e
		}},
	}
}

func request(body string) idem.Request {
	return idem.Request{Tenant: 1, Key: "k", Secret: "s", Fingerprint: sha256.Sum256([]byte(body))}
}

func put(key string) *store.Commit {
	return &store.Commit{Docs: []store.DocOp{{Kind: "thing", Key: key, IfVersion: 0, Body: []byte("1")}}}
}

func has(t *testing.T, e store.Engine, key string) bool {
	t.Helper()
	found := false
	require.NoError(t, e.View(t.Context(), 1, func(r store.Reader) error {
		docs, err := r.Docs(t.Context(), "thing", key, "", 10)
		found = len(docs) > 0
		return err
	}))
	return found
}

func refused(t *testing.T, err error, code string) {
	t.Helper()
	require.Error(t, err)
	require.NotNil(t, fail.Of(err), "%v", err)
	require.Equal(t, code, fail.Of(err).Code)
}

func TestWhatWasDoneBeforeACrashIsNotDoneAgain(t *testing.T) {
	at := time.Now()
	for _, x := range engines(t, func() time.Time { return at }) {
		t.Run(x.name, func(t *testing.T) {
			at = time.Now()
			now := func() time.Time { return at }
			e := idem.Engine{Engine: x.open(t)}
			claim, old, err := idem.New(e, now).Begin(t.Context(), request("a"))
			require.NoError(t, err)
			require.Nil(t, old)
			ctx := claim.Within(t.Context())
			r, err := e.Commit(ctx, 1, put("first"))
			require.NoError(t, err)
			require.Len(t, r.DocVersions, 1, "the claim's document is not the caller's")
			_, err = e.Commit(ctx, 1, put("second"))
			require.NoError(t, err)
			require.NoError(t, e.Close()) // no answer was stored

			e = idem.Engine{Engine: x.open(t)}
			defer func() { require.NoError(t, e.Close()) }()
			_, _, err = idem.New(e, now).Begin(t.Context(), request("a"))
			refused(t, err, "idempotency.running")
			at = at.Add(2 * time.Minute)
			for range 2 {
				_, _, err = idem.New(e, now).Begin(t.Context(), request("a"))
				refused(t, err, "idempotency.done")
			}
			_, _, err = idem.New(e, now).Begin(t.Context(), request("b"))
			refused(t, err, "idempotency.reused")
			at = at.Add(25 * time.Hour)
			_, old, err = idem.New(e, now).Begin(t.Context(), request("b"))
			require.NoError(t, err, "a key is forgotten after a day")
			require.Nil(t, old)
		})
	}
}

func TestWhatWasNotDoneBeforeACrashIsDoneOnce(t *testing.T) {
	at := time.Now()
	for _, x := range engines(t, func() time.Time { return at }) {
		t.Run(x.name, func(t *testing.T) {
			at = time.Now()
			now := func() time.Time { return at }
			e := idem.Engine{Engine: x.open(t)}
			slow, _, err := idem.New(e, now).Begin(t.Context(), request("a"))
			require.NoError(t, err)
			at = at.Add(2 * time.Minute)
			next, old, err := idem.New(e, now).Begin(t.Context(), request("a"))
			require.NoError(t, err)
			require.Nil(t, old)
			_, err = e.Commit(slow.Within(t.Context()), 1, put("slow"))
			refused(t, err, "idempotency.running")
			require.False(t, has(t, e, "slow"), "the one that was too slow stores nothing")
			_, err = e.Commit(next.Within(t.Context()), 1, put("next"))
			require.NoError(t, err)
			require.NoError(t, next.Done(t.Context(), []byte("answer")))
			_, old, err = idem.New(e, now).Begin(t.Context(), request("a"))
			require.NoError(t, err)
			require.Equal(t, "answer", string(old))
			require.NoError(t, e.Close())
		})
	}
}
