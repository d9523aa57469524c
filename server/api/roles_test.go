package api_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestARoleShowsTheFieldThatSaysWhoseARecordIs(t *testing.T) {
	w := newWorld(t, nil)
	p := w.customers()
	f := w.ok("POST", "/entities/"+p.ent+"/fields", w.owner, m{"name": "经办人", "key": "handler", "type": "user"})
	r := w.ok("POST", "/roles", w.owner, m{"name": "经办", "grants": []any{m{"entity": p.ent, "read": true, "scope": "own", "owner": f.str("id")}}})
	require.Equal(t, "handler", r.str("grants", 0, "owner"))

	again := w.ok("PATCH", "/roles/"+r.str("id"), w.owner, m{"grants": []any{m{"entity": p.ent, "read": true, "scope": "own", "owner": r.str("grants", 0, "owner")}}})
	require.Equal(t, "handler", again.str("grants", 0, "owner"), "what is read can be written back")
}
