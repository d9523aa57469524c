package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const front = "../../../frontend"

// program builds the product.
func program(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "tongban")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", bin, "tongban/server/cmd/tongban").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return bin
}

func release(t *testing.T, bin, out string) {
	t.Helper()
	require.NoError(t, run(t.Context(), []string{"-bin", bin, "-frontend", front, "-version", "1.2.3", "-out", out}, os.Stderr))
}

func TestRelease(t *testing.T) {
	if _, err := os.Stat(filepath.Join(front, "node_modules", "react")); err != nil {
		t.Skip("the packages of the front end are not installed")
	}
	one, two := t.TempDir(), t.TempDir()
	bin := program(t)
	release(t, bin, one)
	release(t, bin, two)
	read := func(dir, name string) string {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(b)
	}
	for _, name := range []string{"tongban-1.2.3.cdx.json", "THIRD_PARTY_NOTICES.txt", sums} {
		require.Equal(t, read(one, name), read(two, name), "made twice, %s is the same", name)
	}

	t.Run("the list names the parts of Go and of the pages with licence and package URL", func(t *testing.T) {
		var doc bom
		require.NoError(t, json.Unmarshal([]byte(read(one, "tongban-1.2.3.cdx.json")), &doc))
		require.Equal(t, "CycloneDX", doc.Format)
		require.Regexp(t, `^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, doc.Serial)
		licences := map[string]string{}
		for _, c := range doc.Components {
			require.NotContains(t, licences, c.Ref)
			licences[c.URL[:strings.LastIndex(c.URL, "@")]] = c.Licences[0].License.ID
		}
		require.Equal(t, "MIT", licences["pkg:npm/react"])
		require.Equal(t, "MIT", licences["pkg:golang/github.com/gofiber/fiber/v2"])
		require.Equal(t, "BSD-3-Clause", licences["pkg:golang/std"])
		require.NotContains(t, licences, "pkg:golang/github.com/stretchr/testify", "tests are no part of the release")
		require.NotContains(t, licences, "pkg:npm/vite", "tools are no part of the release")
		require.Len(t, doc.Dependencies[0].On, len(doc.Components))
	})
	t.Run("the notices hold the texts", func(t *testing.T) {
		require.Contains(t, read(one, "THIRD_PARTY_NOTICES.txt"), "Copyright 2009 The Go Authors")
		require.Contains(t, read(one, "THIRD_PARTY_NOTICES.txt"), "Meta Platforms")
	})
	t.Run("the sums are those of the files", func(t *testing.T) {
		want, err := sumOf(filepath.Join(one, "THIRD_PARTY_NOTICES.txt"))
		require.NoError(t, err)
		require.Contains(t, read(one, sums), want+"  THIRD_PARTY_NOTICES.txt\n")
	})
}

func TestKnown_refuses_what_nobody_looked_at(t *testing.T) {
	texts := []text{{"LICENSE", "x"}}
	require.NoError(t, known([]part{{Name: "a", Licence: "MIT", Texts: texts}}))
	for name, p := range map[string]part{
		"another licence": {Name: "a", Licence: "AGPL-3.0-only", Texts: texts}, "none": {Name: "a", Texts: texts}, "no text": {Name: "a", Licence: "MIT"},
	} {
		require.Error(t, known([]part{p}), name)
	}
	require.Empty(t, classify("You may look at this."))
}
