package live_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/live"
	"tongban/schema"
)

// peers notes what the other nodes would be told.
type peers struct {
	mu     sync.Mutex
	shared [][]live.Guest
	asked  []string
}

func (p *peers) Share(_ schema.TenantID, _ string, who []live.Guest) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shared = append(p.shared, who)
}

func (p *peers) Ask(_ schema.TenantID, room string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, room)
}

func (p *peers) last() []live.Guest {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.shared) == 0 {
		return nil
	}
	return p.shared[len(p.shared)-1]
}

// shown waits until a page shows so many others.
func shown(t *testing.T, p *page, n int) string {
	t.Helper()
	for {
		if m := p.next(t, "presence"); len(m.Members) == n {
			return m.Raw
		}
	}
}

func TestPeopleOfOtherNodesAreShownAndOursAreTold(t *testing.T) {
	w := newWorld(t)
	far := &peers{}
	w.hub.Link(far)
	p := w.open(w.boss, "boss")
	_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	require.Equal(t, []string{w.room()}, far.asked)

	require.NoError(t, w.hub.Present(p.client, w.room(), live.Cursor{Field: "name"}))
	require.Eventually(t, func() bool { return len(far.last()) == 1 }, 5*time.Second, 5*time.Millisecond)
	require.Equal(t, w.boss.User, far.last()[0].User)

	w.hub.Shared("n1", w.boss.Tenant, w.room(), []live.Guest{{Client: "con_x", User: w.repUser}})
	rep := schema.FormatID(schema.PrefixUser, w.repUser)
	require.Contains(t, shown(t, p, 1), fmt.Sprintf(`"members":[{"client":"con_x","user":{"id":%q,"name":"Rep"}}]`, rep))
	w.hub.Shared("n1", w.boss.Tenant, w.room(), nil)
	shown(t, p, 0)

	w.hub.Disconnect(p.client)
	require.Empty(t, far.last(), "the others learn that nobody is left")
}

func TestOfACrowdTheLastWhoMovedAreShown(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.boss, "boss")
	_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
	require.NoError(t, err)
	var crowd []live.Guest
	for i := range 200 {
		crowd = append(crowd, live.Guest{Client: fmt.Sprint("con_", i), User: w.repUser})
	}
	w.hub.Shared("n1", w.boss.Tenant, w.room(), crowd)
	require.Contains(t, shown(t, p, 64), `"more":136`)
}
