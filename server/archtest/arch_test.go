// Package archtest keeps the shape of the code: who may import whom. The
// table below is the architecture; change it in the same commit as the code,
// with an ADR.
package archtest

import (
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "tongban"

// layers: a package may import itself, what lies below it, and what stands
// here, no more. A name stands for the package and all under it, unless a
// longer name matches.
var layers = map[string][]string{
	"schema":                        {},
	"runtime/ids":                   {},
	"runtime/fair":                  {"schema"},
	"runtime/store":                 {"schema"},
	"runtime/store/storetest":       {"schema", "runtime/store"},
	"runtime/store/tally":           {"schema", "runtime/store"},
	"runtime/store/sqlite":          {"schema", "runtime/store"},
	"runtime/store/mongo":           {"schema", "runtime/store"},
	"runtime/store/mongo/mongotest": {},
	"runtime/seal":                  {"schema", "runtime/store"},
	"runtime/access":                {"schema"},
	"runtime/catalog":               {"schema", "runtime/store", "runtime/access", "runtime/ids"},
	"runtime/record":                {"schema", "runtime/store", "runtime/access", "runtime/ids", "runtime/catalog", "runtime/fair", "runtime/seal"},
	"runtime/event":                 {"schema", "runtime/store"},
	"runtime/live":                  {"schema", "runtime/store", "runtime/access", "runtime/catalog", "runtime/record", "runtime/event"},
	"runtime/account":               {"schema", "runtime/store", "runtime/access", "runtime/ids", "runtime/catalog"},
	"runtime/node":                  {"schema", "runtime/store"},
	"runtime/idem":                  {"schema", "runtime/store"},
	"runtime/file":                  {"schema", "runtime/store", "runtime/access", "runtime/ids", "runtime/catalog", "runtime/record"},
	"runtime/comment":               {"schema", "runtime/store", "runtime/access", "runtime/ids", "runtime/catalog", "runtime/record"},
	"runtime/ingest":                {"schema", "runtime/store", "runtime/access", "runtime/ids", "runtime/catalog", "runtime/record"},
	"runtime/install":               {"schema", "runtime/store", "runtime/access", "runtime/catalog", "runtime/record", "templates"},
	"plugins":                       {"schema", "runtime/plug"},
	"templates":                     {"schema"},
	"frontend":                      {},
	"server/archtest":               {},
	"server/config":                 {},
	"server/body":                   {"schema"},
	"server/text":                   {"schema"},
	"server/ops":                    {"schema", "runtime/store", "server/config"},
	"server/web":                    {"frontend", "server/text"},
	"server/api":                    {"schema", "runtime/access", "runtime/seal", "runtime/catalog", "runtime/record", "runtime/account", "runtime/idem", "runtime/file", "runtime/comment", "runtime/ingest", "runtime/install", "server/text", "server/body", "server/ops"},
	"server/ws":                     {"schema", "runtime/access", "runtime/live", "runtime/node", "runtime/record", "server/text", "server/body"},
	"server/wire":                   {"schema", "runtime", "plugins", "templates", "frontend", "server"},
	"server/torture":                {"schema", "runtime", "server"},
	"server/cmd":                    {"schema", "runtime", "plugins", "templates", "frontend", "server"},
}

// owners: only these packages may import a third-party module. A package under
// an owner is an owner too.
var owners = map[string][]string{
	"github.com/gofiber/fiber/v2":                  {"server"},
	"github.com/valyala/fasthttp":                  {"server"},
	"github.com/gorilla/websocket":                 {"server/ws"},
	"github.com/casbin/casbin/v2":                  {"runtime/access"},
	"github.com/dop251/goja":                       {"runtime/script"},
	"go.mongodb.org/mongo-driver/v2":               {"runtime/store/mongo"},
	"zombiezen.com/go/sqlite":                      {"runtime/store/sqlite"},
	"modernc.org/sqlite":                           {"runtime/store/sqlite"},
	"github.com/xuri/excelize/v2":                  {"runtime/ingest"},
	"github.com/nyaruka/phonenumbers":              {"schema/field"},
	"github.com/cockroachdb/apd/v3":                {"schema/value"},
	"github.com/prometheus/client_golang":          {"server/ops"},
	"github.com/getkin/kin-openapi":                {"server/api"},
	"go.yaml.in/yaml/v3":                           {"runtime/install", "templates", "server/config"},
	"golang.org/x/crypto/argon2":                   {"runtime/account"},
	"golang.org/x/text":                            {"schema", "runtime/ingest"},
	"golang.org/x/time/rate":                       {"server/api"},
	"golang.org/x/sync":                            {"schema", "runtime", "server"},
	"github.com/stretchr/testify":                  {"runtime/store/storetest", "runtime/store/mongo/mongotest", "schema/field/fieldtest"},
	"github.com/andybalholm/brotli":                {"server/web"},
	"github.com/klauspost/compress":                {"server/web"},
	"github.com/prometheus/client_model":           {"server/ops"},
	"github.com/prometheus/common":                 {"server/ops"},
	"golang.org/x/text/encoding/simplifiedchinese": {"runtime/ingest"},
}

type pkg struct {
	ImportPath, Dir string
	Imports         []string
	GoFiles         []string
	TestGoFiles     []string
}

func TestPackages_import_only_what_the_table_allows(t *testing.T) {
	seen := 0
	for _, p := range packages(t) {
		from := rel(p.ImportPath)
		allowed, ok := longest(layers, from)
		if !ok {
			t.Errorf("%s is in no layer: give it one in archtest", from)
			continue
		}
		for _, imp := range p.Imports {
			seen++
			switch {
			case imp == module || strings.HasPrefix(imp, module+"/"):
				if to := rel(imp); !under(to, key(layers, from)) && !underAny(to, allowed) {
					t.Errorf("%s must not import %s", from, to)
				}
			case strings.Contains(strings.SplitN(imp, "/", 2)[0], "."):
				if who, ok := longest(owners, imp); !ok || !underAny(from, who) {
					t.Errorf("%s must not import %s (owners: %v)", from, imp, who)
				}
			}
		}
	}
	require.Greater(t, seen, 100, "the test looked at too little to mean anything")
}

func TestEnginesAreNamedByTheWiringAlone(t *testing.T) {
	for _, p := range packages(t) {
		from := rel(p.ImportPath)
		for _, imp := range p.Imports {
			if imp != module+"/runtime/store/sqlite" && imp != module+"/runtime/store/mongo" {
				continue
			}
			if from != "server/wire" && !strings.HasPrefix(from, "runtime/store/") {
				t.Errorf("%s names an engine: only server/wire may", from)
			}
		}
	}
}

func TestPackages_say_what_they_are(t *testing.T) {
	for _, p := range packages(t) {
		documented := false
		for _, f := range p.GoFiles {
			ast, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, f), nil, parser.PackageClauseOnly|parser.ParseComments)
			require.NoError(t, err)
			documented = documented || ast.Doc != nil
		}
		if len(p.GoFiles) > 0 && !documented {
			t.Errorf("%s has no package comment", rel(p.ImportPath))
		}
	}
}

func TestPackageNames_are_nouns_that_say_something(t *testing.T) {
	banned := []string{"util", "utils", "common", "helper", "helpers", "base", "manager", "model", "models", "misc"}
	for _, p := range packages(t) {
		if name := filepath.Base(p.ImportPath); slices.Contains(banned, name) {
			t.Errorf("%s: %q says nothing", rel(p.ImportPath), name)
		}
	}
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,Imports,GoFiles,TestGoFiles", module+"/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []pkg
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(p.Dir, "node_modules") {
			all = append(all, p)
		}
	}
}

func rel(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }

func under(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func underAny(path string, roots []string) bool {
	return slices.ContainsFunc(roots, func(r string) bool { return under(path, r) })
}

func key(m map[string][]string, path string) string {
	best := ""
	for k := range m {
		if under(path, k) && len(k) > len(best) {
			best = k
		}
	}
	return best
}

func longest(m map[string][]string, path string) ([]string, bool) {
	v, ok := m[key(m, path)]
	return v, ok
}
