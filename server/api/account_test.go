package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/schema"
)

func TestSignUp(t *testing.T) {
	for name, store := range engines(t) {
		env := func(signup string) map[string]string {
			return map[string]string{"TONGBAN_STORE": store, "TONGBAN_SIGNUP": signup}
		}
		body := func(email string) m {
			return m{"email": email, "password": password, "name": "甲", "tenantName": "公司"}
		}
		t.Run("the first user signs up and then nobody, on "+name, func(t *testing.T) {
			w := startWorld(t, env("first"))
			require.Equal(t, true, w.ok("GET", "/auth/options", "", nil).at("firstUser"))
			w.signUp("a@example.com")
			require.Equal(t, false, w.ok("GET", "/auth/options", "", nil).at("signUp"))
			w.refused(403, "signup.closed", "POST", "/auth/signup", "", body("b@example.com"))
		})
		t.Run("of many first users at the same moment one wins, on "+name, func(t *testing.T) {
			w := startWorld(t, env("first"))
			var mu sync.Mutex
			won := 0
			var wg sync.WaitGroup
			for i := range 6 {
				wg.Go(func() {
					if w.do("POST", "/auth/signup", "", body(fmt.Sprintf("u%d@example.com", i))).Status == 201 {
						mu.Lock()
						won++
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			require.Equal(t, 1, won)
		})
		t.Run("open sign-up gives each a company of their own, on "+name, func(t *testing.T) {
			w := startWorld(t, env("open"))
			a, b := w.signUp("a@example.com"), w.signUp("b@example.com")
			app := w.ok("POST", "/apps", a, m{"name": "甲的"}).str("id")
			w.refused(404, "app.notFound", "GET", "/apps/"+app, b, nil)
			w.refused(409, "signup.taken", "POST", "/auth/signup", "", body("A@EXAMPLE.com"))
		})
		t.Run("closed means closed, on "+name, func(t *testing.T) {
			w := startWorld(t, env("closed"))
			w.refused(403, "signup.closed", "POST", "/auth/signup", "", body("a@example.com"))
		})
	}
	t.Run("bad input is refused and named", func(t *testing.T) {
		w := startWorld(t, nil)
		for field, c := range map[string]struct{ value, code string }{
			"email":      {"not an address", "user.email"},
			"password":   {"short", "user.password.short"},
			"name":       {"  ", "text.empty"},
			"tenantName": {"", "text.empty"},
			"locale":     {"xx", "choice.invalid"},
			"timeZone":   {"Mars/Olympus", "timeZone.unknown"},
		} {
			in := m{"email": "a@example.com", "password": password, "name": "甲", "tenantName": "公司"}
			in[field] = c.value
			a := w.refused(422, c.code, "POST", "/auth/signup", "", in)
			require.Equal(t, field, a.str("field"))
		}
		w.refused(422, "user.password.common", "POST", "/auth/signup", "", m{"email": "a@example.com", "password": "PASSWORD123", "name": "甲", "tenantName": "公司"})
	})
}

func TestLogIn(t *testing.T) {
	t.Run("a wrong password and an unknown account look the same", func(t *testing.T) {
		w := newWorld(t, nil)
		a := w.refused(401, "auth.wrong", "POST", "/auth/login", "", m{"email": "owner@example.com", "password": "wrong-password"})
		b := w.refused(401, "auth.wrong", "POST", "/auth/login", "", m{"email": "nobody@example.com", "password": "wrong-password"})
		require.Equal(t, a.str("detail"), b.str("detail"))
	})
	t.Run("guessing is slowed down, also at the same moment and whatever the headers say", func(t *testing.T) {
		w := newWorld(t, nil)
		var mu sync.Mutex
		seen := map[int]int{}
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				a := w.do("POST", "/auth/login", "", m{"email": "owner@example.com", "password": fmt.Sprint("guess-number-", i)},
					header{"X-Forwarded-For", fmt.Sprintf("10.0.0.%d", i)}, header{"X-Real-IP", fmt.Sprintf("10.0.1.%d", i)})
				mu.Lock()
				seen[a.Status]++
				mu.Unlock()
			})
		}
		wg.Wait()
		require.LessOrEqual(t, seen[401], 5)
		require.GreaterOrEqual(t, seen[429], 7)
		a := w.refused(429, "auth.slowDown", "POST", "/auth/login", "", m{"email": " OWNER@example.com", "password": password})
		require.NotEmpty(t, a.Header.Get("Retry-After"))
	})
	t.Run("rate limits hold on the routes of signing in", func(t *testing.T) {
		w := newWorld(t, map[string]string{"TONGBAN_RATE_LIMIT": "on"})
		limited := false
		for range 40 {
			a := w.do("POST", "/auth/login", "", m{"email": "x", "password": "y"})
			if a.Status == 429 && a.str("code") == "request.tooMany" {
				limited = true
				require.NotEmpty(t, a.Header.Get("Retry-After"))
			}
		}
		require.True(t, limited)
	})
	t.Run("and on the doors of sockets and streams", func(t *testing.T) {
		w := newWorld(t, map[string]string{"TONGBAN_RATE_LIMIT": "on"})
		limited := false
		for range 400 {
			limited = limited || w.do("POST", "/ws-tickets", w.owner, m{}).Status == 429
		}
		require.True(t, limited)
	})
}

func TestSessions(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		t.Run("signing out ends the session at once", func(t *testing.T) {
			s := w.logIn("owner@example.com", password)
			w.ok("GET", "/me", s, nil)
			w.ok("POST", "/auth/logout", s, m{})
			w.refused(401, "auth.expired", "GET", "/me", s, nil)
			w.ok("GET", "/me", w.owner, nil)
		})
		t.Run("a new password ends all other sessions at once and keeps this one", func(t *testing.T) {
			one, _ := w.member("pw@example.com", "member")
			two := w.logIn("pw@example.com", password)
			token := w.ok("POST", "/tokens", one, m{"name": "机器", "scopes": []string{"write"}}).str("token")
			w.ok("GET", "/me", two, nil)
			w.refused(422, "user.password.wrong", "PATCH", "/me", one, m{"password": "another-Password-1", "currentPassword": "wrong"})
			w.ok("PATCH", "/me", one, m{"password": "another-Password-1", "currentPassword": password})
			w.refused(401, "auth.expired", "GET", "/me", two, nil)
			w.ok("GET", "/me", one, nil)
			w.ok("GET", "/me", token, nil)
			w.refused(401, "auth.wrong", "POST", "/auth/login", "", m{"email": "pw@example.com", "password": password})

			require.NoError(t, w.prog.Accounts.ResetPassword(t.Context(), "pw@example.com", "yet-Another-1"))
			w.refused(401, "auth.expired", "GET", "/me", one, nil)
			w.refused(401, "auth.expired", "GET", "/me", token, nil)
		})
		t.Run("suspension cuts at once, and lets back in", func(t *testing.T) {
			s, id := w.member("sus@example.com", "member")
			w.ok("GET", "/me", s, nil)
			w.ok("PATCH", "/members/"+id, w.owner, m{"suspended": true})
			w.refused(401, "auth.expired", "GET", "/me", s, nil)
			w.refused(403, "auth.noTenant", "POST", "/auth/login", "", m{"email": "sus@example.com", "password": password})
			w.ok("PATCH", "/members/"+id, w.owner, m{"suspended": false})
			w.ok("GET", "/me", s, nil)
			w.ok("DELETE", "/members/"+id, w.owner, nil)
			w.refused(401, "auth.expired", "GET", "/me", s, nil)
		})
		t.Run("a changed role is felt at once", func(t *testing.T) {
			s, id := w.member("role@example.com", "viewer")
			w.refused(403, "access.designerOnly", "POST", "/apps", s, m{"name": "x"})
			w.ok("PATCH", "/members/"+id, w.owner, m{"roles": []string{"builder"}})
			w.ok("POST", "/apps", s, m{"name": "x"})
		})
		t.Run("the last owner stays, and only owners make owners", func(t *testing.T) {
			me := w.ok("GET", "/me", w.owner, nil).str("user", "id")
			w.refused(422, "member.lastOwner", "PATCH", "/members/"+me, w.owner, m{"roles": []string{"member"}})
			admin, adminID := w.member("admin@example.com", "admin")
			w.refused(403, "access.ownerOnly", "PATCH", "/members/"+adminID, admin, m{"roles": []string{"owner"}})
			w.refused(403, "access.ownerOnly", "POST", "/invitations", admin, m{"email": "q@example.com", "roles": []string{"owner"}})
			w.refused(403, "access.ownerOnly", "POST", "/members", admin, m{"email": "q@example.com", "name": "q", "password": password, "roles": []string{"owner"}})
		})
		t.Run("secrets are not kept", func(t *testing.T) {
			require.NotContains(t, w.owner, " ")
			for _, c := range []string{w.owner, password} {
				require.False(t, w.storeHolds(c), "a secret stands in the store")
			}
		})
	})
}

