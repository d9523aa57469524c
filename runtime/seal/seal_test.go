package seal_test

import (
	"crypto/hmac"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/seal"
)

func keeper(t *testing.T, first byte) *seal.Keeper {
	t.Helper()
	k, err := seal.New([seal.KeySize]byte{first})
	require.NoError(t, err)
	return k
}

var here = seal.Place{Tenant: 1, Entity: 2, Field: 3, Record: 4}

func TestASealOpensWithItsKeyAtItsPlaceOnly(t *testing.T) {
	k := keeper(t, 1)
	for _, text := range []string{"", "x", "口令 🔑", strings.Repeat("长", 2000)} {
		sealed, err := k.Seal(here, text)
		require.NoError(t, err)
		require.True(t, seal.Sealed(sealed))
		if len(text) > 1 { // one letter may well be among the sealed ones
			require.NotContains(t, sealed, text)
		}
		open, err := k.Open(here, sealed)
		require.NoError(t, err)
		require.Equal(t, text, open)
		again, err := k.Seal(here, text)
		require.NoError(t, err)
		require.NotEqual(t, sealed, again, "nobody sees that two are alike")
	}
	sealed, err := k.Seal(here, "x")
	require.NoError(t, err)
	for name, at := range map[string]seal.Place{
		"another company": {Tenant: 9, Entity: 2, Field: 3, Record: 4}, "another table": {Tenant: 1, Entity: 9, Field: 3, Record: 4},
		"another field": {Tenant: 1, Entity: 2, Field: 9, Record: 4}, "another record": {Tenant: 1, Entity: 2, Field: 3, Record: 9},
	} {
		_, err := k.Open(at, sealed)
		require.ErrorIs(t, err, seal.ErrBroken, name)
	}
	_, err = keeper(t, 2).Open(here, sealed)
	require.ErrorIs(t, err, seal.ErrOtherKey)
	flipped := sealed[:len(sealed)-2] + "A" + sealed[len(sealed)-1:]
	if flipped == sealed {
		flipped = sealed[:len(sealed)-2] + "B" + sealed[len(sealed)-1:]
	}
	for _, s := range []string{"", "x", "1.", "1." + k.ID()[:8] + ".", "1." + k.ID()[:8] + ".AAAA", flipped, "2" + sealed[1:], sealed + ".x"} {
		_, err := k.Open(here, s)
		require.ErrorIs(t, err, seal.ErrBroken, "%q", s)
	}
}

func TestAMovedSealOpensAtItsNewPlace(t *testing.T) {
	k, there := keeper(t, 1), seal.Place{Tenant: 1, Entity: 7, Field: 3, Record: 4}
	sealed, err := k.Seal(here, "x")
	require.NoError(t, err)
	moved, err := k.Move(here, there, sealed)
	require.NoError(t, err)
	open, err := k.Open(there, moved)
	require.NoError(t, err)
	require.Equal(t, "x", open)
	_, err = k.Open(here, moved)
	require.ErrorIs(t, err, seal.ErrBroken)
}

func TestWithoutAKeyNothingIsSealed(t *testing.T) {
	var k *seal.Keeper
	_, err := k.Seal(here, "x")
	require.ErrorIs(t, err, seal.ErrNoKey)
	_, err = k.Open(here, "x")
	require.ErrorIs(t, err, seal.ErrNoKey)
	require.Empty(t, k.ID())
}

func TestAHashTellsNothingWithoutTheKey(t *testing.T) {
	sum := func(k *seal.Keeper) []byte {
		h := k.Hash()
		h.Write([]byte("1234"))
		return h.Sum(nil)
	}
	require.Len(t, sum(nil), 32)
	require.True(t, hmac.Equal(sum(keeper(t, 1)), sum(keeper(t, 1))))
	require.NotEqual(t, sum(nil), sum(keeper(t, 1)))
	require.NotEqual(t, sum(keeper(t, 2)), sum(keeper(t, 1)))
}

func TestAKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "master.key")
	_, err := seal.FromFile(path, false)
	require.ErrorIs(t, err, fs.ErrNotExist)
	made, err := seal.FromFile(path, true)
	require.NoError(t, err)
	again, err := seal.FromFile(path, true)
	require.NoError(t, err)
	require.Equal(t, made.ID(), again.ID())
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	left, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, left, 1, "nothing else is left there")
	for _, bad := range []string{"", "abc", strings.Repeat("g", 64), strings.Repeat("a", 62)} {
		require.NoError(t, os.WriteFile(path, []byte(bad), 0o600))
		_, err := seal.FromFile(path, true)
		require.ErrorIs(t, err, seal.ErrBadKey, "%q", bad)
	}
}

func FuzzOpen(f *testing.F) {
	k, err := seal.New([seal.KeySize]byte{1})
	require.NoError(f, err)
	sealed, err := k.Seal(here, "x")
	require.NoError(f, err)
	for _, s := range []string{sealed, "1.", "1." + k.ID()[:8] + ".AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if text, err := k.Open(here, s); err == nil && text != "x" {
			t.Fatalf("%q opens", s)
		}
	})
}
