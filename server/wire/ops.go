package wire

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongban/runtime/live"
	"tongban/runtime/node"
	"tongban/runtime/store"
	"tongban/schema/fail"
	"tongban/server/ops"
	"tongban/server/ws"
)

var errClock = errors.New("the clock is too far from the server's")

// ready answers GET /readyz.
func (p *Program) ready(c *fiber.Ctx) error {
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(p.life, patience)
	defer cancel()
	checks := []ops.Check{{Name: "store", Run: p.storeReady}, {Name: "sockets", Run: func(context.Context) (string, error) {
		return fmt.Sprintf("%d open", p.sockets.Sockets()), nil
	}}}
	if p.node.Shared() {
		checks = append(checks, ops.Check{Name: "node", Run: p.nodeReady})
	}
	state := ops.Run(ctx, checks)
	if !state.Ready {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(state)
}

func (p *Program) storeReady(ctx context.Context) (string, error) {
	err := p.Engine.View(ctx, store.System, func(r store.Reader) error {
		_, err := r.LastSeq(ctx)
		return err
	})
	if errors.Is(err, store.ErrNotFound) { // nothing is there before the first sign-up
		err = nil
	}
	if err != nil {
		p.Log.WarnContext(ctx, "not ready", "err", err.Error())
	}
	info := p.Engine.Info()
	changes := "polled"
	if info.Live {
		changes = "pushed"
	}
	detail := info.Name + " " + info.Server + ", changes " + changes
	if r, ok := p.Raw.(refusing); ok && err == nil {
		if no := r.Refusing(ctx); no != nil { // it serves readers: it stays in service
			p.Log.WarnContext(ctx, "reading only", "err", no.Error())
			detail += ", " + readingOnly(no)
		}
	}
	return detail, err
}

// refusing is an engine that knows when its disk takes no writes.
type refusing interface {
	Refusing(ctx context.Context) error
}

func readingOnly(err error) string {
	if errors.Is(err, store.ErrReadOnly) {
		return "reading only: the data folder is read-only"
	}
	return "reading only: the disk takes no writes"
}

// nodeReady tells of the other nodes. One whose clock is far off should get no
// work: what it stamps, and when it thinks that something ends, is wrong.
func (p *Program) nodeReady(ctx context.Context) (string, error) {
	others, linked := p.others()
	skew := p.node.Skew()
	detail := fmt.Sprintf("number %d, %d others, %d linked, clock %+dms", p.node.Number(), others, linked, skew.Milliseconds())
	if skew.Abs() > node.MostSkew {
		p.Log.WarnContext(ctx, "not ready", "err", errClock.Error(), "ahead", skew.String())
		return detail, errClock
	}
	return detail, nil
}

func (p *Program) others() (all, linked int) {
	for _, o := range p.node.Peers() {
		all++
		if o.Linked {
			linked++
		}
	}
	return all, linked
}

// gauges adds figures of sockets and nodes to the metrics.
func (p *Program) gauges(m *ops.Metrics, hub *live.Hub, door *ws.Door) {
	m.Gauge("tongban_sockets", "Open WebSockets.", func() float64 { return float64(door.Sockets()) })
	m.Gauge("tongban_live_clients", "Open pages: sockets and event streams.", func() float64 { return float64(hub.Clients()) })
	m.Counter("tongban_live_slow_total", "Pages that were dropped because they took nothing.", func() float64 { return float64(hub.Slow()) })
	if !p.node.Shared() {
		return
	}
	m.Gauge("tongban_nodes", "Nodes on this store, this one among them.", func() float64 { all, _ := p.others(); return float64(all + 1) })
	m.Gauge("tongban_node_lines", "Other nodes to which there is a line.", func() float64 { _, linked := p.others(); return float64(linked) })
	m.Gauge("tongban_clock_ahead_seconds", "How far the clock is ahead of the store's server.", func() float64 { return p.node.Skew().Seconds() })
}

// metrics answers GET /metrics: with a token where one is set, else only to
// who asks from this machine and not through a proxy.
func (p *Program) metrics(m *ops.Metrics) fiber.Handler {
	want := sha256.Sum256([]byte(p.Config.MetricsToken))
	return func(c *fiber.Ctx) error {
		if p.Config.MetricsToken != "" {
			given, _ := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
			if got := sha256.Sum256([]byte(given)); subtle.ConstantTimeCompare(got[:], want[:]) == 0 {
				return p.API.Problem(c, fail.New(fail.Unauthorized, "metrics.token"))
			}
		} else if !c.Context().RemoteIP().IsLoopback() || proxied(c) {
			return p.API.Problem(c, fail.New(fail.Forbidden, "metrics.local"))
		}
		c.Set(fiber.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
		return m.Write(c)
	}
}

// proxied says whether a request comes from somewhere else than its connection.
func proxied(c *fiber.Ctx) bool {
	for _, h := range []string{fiber.HeaderXForwardedFor, fiber.HeaderForwarded, "X-Real-Ip", fiber.HeaderVia} {
		if len(c.Request().Header.Peek(h)) > 0 {
			return true
		}
	}
	return false
}