func TestCookies(t *testing.T) {
	w := newWorld(t, nil)
	a := w.ok("POST", "/auth/login", "", m{"email": "owner@example.com", "password": password})
	set := a.Header.Get("Set-Cookie")
	require.Contains(t, set, "HttpOnly")
	require.Contains(t, set, "SameSite=Lax")
	cookie := header{"Cookie", strings.Split(set, ";")[0]}
	w.ok("GET", "/me", "", nil, cookie)
	w.refused(403, "request.csrf", "POST", "/apps", "", m{"name": "x"}, cookie)
	w.ok("POST", "/apps", "", m{"name": "x"}, cookie, header{"X-Tongban-CSRF", "1"})

	secure := newWorld(t, map[string]string{"TONGBAN_BASE_URL": "https://crm.example.com"})
	a = secure.ok("POST", "/auth/login", "", m{"email": "owner@example.com", "password": password})
	require.Contains(t, strings.ToLower(a.Header.Get("Set-Cookie")), "secure")
	require.NotEmpty(t, a.Header.Get("Strict-Transport-Security"))
}

func TestTokens(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		a := w.ok("POST", "/tokens", w.owner, m{"name": "机器", "scopes": []string{"read", "write"}})
		token := a.str("token")
		require.True(t, strings.HasPrefix(token, "tbt_"))
		require.Equal(t, "token", w.ok("GET", "/me", token, nil).str("session", "kind"))
		l := w.ok("GET", "/tokens", w.owner, nil)
		require.Len(t, l.list("items"), 1)
		require.NotContains(t, string(l.Raw), token)
		w.refused(403, "auth.sessionOnly", "POST", "/tokens", token, m{"name": "x", "scopes": []string{"read"}})
		w.refused(422, "choice.invalid", "POST", "/tokens", w.owner, m{"name": "x", "scopes": []string{"root"}})
		w.refused(422, "token.expired", "POST", "/tokens", w.owner, m{"name": "x", "scopes": []string{"read"}, "expiresAt": "2020-01-01T00:00:00Z"})
		brief := w.ok("POST", "/tokens", w.owner, m{"name": "x", "scopes": []string{"read"}, "expiresAt": now().Add(1200 * time.Millisecond).UTC().Format(time.RFC3339Nano)}).str("token")
		w.ok("GET", "/me", brief, nil)
		require.Eventually(t, func() bool { return w.do("GET", "/me", brief, nil).Status == 401 }, 4*time.Second, 100*time.Millisecond)
		other, _ := w.member("o@example.com", "admin")
		w.refused(404, "token.unknown", "DELETE", "/tokens/"+a.str("id"), other, nil)
		require.Equal(t, 204, w.do("DELETE", "/tokens/"+a.str("id"), w.owner, nil).Status)
		w.refused(401, "auth.expired", "GET", "/me", token, nil)
	})
}

