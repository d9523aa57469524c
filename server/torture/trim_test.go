package torture

import (
	"path"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store/mongo/mongotest"
)

// History is kept for 90 days. After 100 days what was done is forgotten, and
// nothing else: records, what lies in the trash with its history, and whatever is
// done from then on.
func TestOldChangesAreForgottenAndNothingElse(t *testing.T) {
	t.Run("on sqlite", func(t *testing.T) { forgets(t) })
	t.Run("on mongodb", func(t *testing.T) { forgets(t, "TONGBAN_STORE="+mongotest.Double(t)) })
}

func forgets(t *testing.T, env ...string) {
	c := newClock(t)
	p := newProgram(t, t.TempDir(), append(append(env, c.env()...), "TONGBAN_HISTORY_DAYS=90")...)
	l := newLedger(t, p)
	old := l.entry(p, row{"name": "旧", "n": 1})
	set := p.ok("PATCH", old, row{"fields": row{"n": 2}}).Header.Get("X-Change-Set")
	trashed := l.entry(p, row{"name": "回收站", "code": "trashed"})
	p.ok("DELETE", trashed, nil)
	id := path.Base(trashed)
	restart := func(ahead time.Duration) {
		_, err := p.stop()
		require.NoError(t, err)
		c.set(ahead)
		p.start()
		p.token = p.ok("POST", "/auth/login", row{"email": "owner@example.com", "password": password}).str("token")
	}
	history := func(of string) int { return len(p.ok("GET", of+"/history", nil).list("items")) }

	restart(80 * 24 * time.Hour)
	pause(300 * time.Millisecond) // it has looked
	require.Equal(t, 2, history(old), "it is too young")
	young := l.entry(p, row{"name": "新"})
	restart(89*24*time.Hour + time.Hour)
	require.Equal(t, 2, history(old), "it is still there")
	require.Equal(t, 404, p.do("POST", "/undo", row{"changeSet": set}).Status, "but parts of it may go at any time")
	restart(100 * 24 * time.Hour)
	require.Eventually(t, func() bool { return history(old) == 0 }, 10*time.Second, 20*time.Millisecond)
	require.Equal(t, 1, history(young))
	a := p.do("GET", "/changes?after=0", nil)
	require.Equal(t, []any{422, "feed.trimmed"}, []any{a.Status, a.str("code")}, "%s", a.Raw)
	require.InDelta(t, 2, p.ok("GET", old, nil).JSON["fields"].(row)["n"], 0)
	require.Len(t, p.ok("GET", "/trash", nil).list("items"), 1)
	p.ok("POST", l.records()+"/"+id+"/restore", row{})
	require.Equal(t, 3, history(trashed), "made, deleted, restored")

	end := p.ok("GET", "/changes?after=latest", nil)
	require.Empty(t, end.list("changes"))
	seq := end.JSON["seq"].(float64)
	p.ok("PATCH", old, row{"fields": row{"n": 3}})
	require.Eventually(t, func() bool {
		next := p.ok("GET", "/changes?after="+strconv.Itoa(int(seq)), nil).list("changes")
		return len(next) > 0 && next[len(next)-1]["id"] == path.Base(old) // on MongoDB the log is a moment late
	}, 5*time.Second, 20*time.Millisecond)
	require.Equal(t, 1, history(old))
	if len(env) == 0 {
		_, err := p.stop()
		require.NoError(t, err)
		out, err := p.command("fsck").CombinedOutput()
		require.NoError(t, err, "%s", out)
	}
}
