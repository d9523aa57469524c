package api_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/server/api"
)

func TestEveryRouteDeclaresWhoMayCallIt(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range newWorld(t, nil).prog.API.Routes() {
		name := r.Method + " " + r.Path
		require.NotZero(t, r.Need, name)
		require.NotEmpty(t, r.Summary, name)
		require.False(t, seen[name], "%s stands in the table twice", name)
		seen[name] = true
		if r.Method == http.MethodGet || r.Method == http.MethodDelete {
			continue
		}
		require.NotZero(t, r.Body, "%s has a limit of its body", name)
	}
	require.Greater(t, len(seen), 55)
}

// ids fills the parameters of a route's path with things that exist.
func (w *world) ids(p place, rec string) map[string]string {
	w.t.Helper()
	e := w.ok("GET", "/entities/"+p.ent, w.owner, nil)
	_, usr := w.member(fmt.Sprintf("x%d@example.com", now().UnixNano()), "viewer")
	return map[string]string{
		"{app}": p.app, "{ent}": p.ent, "{rec}": rec, "{fld}": e.str("fields", 0, "id"), "{viw}": e.str("views", 0, "id"), "{usr}": usr,
		"{rol}": w.ok("POST", "/roles", w.owner, m{"name": strconv.FormatInt(now().UnixNano(), 36)}).str("id"),
		"{dep}": w.ok("POST", "/departments", w.owner, m{"name": "部门"}).str("id"),
		"{cmt}": w.ok("POST", p.records()+"/"+rec+"/comments", w.owner, m{"text": "x"}).str("id"),
		"{tok}": "tok_1", "{inv}": "inv_1", "{code}": "abc", "{key}": "crm", "{fil}": "fil_1", "{imp}": "imp_1", "{exp}": "imp_1",
	}
}

func fill(path string, ids map[string]string) string {
	for k, v := range ids {
		path = strings.ReplaceAll(path, k, v)
	}
	return path
}

func TestWhoIsNotSignedInIsRefusedEverywhere(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	ids := w.ids(p, w.record(p, w.owner, m{"name": "a"}))
	for _, r := range w.prog.API.Routes() {
		if r.Need == api.Public {
			continue
		}
		w.refused(401, "auth.required", r.Method, fill(r.Path, ids), "", nil)
		w.refused(401, "auth.expired", r.Method, fill(r.Path, ids), "tbs_wrong", nil)
		w.refused(401, "auth.expired", r.Method, fill(r.Path, ids), "", nil, header{"Authorization", "Basic YTpi"})
	}
}

func TestWhoMayNotIsRefusedBeforeAnythingHappens(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.customers()
		rec := w.record(p, w.owner, m{"name": "a"})
		ids := w.ids(p, rec)
		member, _ := w.member("member@example.com", "member")
		reader := w.ok("POST", "/tokens", w.owner, m{"name": "lesen", "scopes": []string{"read"}}).str("token")
		seq := w.settled()
		for _, r := range w.prog.API.Routes() {
			path := fill(r.Path, ids)
			switch r.Need {
			case api.Admin, api.Designer:
				a := w.do(r.Method, path, member, m{})
				require.Equal(t, 403, a.Status, "%s for a member: %s", a.what, a.Raw)
			}
			if r.Need != api.Public && r.Changes() {
				a := w.do(r.Method, path, reader, m{})
				require.Equal(t, 403, a.Status, "%s for a token that may only read: %s", a.what, a.Raw)
			}
		}
		require.Equal(t, seq, w.settled(), "nothing was changed")
		w.ok("GET", p.records(), reader, nil)
	})
}

// hostile are bodies that no route takes.
func hostile() map[string]struct {
	body string
	code string
} {
	type c = struct{ body, code string }
	long := strings.Repeat("长", 200_000)
	return map[string]struct{ body, code string }{
		"an unknown field":    c{`{"zzz":1}`, "json.unknownField"},
		"a list":              c{`[]`, "json.type"},
		"a string":            c{`"x"`, "json.type"},
		"null":                c{`null`, "json.type"},
		"no JSON":             c{`{`, "json.syntax"},
		"data after the end":  c{`{} {}`, "json.syntax"},
		"XML":                 c{`<a/>`, "json.syntax"},
		"NUL":                 c{`{"zzz":"\u0000"}`, "text.nul"},
		"a lone surrogate":    c{`{"zzz":"\ud800"}`, "text.surrogate"},
		"broken UTF-8":        c{"{\"zzz\":\"\xff\xfe\"}", "text.utf8"},
		"deep arrays":         c{`{"zzz":` + strings.Repeat("[", 10_000) + `}`, "json.deep"},
		"deep objects":        c{strings.Repeat(`{"a":`, 10_000), "json.deep"},
		"a double key":        c{`{"zzz":1,"zzz":2}`, "json.duplicate"},
		"an endless number":   c{`{"zzz":` + strings.Repeat("9", 5_000) + `}`, "json.number"},
		"a prototype":         c{`{"__proto__":{"a":1}}`, "json.unknownField"},
		"a very long unknown": c{`{"zzz":"` + long[:49_998] + `"}`, "json.unknownField"},
	}
}

