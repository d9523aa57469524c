package api_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
)

// valid loads and checks a description as a code generator would.
func valid(t *testing.T, raw []byte) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(raw)
	require.NoError(t, err)
	require.NoError(t, doc.Validate(t.Context()))
	require.True(t, strings.HasPrefix(doc.OpenAPI, "3.1"))
	seen := map[string]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			require.False(t, seen[op.OperationID], "%s %s: %s is not unique", method, path, op.OperationID)
			seen[op.OperationID] = true
		}
	}
	return doc
}

func TestOpenAPI(t *testing.T) {
	w := newWorld(t, nil)
	t.Run("the platform's description names every route", func(t *testing.T) {
		doc := valid(t, w.ok("GET", "/openapi.json", "", nil).Raw)
		for _, r := range w.prog.API.Routes() {
			item := doc.Paths.Find(r.Path)
			require.NotNil(t, item, r.Path)
			require.NotNil(t, item.GetOperation(r.Method), "%s %s", r.Method, r.Path)
		}
	})
	t.Run("an app's description has its entities as typed schemas, without what is hidden", func(t *testing.T) {
		p := w.customers()
		raw := w.ok("GET", "/apps/"+p.app+"/openapi.json", w.owner, nil).Raw
		doc := valid(t, raw)
		fields := doc.Components.Schemas["Kehu"].Value.Properties["fields"].Value.Properties
		require.Contains(t, fields, "amount")
		require.True(t, fields["amount"].Value.Type.Is("string"), "a decimal is text")
		require.NotNil(t, doc.Paths.Find("/entities/"+p.ent+"/records/{rec}"))
		role := w.ok("POST", "/roles", w.owner, m{"name": "r", "grants": []any{m{"entity": p.ent, "read": true, "fields": m{"secret": "hidden"}}}}).str("id")
		spy, _ := w.member("spy@example.com", role)
		require.NotContains(t, string(w.ok("GET", "/apps/"+p.app+"/openapi.json", spy, nil).Raw), "secret")
	})
	t.Run("all templates' apps can be described", func(t *testing.T) {
		for _, lang := range []string{"zh-CN", "en"} {
			app := w.ok("POST", "/apps", w.owner, m{"template": "crm", "locale": lang}).str("id")
			valid(t, w.ok("GET", "/apps/"+app+"/openapi.json", w.owner, nil).Raw)
		}
	})
}
