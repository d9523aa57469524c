package live

import (
	"time"

	"tongban/schema"
)

// Guest is somebody in a room as nodes tell one another.
type Guest struct {
	Client string        `json:"client"`
	User   schema.UserID `json:"user"`
	Cursor Cursor        `json:"cursor"`
}

// Peers are the other nodes. Both calls return at once; what is lost is told
// again some seconds later.
type Peers interface {
	// Share tells who of this node is in a room: all of them, or nobody.
	Share(t schema.TenantID, room string, who []Guest)
	// Ask asks who of the others is in a room.
	Ask(t schema.TenantID, room string)
}

// maxGuests is how many people another node may tell of in one room.
const maxGuests = 1000

// guests are the people of one other node.
type guests struct {
	who []Guest
	at  time.Time
}

// Link sets the other nodes. Call it before clients connect.
func (h *Hub) Link(p Peers) { h.peers = p }

// Shared takes what another node has told by Share.
func (h *Hub) Shared(node string, t schema.TenantID, name string, who []Guest) {
	r := h.roomNamed(t, name)
	if r == nil {
		return
	}
	if len(who) > maxGuests {
		who = who[:maxGuests]
	}
	r.mu.Lock()
	old := r.guests[node]
	if len(who) == 0 {
		delete(r.guests, node)
	} else {
		if r.guests == nil {
			r.guests = map[string]*guests{}
		}
		r.guests[node] = &guests{who: who, at: h.now()}
	}
	r.mu.Unlock()
	if old == nil && len(who) > 0 || old != nil && !sameGuests(old.who, who) {
		r.showPresence()
	}
}

// Asked answers another node's Ask.
func (h *Hub) Asked(t schema.TenantID, name string) {
	if r := h.roomNamed(t, name); r != nil {
		r.mu.Lock()
		here := len(r.presence) > 0
		r.mu.Unlock()
		if here {
			r.share(h.now())
		}
	}
}

func (h *Hub) roomNamed(t schema.TenantID, name string) *room {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[roomKey{t, name}]
}

// share tells the other nodes who of this one is in the room. What is only for
// one person, such as their notices, concerns no presence.
func (r *room) share(now time.Time) {
	p := r.hub.peers
	r.mu.Lock()
	r.unshared, r.shared = false, now
	if p == nil || r.user != 0 {
		r.mu.Unlock()
		return
	}
	who := make([]Guest, 0, len(r.presence))
	for c, at := range r.presence {
		if len(who) == maxGuests {
			break
		}
		who = append(who, Guest{Client: c.id, User: c.Actor().User, Cursor: at.cursor})
	}
	r.mu.Unlock()
	p.Share(r.key.tenant, r.key.name, who)
}

// sameGuests compares lists that come in any order.
func sameGuests(a, b []Guest) bool {
	if len(a) != len(b) {
		return false
	}
	in := make(map[Guest]struct{}, len(a))
	for _, g := range a {
		in[g] = struct{}{}
	}
	for _, g := range b {
		if _, ok := in[g]; !ok {
			return false
		}
	}
	return true
}