func TestInvitations(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		invite := func(email string) string {
			url := w.ok("POST", "/invitations", w.owner, m{"email": email, "roles": []string{"member"}}).str("url")
			return url[strings.LastIndex(url, "/")+1:]
		}
		t.Run("a newcomer signs up with the code, once", func(t *testing.T) {
			code := invite("new@example.com")
			require.Equal(t, "星河科技", w.ok("GET", "/invitations/"+code, "", nil).str("tenant"))
			in := m{"email": "other@example.com", "password": password, "name": "新人", "invitation": code}
			w.refused(422, "invitation.email", "POST", "/auth/signup", "", in)
			in["email"] = "New@example.com"
			s := w.ok("POST", "/auth/signup", "", in).str("token")
			require.Equal(t, "member", w.ok("GET", "/me", s, nil).str("roles", 0, "key"))
			w.refused(404, "invitation.unknown", "POST", "/auth/signup", "", in)
			w.refused(404, "invitation.unknown", "GET", "/invitations/"+code, "", nil)
		})
		t.Run("a withdrawn one is not valid", func(t *testing.T) {
			code := invite("gone@example.com")
			l := w.ok("GET", "/invitations", w.owner, nil)
			require.NotContains(t, string(l.Raw), code)
			for i := range l.list("items") {
				w.ok("DELETE", "/invitations/"+l.str("items", i, "id"), w.owner, nil)
			}
			w.refused(404, "invitation.unknown", "GET", "/invitations/"+code, "", nil)
		})
	})
	t.Run("an invitation lapses with the removal of who made it", func(t *testing.T) {
		w := newWorld(t, nil)
		admin, usr := w.member("leaver@example.com", "admin")
		url := w.ok("POST", "/invitations", admin, m{"email": "friend@example.com", "roles": []string{"admin"}}).str("url")
		code := url[strings.LastIndex(url, "/")+1:]
		w.ok("PATCH", "/members/"+usr, w.owner, m{"suspended": true})
		w.refused(404, "invitation.unknown", "GET", "/invitations/"+code, "", nil)
		w.ok("PATCH", "/members/"+usr, w.owner, m{"suspended": false})
		w.ok("GET", "/invitations/"+code, "", nil)
		w.ok("DELETE", "/members/"+usr, w.owner, nil)
		w.refused(404, "invitation.unknown", "GET", "/invitations/"+code, "", nil)
		w.refused(404, "invitation.unknown", "POST", "/auth/signup", "", m{"email": "friend@example.com", "password": password, "name": "友", "invitation": code})
		require.Empty(t, w.ok("GET", "/invitations", w.owner, nil).JSON["items"])
	})
	t.Run("a member who takes another invitation does not come back after being removed", func(t *testing.T) {
		w := newWorld(t, nil)
		token, id := w.member("bob@example.com", "viewer")
		url := w.ok("POST", "/invitations", w.owner, m{"email": "bob@example.com", "roles": []string{"admin"}}).str("url")
		w.ok("POST", "/invitations/"+url[strings.LastIndex(url, "/")+1:]+"/accept", token, m{})
		u, ok := schema.ParseID[schema.UserID](schema.PrefixUser, id)
		require.True(t, ok)
		tenant, ok := schema.ParseID[schema.TenantID](schema.PrefixTenant, w.ok("GET", "/me", w.owner, nil).str("tenant", "id"))
		require.True(t, ok)
		// as between the two commits of a removal
		require.NoError(t, w.prog.Catalog.RemoveMember(t.Context(), access.Actor{Tenant: tenant, System: true}, u))
		w.refused(401, "auth.expired", "GET", "/me", token, nil)
		require.Len(t, w.ok("GET", "/members", w.owner, nil).list("items"), 1)
	})
	t.Run("somebody with an account joins a second company and changes between them", func(t *testing.T) {
		w := newWorld(t, map[string]string{"TONGBAN_SIGNUP": "open"})
		guest := w.signUp("guest@example.com")
		url := w.ok("POST", "/invitations", w.owner, m{"email": "guest@example.com"}).str("url")
		code := url[strings.LastIndex(url, "/")+1:]
		w.refused(403, "invitation.email", "POST", "/invitations/"+code+"/accept", w.owner, m{})
		in := w.ok("POST", "/invitations/"+code+"/accept", guest, m{})
		require.Len(t, in.list("tenants"), 2)
		home := w.ok("GET", "/me", guest, nil).str("tenant", "id")
		require.NotEqual(t, home, in.str("tenant", "id"))

		w.refused(403, "auth.tenant", "GET", "/me", guest, nil, header{"X-Tongban-Tenant", in.str("tenant", "id")})
		sw := w.ok("POST", "/auth/switch", guest, m{"tenant": in.str("tenant", "id")})
		require.Equal(t, in.str("tenant", "id"), w.ok("GET", "/me", sw.str("token"), nil).str("tenant", "id"))
		w.refused(401, "auth.expired", "GET", "/me", guest, nil)
		chosen := w.ok("POST", "/auth/login", "", m{"email": "guest@example.com", "password": password}, header{"X-Tongban-Tenant", home})
		require.Equal(t, home, chosen.str("tenant", "id"))
	})
}

