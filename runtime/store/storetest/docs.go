package storetest

import (
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
)

func (b *bench) docs(ops ...store.DocOp) ([]schema.Version, error) {
	r, err := b.commit(&store.Commit{Origin: origin(), Docs: ops})
	if err != nil {
		return nil, err
	}
	require.Len(b, r.DocVersions, len(ops))
	return r.DocVersions, nil
}

func (b *bench) doc(kind, key string) (store.Doc, error) {
	var d store.Doc
	err := b.e.View(b.Context(), b.tenant, func(r store.Reader) (err error) {
		d, err = r.Doc(b.Context(), kind, key)
		return err
	})
	return d, err
}

func testDocVersions(b *bench) {
	_, err := b.doc("k", "a")
	require.ErrorIs(b, err, store.ErrNotFound)
	v, err := b.docs(store.DocOp{Kind: "k", Key: "a", Body: []byte("1")})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{1}, v)

	_, err = b.docs(store.DocOp{Kind: "k", Key: "z", Body: []byte("z")}, store.DocOp{Kind: "k", Key: "a", Body: []byte("2")})
	var fault *store.Fault
	require.ErrorAs(b, err, &fault)
	require.ErrorIs(b, err, store.ErrConflict)
	require.Equal(b, []any{1, -1, schema.Version(1)}, []any{fault.Doc, fault.Op, fault.Current})
	_, err = b.doc("k", "z")
	require.ErrorIs(b, err, store.ErrNotFound, "nothing of the failed commit is left")

	v, err = b.docs(store.DocOp{Kind: "k", Key: "a", IfVersion: 1, Body: []byte("2")}, store.DocOp{Kind: "k2", Key: "a", IfVersion: -1, Body: []byte{0, 255}})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{2, 1}, v)
	v, err = b.docs(store.DocOp{Kind: "k", Key: "a", IfVersion: -1, Body: []byte("3")})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{3}, v)
	d, err := b.doc("k", "a")
	require.NoError(b, err)
	require.Equal(b, store.Doc{Kind: "k", Key: "a", Version: 3, Body: []byte("3")}, d)
	d, err = b.doc("k2", "a")
	require.NoError(b, err)
	require.Equal(b, []byte{0, 255}, d.Body)

	_, err = b.docs(store.DocOp{Kind: "k", Key: "a", IfVersion: 2})
	require.ErrorIs(b, err, store.ErrConflict)
	_, err = b.docs(store.DocOp{Kind: "k", Key: "a", IfVersion: 3}, store.DocOp{Kind: "k", Key: "none", IfVersion: -1})
	require.NoError(b, err)
	_, err = b.doc("k", "a")
	require.ErrorIs(b, err, store.ErrNotFound)
	_, err = b.docs(store.DocOp{Kind: "k", Key: "a", IfVersion: 3, Body: []byte("4")})
	require.ErrorIs(b, err, store.ErrConflict)
	v, err = b.docs(store.DocOp{Kind: "k", Key: "a", Body: []byte("4")})
	require.NoError(b, err)
	require.Equal(b, []schema.Version{1}, v, "a deleted document starts anew")
}