func TestHostileBodiesAreRefusedOnEveryRoute(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	ids := w.ids(p, w.record(p, w.owner, m{"name": "a"}))
	routes := 0
	for _, r := range w.prog.API.Routes() {
		in := r.Input()
		if in == nil {
			continue
		}
		routes++
		path := fill(r.Path, ids)
		for name, h := range hostile() {
			a := w.do(r.Method, path, w.owner, h.body)
			require.GreaterOrEqual(t, a.Status, 400, "%s with %s", a.what, name)
			require.Less(t, a.Status, 500, "%s with %s: %s", a.what, name, a.Raw)
			require.Equal(t, h.code, a.str("code"), "%s with %s: %s", a.what, name, a.Raw)
		}
		for f := range in.Fields() {
			key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			for name, v := range wrongFor(f) {
				a := w.do(r.Method, path, w.owner, fmt.Sprintf(`{%q:%s}`, key, v))
				require.GreaterOrEqual(t, a.Status, 400, "%s with %s in %s", a.what, name, key)
				require.Less(t, a.Status, 500, "%s with %s in %s: %s", a.what, name, key, a.Raw)
				require.True(t, strings.HasPrefix(a.str("field"), key), "%s with %s in %s names it: %s", a.what, name, key, a.Raw)
			}
		}
	}
	require.Greater(t, routes, 30)
	require.Equal(t, 200, w.do("GET", "/healthz", "", nil).Status)
}

// wrongFor are values that a member of a body does not take.
func wrongFor(f reflect.StructField) map[string]string {
	typ := f.Type
	if typ.Kind() == reflect.Struct && strings.HasPrefix(typ.Name(), "Opt[") {
		v, _ := typ.FieldByName("V")
		typ = v.Type
	}
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	nul, lone := `"a\u0000b"`, `"a\udfffb"`
	switch typ.Kind() {
	case reflect.String:
		return map[string]string{"a number": `1`, "a list": `[]`, "an over-long text": `"` + strings.Repeat("x", 45_000) + `"`, "NUL": nul, "a lone surrogate": lone}
	case reflect.Int, reflect.Int64:
		return map[string]string{"a string": `"1"`, "a fraction": `1.5`, "too large a number": `1e30`}
	case reflect.Float64:
		return map[string]string{"a string": `"1"`, "infinity": `1e999`}
	case reflect.Bool:
		return map[string]string{"a string": `"true"`, "a number": `1`}
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 { // any JSON
			return map[string]string{"NUL": nul}
		}
		return map[string]string{"a string": `"x"`, "an object": `{}`, "a list of wrong things": `[[[]]]`}
	case reflect.Map:
		return map[string]string{"a string": `"x"`, "a list": `[]`}
	}
	return nil
}

func TestBodiesHaveLimits(t *testing.T) {
	w := newWorld(t, nil)
	big := `{"name":"` + strings.Repeat("x", 70_000) + `"}`
	w.refused(413, "request.tooLarge", "POST", "/apps", w.owner, big)

	t.Run("also where the length is not told beforehand", func(t *testing.T) {
		got := raw(t, w.base, "POST /api/v1/apps HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "+w.owner+"\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"+
			fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(big), big))
		require.Contains(t, got, "413")
	})
	t.Run("a body of another kind is malformed", func(t *testing.T) {
		w.refused(400, "request.contentType", "POST", "/apps", w.owner, `name=x`, header{"Content-Type", "application/x-www-form-urlencoded"})
	})
}

// raw sends bytes as they are and returns the status line, or what came.
func raw(t *testing.T, base, request string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	require.NoError(t, c.SetDeadline(now().Add(5*time.Second)))
	_, err = c.Write([]byte(request))
	require.NoError(t, err)
	line, err := bufio.NewReader(c).ReadString('\n')
	require.NoError(t, err)
	return line
}

func TestRequestsThatAProxyCouldMisreadAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	for name, req := range map[string]string{
		"a newline in a chunk extension":  "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;a\nb\r\n{}\r\n0\r\n\r\n",
		"two lengths":                     "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
		"a length and chunks":             "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"chunks and a length":             "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n",
		"a length and chunks at the page": "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	} {
		require.Contains(t, raw(t, w.base, req), " 400 ", name)
	}
	t.Run("the rest of a body that nobody read is no request", func(t *testing.T) {
		inner := "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
		req := fmt.Sprintf("POST /api/v1/nothing HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", 20_000+len(inner), strings.Repeat("x", 20_000)+inner)
		c, err := net.Dial("tcp", strings.TrimPrefix(w.base, "http://"))
		require.NoError(t, err)
		require.NoError(t, c.SetDeadline(now().Add(5*time.Second)))
		_, err = c.Write([]byte(req))
		require.NoError(t, err)
		var got strings.Builder
		_, _ = bufio.NewReader(c).WriteTo(&got) // ends, one way or the other, when the server closes
		require.Equal(t, 1, strings.Count(got.String(), "HTTP/1.1 "), got.String())
		require.NoError(t, c.Close())
	})
}

func TestDoorsOutsideTheTable(t *testing.T) {
	w := newWorld(t, nil)
	w.refused(404, "route.unknown", "GET", "/nothing", w.owner, nil)
	w.refused(404, "route.method", "PUT", "/apps", w.owner, nil)
	require.Equal(t, "GET, POST", w.do("PUT", "/apps", w.owner, nil).Header.Get("Allow"))
	for _, p := range []string{"/api/v1me", "/api/v1//me", "/api/v1/me/", "/api/v1/apps/../me", "/api/v1/%6de", "/api/v1/me%2f", "/api/v1/auth//login"} {
		require.Equal(t, 404, w.do("GET", p, w.owner, nil).Status, "%s is another spelling, so another address", p)
	}
	require.Contains(t, string(w.ok("GET", "/metrics", "", nil).Raw), "tongban_http_requests_total")
	require.Equal(t, true, w.ok("GET", "/readyz", "", nil).at("ready"))
	require.NotContains(t, string(w.ok("GET", "/metrics", "", nil).Raw), "owner@example.com")
	for k, v := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		require.Equal(t, v, w.do("GET", "/me", w.owner, nil).Header.Get(k))
	}
}
