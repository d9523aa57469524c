package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
	"github.com/stretchr/testify/require"

	"tongban/server/ops"
)

// journal keeps what is logged.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.String()
}

// What must not be seen outside the answers that are meant to hold it.
const (
	secretWord  = "Canary-password-8841"
	secretValue = "canaryvalue7730"
	secretMail  = "canary-person-6652@example.com"
)

func TestNoSecretAndNoValueIsLoggedOrStandsInAnAddressOrARefusal(t *testing.T) {
	for name, store := range engines(t) {
		t.Run("on "+name, func(t *testing.T) {
			var j journal
			w := startWorldWith(t, map[string]string{"TONGBAN_STORE": store}, ops.Logger(&j, "debug"))
			in := w.ok("POST", "/auth/signup", "", m{"email": secretMail, "password": secretWord, "name": "人" + secretValue, "tenantName": "公司" + secretValue})
			w.owner = in.str("token")
			secrets := []string{secretWord, secretValue, secretMail, w.owner}
			p := w.customers()
			secrets = append(secrets, w.aDay(p)...)
			var refusals []string
			for _, a := range w.wrongCalls(p) {
				require.GreaterOrEqual(t, a.Status, 400, "%s: %s", a.what, a.Raw)
				require.Less(t, a.Status, 500, "%s: %s", a.what, a.Raw)
				refusals = append(refusals, a.what+" "+string(a.Raw))
			}
			page := w.do("GET", "/metrics", "", nil)
			logged := j.String()
			require.NotEmpty(t, logged, "something is logged")
			for _, s := range secrets {
				require.NotContains(t, logged, s, "the log")
				require.NotContains(t, string(page.Raw), s, "the metrics")
				for _, r := range refusals { // who sent a wrong value may read it back, but no secret
					require.True(t, s == secretValue || !strings.Contains(r, s), "a refusal holds a secret: %s", r)
				}
			}
			require.NotEmpty(t, w.do("GET", "/readyz", "", nil).Header.Get("Referrer-Policy"), "an address is not told to other sites")
		})
	}
}

// aDay does what people do, and returns the secrets that it was given.
func (w *world) aDay(p place) []string {
	w.t.Helper()
	fields := m{"name": secretValue, "secret": secretValue, "amount": "77.30"}
	id := w.record(p, w.owner, fields)
	w.ok("PATCH", p.records()+"/"+id, w.owner, m{"fields": fields}, header{"Idempotency-Key", "key-" + secretValue})
	w.ok("POST", p.records()+"/query", w.owner, m{"filter": m{"field": "name", "op": "contains", "value": secretValue}, "search": secretValue})
	w.ok("POST", p.records()+"/"+id+"/comments", w.owner, m{"text": secretValue})
	body, kind := form(w.t, secretValue+".txt", []byte(secretValue), nil)
	file := w.ok("POST", "/files", w.owner, body, kind)
	require.NotContains(w.t, file.str("url"), secretValue)
	body, kind = form(w.t, secretValue+".csv", []byte("名称,金额\r\n"+secretValue+",x"+secretValue+"\r\n"), nil)
	j := w.finished("/imports/"+w.ok("POST", "/entities/"+p.ent+"/imports", w.owner, body, kind).str("id"), w.owner)
	require.NotContains(w.t, j.str("errorFileUrl"), secretValue)
	x := w.finished("/exports/"+w.ok("POST", "/entities/"+p.ent+"/exports", w.owner, m{"format": "xlsx", "search": secretValue}).str("id"), w.owner)
	require.NotContains(w.t, x.str("fileUrl"), secretValue)
	api := w.ok("POST", "/tokens", w.owner, m{"name": secretValue, "scopes": []string{"read", "write"}}).str("token")
	require.NotEmpty(w.t, api)
	invited := w.ok("POST", "/invitations", w.owner, m{"email": "x" + secretMail, "roles": []string{"member"}})
	code := invited.str("code")
	if code == "" {
		code = regexp.MustCompile(`[^/=]+$`).FindString(invited.str("url"))
	}
	require.NotEmpty(w.t, code, "%s", invited.Raw)
	ticket := w.ok("POST", "/ws-tickets", w.owner, m{}).str("ticket")
	c, res, err := websocket.DefaultDialer.DialContext(w.t.Context(), strings.Replace(w.base, "http", "ws", 1)+"/api/v1/ws?ticket="+ticket, nil)
	require.NoError(w.t, err)
	require.NoError(w.t, res.Body.Close())
	require.NoError(w.t, c.WriteJSON(m{"t": "patch", "id": 1, "op": "o", "entity": p.ent, "record": id, "fields": fields}))
	_, _, err = c.ReadMessage()
	require.NoError(w.t, err)
	require.NoError(w.t, c.WriteMessage(websocket.TextMessage, []byte(`{"t":"`+secretValue+`"}`)))
	require.NoError(w.t, c.Close())
	return []string{api, code, ticket}
}

// wrongCalls are refused; none may repeat what it was given.
func (w *world) wrongCalls(p place) []*answer {
	w.t.Helper()
	var all []*answer
	call := func(method, path, token string, body any, h ...header) {
		a := w.do(method, path, token, body, h...)
		a.what = method // the test's own word for the address is no answer
		all = append(all, a)
	}
	call("POST", "/auth/login", "", m{"email": secretMail, "password": secretWord + "x"})
	call("POST", "/auth/signup", "", m{"email": secretMail, "password": secretWord, "name": secretValue, "tenantName": secretValue})
	call("GET", "/me", "tbs_"+secretValue, nil)
	call("GET", "/me", "", nil, header{"Cookie", "tongban_session=" + secretValue})
	call("POST", p.records(), w.owner, m{"fields": m{"amount": secretValue, "qty": secretValue, "industry": secretValue, "owner": secretValue}})
	call("POST", p.records(), w.owner, `{"fields":{"name":"`+secretValue+`"`)
	call("POST", p.records(), w.owner, m{"fields": m{"name": strings.Repeat(secretValue, 1000)}})
	call("POST", p.records()+"/query", w.owner, m{"filter": m{"field": "amount", "op": "eq", "value": secretValue}})
	call("GET", p.records()+"?cursor="+secretValue, w.owner, nil)
	call("GET", "/files/fil_"+secretValue, w.owner, nil)
	call("PATCH", "/me", w.owner, m{"password": secretWord, "currentPassword": secretWord + secretValue})
	call("POST", "/auth/login", "", fmt.Sprintf(`{"email":%q,"password":%q,"password":"x"}`, secretMail, secretWord))
	for range 8 {
		call("POST", "/auth/login", "", m{"email": secretMail, "password": secretWord + "y"})
	}
	return all
}

func TestNoRouteTakesASecretInItsAddress(t *testing.T) {
	w := newWorld(t, nil)
	for _, r := range w.prog.API.Routes() {
		for _, q := range r.Query {
			require.NotRegexp(t, `(?i)token|password|secret|session|apikey`, q, "%s %s", r.Method, r.Path)
		}
		require.NotRegexp(t, `(?i)\{(token|password|secret|session)\}`, r.Path)
	}
	a := w.do(http.MethodGet, "/me?token="+w.owner+"&access_token="+w.owner, "", nil)
	require.Equal(t, 401, a.Status, "a token in the address opens nothing")
	require.NotContains(t, string(a.Raw), w.owner)
}