func TestProblemsSpeakTheCallersLanguage(t *testing.T) {
	w := newWorld(t, nil)
	zh := w.do("GET", "/nothing", "", nil, header{"Accept-Language", "zh-CN,zh;q=0.9"})
	en := w.do("GET", "/nothing", "", nil, header{"Accept-Language", "en"})
	require.Equal(t, "未找到", zh.str("title"))
	require.Equal(t, "Not found", en.str("title"))
	w.ok("PATCH", "/me", w.owner, m{"locale": "zh-CN"})
	require.Equal(t, "没有这个应用。", w.do("GET", "/apps/app_1", w.owner, nil, header{"Accept-Language", "en"}).str("detail"))
	require.Equal(t, http.StatusNotFound, en.Status)
}

func TestWhatTimeDoes(t *testing.T) {
	const day = 24 * time.Hour
	onEach(t, func(t *testing.T, w *world) {
		used, idle := w.logIn("owner@example.com", password), w.logIn("owner@example.com", password)
		url := w.ok("POST", "/invitations", w.owner, m{"email": "late@example.com"}).str("url")
		invitation := "/invitations/" + url[strings.LastIndex(url, "/")+1:]
		key := header{"Idempotency-Key", "one-day"}
		w.ok("POST", "/apps", w.owner, m{"name": "一"}, key)

		w.pass(6 * day)
		w.ok("GET", "/me", used, nil)
		w.ok("GET", invitation, "", nil)
		w.ok("POST", "/apps", w.owner, m{"name": "二"}, key)
		w.pass(2 * day)
		w.refused(404, "invitation.unknown", "GET", invitation, "", nil)
		for range 4 {
			w.pass(20 * day)
			if a := w.do("GET", "/me", used, nil); a.Status != 200 {
				t.Fatalf("a session that is used lives on: %s", a.Raw)
			}
		}
		w.refused(401, "auth.expired", "GET", "/me", idle, nil)
		w.pass(10 * day)
		w.refused(401, "auth.expired", "GET", "/me", used, nil)

		for range 5 {
			w.refused(401, "auth.wrong", "POST", "/auth/login", "", m{"email": "owner@example.com", "password": "not this one"})
		}
		w.refused(429, "auth.slowDown", "POST", "/auth/login", "", m{"email": "owner@example.com", "password": password})
		w.pass(16 * time.Minute)
		w.logIn("owner@example.com", password)
	})
}
