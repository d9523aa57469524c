package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/account"
	"tongban/runtime/store/mongo/mongotest"
	"tongban/server/config"
	"tongban/server/wire"
)

const password = "Xinghe-2026-long!"

// now is the clock of the scenarios: the real one.
func now() time.Time { return time.Now() }

func pause(d time.Duration) { <-time.After(d) }

// world is a running server with one company in it.
type world struct {
	t     *testing.T
	base  string
	prog  *wire.Program
	owner string // the owner's token
	shift *atomic.Int64
}

// pass lets time go by.
func (w *world) pass(d time.Duration) { w.shift.Add(int64(d)) }

// engines lists the stores that the scenarios run on.
func engines(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"sqlite": "sqlite", "mongodb": "mongodb"}
}

// onEach runs a scenario on every engine.
func onEach(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	for name, store := range engines(t) {
		t.Run("on "+name, func(t *testing.T) { fn(t, newWorld(t, map[string]string{"TONGBAN_STORE": store})) })
	}
}

func newWorld(t *testing.T, env map[string]string) *world {
	t.Helper()
	w := startWorld(t, env)
	w.owner = w.signUp("owner@example.com")
	return w
}

func startWorld(t *testing.T, env map[string]string) *world {
	t.Helper()
	return startWorldWith(t, env, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
}

func startWorldWith(t *testing.T, env map[string]string, log *slog.Logger) *world {
	t.Helper()
	settings := map[string]string{"TONGBAN_DATA": t.TempDir(), "TONGBAN_ADDR": "127.0.0.1:0", "TONGBAN_RATE_LIMIT": "off"}
	maps.Copy(settings, env)
	if settings["TONGBAN_STORE"] == "mongodb" {
		settings["TONGBAN_STORE"] = mongotest.Start(t)
	}
	c, err := config.Load(func(k string) (string, bool) { v, ok := settings[k]; return v, ok })
	require.NoError(t, err)
	shift := &atomic.Int64{}
	base, err := wire.Open(t.Context(), c, log, func() time.Time { return now().Add(time.Duration(shift.Load())) })
	require.NoError(t, err)
	prog, err := wire.Build(t.Context(), base, "test")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	addr := make(chan string, 1)
	done := make(chan error, 1)
	go func() { done <- prog.Serve(ctx, func(a string) { addr <- a }) }()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		stop()
		require.NoError(t, <-done)
	})
	select {
	case a := <-addr:
		return &world{t: t, base: "http://" + a, prog: prog, shift: shift}
	case err := <-done:
		require.NoError(t, err)
		return nil
	}
}

// answer is what came back.
type answer struct {
	t      *testing.T
	what   string
	Status int
	Header http.Header
	Raw    []byte
	JSON   map[string]any
}

type header [2]string

