package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"tongban/runtime/event"
	"tongban/runtime/live"
	"tongban/runtime/node"
	"tongban/runtime/store"
	"tongban/schema"
)

// What nodes tell one another over their lines.
const (
	castPresence = "presence" // who of the sender is in a room
	castAsk      = "ask"      // who of yours is in a room?
	castEnded    = "ended"    // a user's session may have ended
)

// kindEnded is the document by whose changes all nodes learn that a user's
// session may have ended, also those to which there is no line.
const (
	kindEnded = "ended"
	endedKeep = time.Hour
)

// crossing is what nodes tell of a room.
type crossing struct {
	Tenant schema.TenantID `json:"tenant"`
	Room   string          `json:"room"`
	Who    []live.Guest    `json:"who,omitempty"`
}

// peers passes presence on.
type peers struct{ n *node.Node }

var _ live.Peers = peers{}

// Share tells who of this node is in a room.
func (p peers) Share(t schema.TenantID, room string, who []live.Guest) {
	p.n.Cast(castPresence, crossing{t, room, who})
}

// Ask asks who of the others is.
func (p peers) Ask(t schema.TenantID, room string) {
	p.n.Cast(castAsk, crossing{Tenant: t, Room: room})
}

// join connects the hub and the sessions of this node with those of the others.
func (p *Program) join(hub *live.Hub, events *event.Log) {
	n := p.node
	if !n.Shared() {
		p.Accounts.OnEnd(hub.Recheck)
		return
	}
	hub.Link(peers{n})
	n.Handle(castPresence, func(from string, body []byte) {
		var c crossing
		if p.understood(body, &c) {
			hub.Shared(from, c.Tenant, c.Room, c.Who)
		}
	})
	n.Handle(castAsk, func(_ string, body []byte) {
		var c crossing
		if p.understood(body, &c) {
			hub.Asked(c.Tenant, c.Room)
		}
	})
	ended := func(ctx context.Context, u schema.UserID) {
		p.Accounts.Elsewhere()
		hub.Recheck(ctx, u)
	}
	n.Handle(castEnded, func(_ string, body []byte) {
		var u schema.UserID
		if p.understood(body, &u) {
			ended(p.life, u)
		}
	})
	p.Accounts.OnEnd(func(ctx context.Context, u schema.UserID) {
		hub.Recheck(ctx, u)
		p.tellEnded(context.WithoutCancel(ctx), u)
		n.Cast(castEnded, u)
	})
	events.Subscribe(kindEnded, func(ctx context.Context, t schema.TenantID, cs []store.Change) error {
		var err error
		var done []schema.UserID
		for _, c := range cs {
			if t != store.System || c.Op != store.OpDoc || c.DocKind != kindEnded {
				continue
			}
			id, bad := strconv.ParseInt(c.DocKey, 36, 64)
			if u := schema.UserID(id); bad == nil && !slices.Contains(done, u) {
				done = append(done, u)
				ended(ctx, u)
			}
			err = errors.Join(err, bad)
		}
		return err
	})
	p.workers = append(p.workers, n.Keep, func(ctx context.Context) { p.followSystem(ctx, events) })
}

func (p *Program) understood(body []byte, v any) bool {
	err := json.Unmarshal(body, v)
	if err != nil {
		p.Log.Warn("message of another node not understood", "error", err.Error())
	}
	return err == nil
}

// tellEnded lets the nodes know over the store; a line may be quicker.
func (p *Program) tellEnded(ctx context.Context, u schema.UserID) {
	at := p.Now()
	op := store.DocOp{
		Kind: kindEnded, Key: strconv.FormatInt(int64(u), 36), IfVersion: -1, Body: []byte("{}"), ExpiresAt: at.Add(endedKeep).UnixMilli(), Log: true,
	}
	if _, err := p.Engine.Commit(ctx, store.System, &store.Commit{Origin: store.Origin{Via: kindEnded, At: at.UnixMilli()}, Docs: []store.DocOp{op}}); err != nil {
		p.Log.WarnContext(ctx, "end of a session not told to all nodes", "error", err.Error())
	}
}

// followSystem follows the installation's own log until ctx ends.
func (p *Program) followSystem(ctx context.Context, events *event.Log) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		_, err := events.Follow(ctx, store.System)
		if err == nil || ctx.Err() != nil {
			return
		}
		p.Log.WarnContext(ctx, "the installation's log is not followed yet", "error", err.Error())
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// others says which nodes live, for jobs that can be taken over; nil where there are no others.
func others(n *node.Node) func(string) bool {
	if !n.Shared() {
		return nil
	}
	return n.Lives
}

// nodeAddr is where other nodes find this one: as configured, else where it
// listens; one that listens everywhere says the first address of the machine.
func nodeAddr(configured string, ln net.Addr) (string, error) {
	if configured != "" {
		return configured, nil
	}
	host, port, err := net.SplitHostPort(ln.String())
	if err != nil {
		return "", fmt.Errorf("address for other nodes: %w", err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsUnspecified() {
		return ln.String(), nil
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return "", fmt.Errorf("address for other nodes: %w", err)
	}
	for _, a := range addrs {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.IsGlobalUnicast() {
			return net.JoinHostPort(ip.IP.String(), port), nil
		}
	}
	return net.JoinHostPort("127.0.0.1", port), nil
}
