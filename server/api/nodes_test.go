package api_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store/mongo/mongotest"
)

func TestTwoNodesOnOneStore(t *testing.T) {
	uri := mongotest.Start(t)
	a := newWorld(t, map[string]string{"TONGBAN_STORE": uri})
	b := startWorld(t, map[string]string{"TONGBAN_STORE": uri})
	b.owner = a.owner
	soon := func(what string, ok func() bool) {
		t.Helper()
		require.Eventually(t, ok, 5*time.Second, 20*time.Millisecond, what)
	}

	p := a.customers()
	soon("a new table is known to the other node", func() bool {
		return b.do("GET", "/entities/"+p.ent, b.owner, nil).Status == 200
	})
	id := b.record(p, b.owner, m{"name": "华信"})
	require.Equal(t, "华信", a.ok("GET", p.records()+"/"+id, a.owner, nil).str("fields", "name"))

	s, usr := a.member("bob@example.com", "viewer")
	soon("a new member is known to the other node", func() bool { return b.do("GET", "/me", s, nil).Status == 200 })
	require.Equal(t, 403, b.do("POST", p.records(), s, m{"fields": m{"name": "x"}}).Status)
	a.ok("PATCH", "/members/"+usr, a.owner, m{"roles": []string{"member"}})
	soon("a role is felt on the other node", func() bool {
		return b.do("POST", p.records(), s, m{"fields": m{"name": "x"}}).Status == 201
	})
	a.ok("PATCH", "/members/"+usr, a.owner, m{"suspended": true})
	soon("a suspension is felt on the other node", func() bool { return b.do("GET", "/me", s, nil).Status == 401 })
	t1 := a.logIn("owner@example.com", password)
	b.ok("GET", "/me", t1, nil)
	a.ok("POST", "/auth/logout", t1, m{})
	soon("a session that has ended has ended everywhere", func() bool { return b.do("GET", "/me", t1, nil).Status == 401 })
}