func (w *world) do(method, path, token string, body any, headers ...header) *answer {
	w.t.Helper()
	var r io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case []byte:
		r = bytes.NewReader(b)
	default:
		j, err := json.Marshal(b)
		require.NoError(w.t, err)
		r = bytes.NewReader(j)
	}
	url := w.base + path
	if !strings.HasPrefix(path, "/api") && !strings.HasPrefix(path, "/readyz") && !strings.HasPrefix(path, "/healthz") && !strings.HasPrefix(path, "/metrics") {
		url = w.base + "/api/v1" + path
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, url, r)
	require.NoError(w.t, err)
	if body != nil {
		req.Header.Set("Content-Type", kind)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for _, h := range headers {
		req.Header.Set(h[0], h[1])
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(w.t, err, "%s %s", method, path)
	defer func() { require.NoError(w.t, res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(w.t, err)
	a := &answer{t: w.t, what: method + " " + path, Status: res.StatusCode, Header: res.Header, Raw: raw}
	if bytes.HasPrefix(raw, []byte("{")) && strings.Contains(res.Header.Get("Content-Type"), "json") {
		require.NoError(w.t, json.Unmarshal(raw, &a.JSON), "%s answers %s", a.what, raw)
	}
	return a
}

// ok wants a status below 300.
func (w *world) ok(method, path, token string, body any, headers ...header) *answer {
	w.t.Helper()
	a := w.do(method, path, token, body, headers...)
	require.Less(w.t, a.Status, 300, "%s answers %s", a.what, a.Raw)
	return a
}

// refused wants a problem document with a status and a code.
func (w *world) refused(status int, code, method, path, token string, body any, headers ...header) *answer {
	w.t.Helper()
	a := w.do(method, path, token, body, headers...)
	require.Equal(w.t, status, a.Status, "%s answers %s", a.what, a.Raw)
	require.Equal(w.t, "application/problem+json", a.Header.Get("Content-Type"), a.what)
	require.Equal(w.t, code, a.str("code"), "%s answers %s", a.what, a.Raw)
	require.NotEmpty(w.t, a.str("requestId"))
	require.NotEqual(w.t, code, a.str("detail"), "the code has a text")
	return a
}

// at walks into the answer: keys and indexes.
func (a *answer) at(path ...any) any {
	a.t.Helper()
	var v any = a.JSON
	for _, p := range path {
		switch k := p.(type) {
		case string:
			m, ok := v.(map[string]any)
			require.True(a.t, ok, "no %v of %v in %s", p, path, a.Raw)
			v = m[k]
		case int:
			l, ok := v.([]any)
			require.True(a.t, ok && k < len(l), "no %v of %v in %s", p, path, a.Raw)
			v = l[k]
		}
	}
	return v
}

func (a *answer) str(path ...any) string {
	a.t.Helper()
	s, _ := a.at(path...).(string)
	return s
}

func (a *answer) list(key string) []any {
	a.t.Helper()
	l, ok := a.at(key).([]any)
	require.True(a.t, ok, "no list %s in %s", key, a.Raw)
	return l
}

func (w *world) signUp(email string) string {
	w.t.Helper()
	return w.ok("POST", "/auth/signup", "", map[string]any{"email": email, "password": password, "name": "老板", "tenantName": "星河科技"}).str("token")
}

func (w *world) logIn(email, pass string) string {
	w.t.Helper()
	return w.ok("POST", "/auth/login", "", map[string]any{"email": email, "password": pass}).str("token")
}

// member makes a member with roles and returns their token and id.
func (w *world) member(email string, roles ...string) (token, id string) {
	w.t.Helper()
	id = w.ok("POST", "/members", w.owner, map[string]any{"email": email, "name": "成员 " + email, "password": password, "roles": roles}).str("id")
	return w.logIn(email, password), id
}

// place is an app with an entity of customers.
type place struct{ app, ent string }

func (p place) records() string { return "/entities/" + p.ent + "/records" }

func (w *world) customers() place {
	w.t.Helper()
	app := w.ok("POST", "/apps", w.owner, map[string]any{"name": "客户管理"}).str("id")
	field := func(key, name, typ string, options map[string]any) map[string]any {
		return map[string]any{"key": key, "name": name, "type": typ, "options": options}
	}
	ent := w.ok("POST", "/apps/"+app+"/entities", w.owner, map[string]any{"name": "客户", "fields": []any{
		field("name", "名称", "text", nil),
		field("amount", "金额", "decimal", map[string]any{"scale": 2}),
		field("qty", "数量", "number", nil),
		field("industry", "行业", "singleSelect", map[string]any{"choices": []any{map[string]any{"name": "金融"}, map[string]any{"name": "零售"}}}),
		field("secret", "密级", "text", nil),
		field("owner", "负责人", "user", nil),
		field("papers", "附件", "attachment", nil),
	}}).str("id")
	return place{app, ent}
}

func (w *world) record(p place, token string, fields map[string]any) string {
	w.t.Helper()
	return w.ok("POST", p.records(), token, map[string]any{"fields": fields}).str("id")
}

// events returns the kinds of record changes after a position, and the new position.
func (w *world) events(token string, after int64) ([]string, int64) {
	w.t.Helper()
	a := w.ok("GET", fmt.Sprintf("/changes?after=%d&limit=1000", after), token, nil)
	var kinds []string
	for i, c := range a.list("changes") {
		_ = c
		if k := a.str("changes", i, "kind"); k != "schema" {
			kinds = append(kinds, k)
		}
	}
	seq, _ := a.at("seq").(float64)
	return kinds, int64(seq)
}

// settled is the position of the log once nothing more comes: a store of
// several nodes puts its changes into order a moment after the commit.
func (w *world) settled() int64 {
	w.t.Helper()
	_, last := w.events(w.owner, 0)
	for quiet := 0; quiet < 3; quiet++ {
		pause(100 * time.Millisecond)
		if _, seq := w.events(w.owner, 0); seq != last {
			last, quiet = seq, 0
		}
	}
	return last
}

// eventsLike waits for as many changes as are wanted.
func (w *world) eventsLike(want []string, after int64) (kinds []string, seq int64) {
	w.t.Helper()
	for range 100 {
		if kinds, seq = w.events(w.owner, after); len(kinds) >= len(want) {
			break
		}
		pause(30 * time.Millisecond)
	}
	return kinds, seq
}

// stranger is the owner of another company of the same installation.
func (w *world) stranger() string {
	w.t.Helper()
	a := w.do("POST", "/auth/login", "", map[string]any{"email": "stranger@example.com", "password": password})
	if a.Status == 200 {
		return a.str("token")
	}
	_, err := w.prog.Accounts.Create(w.t.Context(), account.SignUp{Email: "stranger@example.com", Password: password, Name: "外人", TenantName: "别家"}, 0, nil, 0)
	require.NoError(w.t, err)
	return w.logIn("stranger@example.com", password)
}

// storeHolds looks for a text in all files of the embedded store.
func (w *world) storeHolds(s string) bool {
	w.t.Helper()
	found := false
	require.NoError(w.t, filepath.WalkDir(w.prog.Config.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		found = found || bytes.Contains(b, []byte(s))
		return err
	}))
	return found
}