func testDocList(b *bench) {
	var ops []store.DocOp
	for i := range 25 {
		ops = append(ops, store.DocOp{Kind: "list", Key: fmt.Sprintf("a/%02d", i), Body: []byte{byte(i)}})
	}
	for _, key := range []string{"a", "a0", "b/1", "a/\xff", "a/京"} {
		ops = append(ops, store.DocOp{Kind: "list", Key: key, Body: []byte("x")})
	}
	ops = append(ops, store.DocOp{Kind: "other", Key: "a/00", Body: []byte("x")})
	ops[28].Key = "a/~" // keys are UTF-8
	_, err := b.docs(ops...)
	require.NoError(b, err)
	list := func(prefix string, limit int) []string {
		var keys []string
		b.view(func(r store.Reader) {
			after := ""
			for {
				docs, err := r.Docs(b.Context(), "list", prefix, after, limit)
				require.NoError(b, err)
				require.LessOrEqual(b, len(docs), limit)
				for _, d := range docs {
					require.Equal(b, "list", d.Kind)
					require.Equal(b, schema.Version(1), d.Version)
					keys = append(keys, d.Key)
				}
				if len(docs) < limit {
					return
				}
				after = docs[len(docs)-1].Key
			}
		})
		return keys
	}
	var want []string
	for i := range 25 {
		want = append(want, fmt.Sprintf("a/%02d", i))
	}
	want = append(want, "a/~", "a/京")
	require.Equal(b, want, list("a/", 7))
	require.Equal(b, want, list("a/", 100))
	require.Equal(b, append(append([]string{"a"}, want...), "a0", "b/1"), list("", 4))
	require.Empty(b, list("c", 5))
	require.Equal(b, []string{"a/京"}, list("a/京", 5))
}

func testDocExpiry(b *bench) {
	now := time.Now()
	_, err := b.docs(
		store.DocOp{Kind: "s", Key: "old", Body: []byte("x"), ExpiresAt: now.Add(-time.Hour).UnixMilli()},
		store.DocOp{Kind: "s", Key: "soon", Body: []byte("x"), ExpiresAt: now.Add(300 * time.Millisecond).UnixMilli()},
		store.DocOp{Kind: "s", Key: "later", Body: []byte("x"), ExpiresAt: now.Add(time.Hour).UnixMilli()})
	require.NoError(b, err)
	_, err = b.doc("s", "old")
	require.ErrorIs(b, err, store.ErrNotFound)
	d, err := b.doc("s", "later")
	require.NoError(b, err)
	require.Equal(b, now.Add(time.Hour).UnixMilli(), d.ExpiresAt)
	require.Eventually(b, func() bool {
		_, err := b.doc("s", "soon")
		return err != nil
	}, 5*time.Second, 20*time.Millisecond)
	b.view(func(r store.Reader) {
		docs, err := r.Docs(b.Context(), "s", "", "", 10)
		require.NoError(b, err)
		require.Len(b, docs, 1)
	})
	v, err := b.docs(store.DocOp{Kind: "s", Key: "old", Body: []byte("new")})
	require.NoError(b, err)
	require.Equal(b, schema.Version(1), v[0], "an expired document counts as missing")
	_, err = b.doc("s", "old")
	require.NoError(b, err)
}

func testDocAtomic(b *bench) {
	s, id := b.plain(), b.id()
	c := &store.Commit{Origin: origin(), Ops: []store.Op{create(s, id, nil)}, Docs: []store.DocOp{{Kind: "d", Key: "k", IfVersion: 5, Body: []byte("x")}}}
	_, err := b.commit(c)
	require.ErrorIs(b, err, store.ErrConflict)
	require.Nil(b, b.get(s, id))
	c.Docs[0].IfVersion, c.Docs[0].Log = 0, true
	r, err := b.commit(c)
	require.NoError(b, err)
	require.Equal(b, schema.Version(1), r.Versions[0])
	require.Equal(b, schema.Version(1), r.DocVersions[0])
	_, err = b.commit(&store.Commit{Origin: origin(), Ops: []store.Op{act(store.OpTrash, s, id, 9)}, Docs: []store.DocOp{{Kind: "d", Key: "k2", Body: []byte("x"), Log: true}}})
	require.ErrorIs(b, err, store.ErrConflict)
	_, err = b.doc("d", "k2")
	require.ErrorIs(b, err, store.ErrNotFound)
	log := b.changes(0, 2)
	require.Len(b, log, 2)
	require.Equal(b, store.OpCreate, log[0].Op)
	require.Equal(b, []any{store.OpDoc, "d", "k", schema.Version(1)}, []any{log[1].Op, log[1].DocKind, log[1].DocKey, log[1].Version})
}
