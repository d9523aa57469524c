// Package wire builds the program by hand, in order: the one place that names
// the engines and sees every part. It decides nothing that a part could.
package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"tongban/frontend"
	"tongban/runtime/access"
	"tongban/runtime/account"
	"tongban/runtime/catalog"
	"tongban/runtime/comment"
	"tongban/runtime/event"
	"tongban/runtime/fair"
	"tongban/runtime/file"
	"tongban/runtime/idem"
	"tongban/runtime/ids"
	"tongban/runtime/ingest"
	"tongban/runtime/install"
	"tongban/runtime/live"
	"tongban/runtime/node"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/server/api"
	"tongban/server/config"
	"tongban/server/ops"
	"tongban/server/text"
	"tongban/server/web"
	"tongban/server/ws"
)

// StopTime is how long a graceful stop may take.
const StopTime = 30 * time.Second

// Base is what every command stands on: the store and who may use it.
type Base struct {
	Config   *config.Config
	Log      *slog.Logger
	Now      func() time.Time
	Engine   store.Engine
	Raw      store.Engine // the engine itself, for what only it can do
	IDs      *ids.Source
	Policy   *access.Policy
	Catalog  *catalog.Catalog
	Accounts *account.Service
	node     *node.Node
	// follow keeps the catalogue of a tenant fresh where other nodes may change it; nil: nobody else does.
	follow func(context.Context, schema.TenantID) error
	forget func(schema.TenantID)
}

// Open opens the store and builds what stands on it.
func Open(ctx context.Context, c *config.Config, log *slog.Logger, now func() time.Time) (*Base, error) {
	now, err := clock(c, log, now)
	if err != nil {
		return nil, err
	}
	engine, err := openEngine(ctx, c, log, now)
	if err != nil {
		return nil, err
	}
	source := ids.New(now, 0)
	me, err := node.Join(ctx, node.Options{Engine: engine, Now: now, Log: log, Dial: ws.DialLine, Moved: source.Move})
	if err != nil {
		return nil, errors.Join(err, engine.Close())
	}
	source.Move(me.Number())
	b := &Base{Config: c, Log: log, Now: now, Engine: idem.Engine{Engine: engine}, Raw: engine, node: me, IDs: source, Policy: access.New(now)}
	if err := raiseIDs(ctx, engine, b.IDs); err != nil { // a full disk still serves readers
		log.WarnContext(ctx, "mark of ids not written", "err", err.Error())
	}
	b.Catalog = catalog.New(engine, catalog.Options{Now: now, IDs: b.IDs, Log: log, Policy: b.Policy, Forgot: b.forgotten})
	b.Accounts = account.New(account.Options{
		Engine: engine, Tenants: tenants{b}, IDs: b.IDs, Now: now, Log: log, Signup: c.Signup,
	})
	return b, nil
}

// forgotten ends what was done to keep a tenant's metadata fresh.
func (b *Base) forgotten(t schema.TenantID) {
	if b.forget != nil {
		b.forget(t)
	}
}

// Close closes the store.
func (b *Base) Close(ctx context.Context) error {
	b.node.Leave(context.WithoutCancel(ctx))
	return b.Engine.Close()
}

// Program is the whole server.
type Program struct {
	*Base
	App     *fiber.App
	API     *api.Server
	Records *record.Service
	Heavy   *fair.Queue // of reads that no index serves
	sockets *ws.Door
	workers []func(context.Context)
	life    context.Context //nolint:containedctx // what requests and workers run under
	end     context.CancelFunc
}

// Build builds the server on an open store. version is shown in its documents.
func Build(ctx context.Context, b *Base, version string) (*Program, error) {
	texts, err := text.Load()
	if err != nil {
		return nil, err
	}
	dist, err := frontend.Dist()
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	site, err := web.New(dist)
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	seals, err := keeper(ctx, b)
	if err != nil {
		return nil, err
	}
	p := &Program{Base: b, App: api.App()}
	p.life, p.end = context.WithCancel(context.WithoutCancel(ctx))
	metrics := ops.NewMetrics()
	p.Heavy = queueOf(b, metrics)
	files := file.New(file.Options{Engine: b.Engine, Blobs: blobs(b), IDs: b.IDs, Now: b.Now, Quota: b.Config.QuotaBytes()})
	p.workers = append(p.workers, func(ctx context.Context) { files.Run(ctx, b.Log) })
	p.Records = record.New(record.Options{
		Engine: b.Engine, Catalog: b.Catalog, Policy: b.Policy, IDs: b.IDs, Now: b.Now, Log: b.Log, Files: files.Infos, Attachable: files.Own,
		Queue: p.Heavy, Seal: seals, History: b.Config.History(),
	})
	p.workers = append(p.workers, p.Records.Run)
	jobs := ingest.New(ingest.Options{
		Engine: b.Engine, Catalog: b.Catalog, Policy: b.Policy, Records: p.Records, Files: jobFiles{files}, IDs: b.IDs, Now: b.Now, Log: b.Log, Say: texts.Say,
		Owner: b.node.Name(), Lives: others(b.node),
	})
	p.workers = append(p.workers, func(ctx context.Context) {
		if err := jobs.Run(ctx); err != nil && ctx.Err() == nil {
			b.Log.ErrorContext(ctx, "jobs stand still", "error", err.Error())
		}
	})
	p.workers = append(p.workers, func(ctx context.Context) { keepMark(ctx, b.Engine, b.IDs, b.Log) })
	if trim := b.trimmer(); trim != nil {
		p.workers = append(p.workers, trim)
	}
	p.API = api.New(api.Options{
		Life: p.life, Accounts: b.Accounts, Catalog: b.Catalog, Policy: b.Policy, Records: p.Records,
		Comments:  comment.New(comment.Options{Engine: b.Engine, Records: p.Records, Catalog: b.Catalog, IDs: b.IDs, Now: b.Now}),
		Templates: install.New(b.Catalog, p.Records, b.Now, b.Log),
		Files:     files, Ingest: jobs, Idem: idem.New(b.Engine, b.Now), Seal: seals, Texts: texts, Metrics: metrics, Log: b.Log, Now: b.Now,
		Limited: b.Config.Limited(), Proxies: b.Config.Proxies(), BaseURL: b.Config.BaseURL, Version: version,
	})
	p.mount(site, metrics, p.door(metrics))
	return p, nil
}

func blobs(b *Base) file.Blobs {
	if b.Config.SQLite() {
		return file.NewDisk(filepath.Join(b.Config.Data, "files"))
	}
	return file.NewChunks(b.Engine, b.IDs, b.Now)
}

// door builds the realtime hub and its sockets.
func (p *Program) door(metrics *ops.Metrics) *ws.Door {
	actor := func(ctx context.Context, session string) (access.Actor, error) {
		c, err := p.Accounts.Again(ctx, session, 0)
		if err != nil {
			return access.Actor{}, err
		}
		return c.Actor, nil
	}
	events := event.New(p.Engine, p.Log)
	if p.Engine.Info().Distributed {
		p.follow, p.forget = followed(p.Catalog, events)
	}
	hub := live.New(p.life, live.Options{
		Engine: p.Engine, Catalog: p.Catalog, Policy: p.Policy, Records: p.Records, Events: events,
		Now: p.Now, NewID: p.IDs.Next, Log: p.Log, Actor: actor,
	})
	p.join(hub, events)
	p.workers = append(p.workers, events.Run, hub.Run)
	door := ws.New(ws.Options{
		Hub: hub, Records: p.Records, Log: p.Log, Session: actor, Fail: p.API.Problem, Limit: p.API.Take, BaseURL: p.Config.BaseURL, Now: p.Now,
		Caller: func(c *fiber.Ctx) (access.Actor, string, error) {
			caller, err := p.API.Admit(c)
			if err != nil {
				return access.Actor{}, "", err
			}
			return caller.Actor, caller.Ref, nil
		},
	})
	p.workers = append(p.workers, door.Run)
	p.sockets = door
	p.gauges(metrics, hub, door)
	return door
}

func (p *Program) mount(site *web.Site, m *ops.Metrics, door *ws.Door) {
	p.App.Server().KeepHijackedConns = true
	p.App.Use(p.API.Guard)
	p.App.Use(func(c *fiber.Ctx) error {
		web.Secure(c, p.API.HTTPS(c))
		return c.Next()
	})
	p.App.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") })
	p.App.Get("/readyz", p.ready)
	p.App.Get("/metrics", p.metrics(m))
	if p.node.Shared() {
		p.App.Get(ws.LinePath, ws.Line(p.life, p.node.Accept))
	}
	p.App.Get(api.Base+"/ws", door.Socket)
	p.App.Get(api.Base+"/events", door.Stream)
	p.App.Post(api.Base+"/ws-tickets", door.Ticket)
	p.API.Mount(p.App)
	p.App.Use(site.Serve)
}

// Serve listens until ctx ends, then stops gracefully: what is accepted is
// answered, jobs come to a safe stop, open pages are told to come back.
// listening is called once the port accepts.
func (p *Program) Serve(ctx context.Context, listening func(addr string)) error {
	ln, err := listen(p.Config.Addr)
	if err != nil {
		p.end()
		return errors.Join(err, p.Close(ctx))
	}
	addr, err := nodeAddr(p.Config.NodeAddr, ln.Addr())
	if err != nil {
		p.end()
		return errors.Join(err, ln.Close(), p.Close(ctx))
	}
	p.node.At(addr)
	working, rest := context.WithCancel(p.life)
	defer rest()
	var workers sync.WaitGroup
	for _, run := range p.workers {
		workers.Go(func() { run(working) })
	}
	failed := make(chan error, 1)
	go func() { failed <- p.App.Listener(ln) }()
	listening(ln.Addr().String())
	select {
	case err = <-failed:
	case <-ctx.Done():
		p.Log.InfoContext(p.life, "stopping")
		stopped := make(chan error, 1)
		go func() { stopped <- p.App.ShutdownWithTimeout(StopTime - 5*time.Second) }()
		rest() // open sockets and streams end now, or the shutdown would wait for them
		err = <-stopped
	}
	rest()
	workers.Wait()
	p.end()
	return errors.Join(err, p.Close(ctx))
}
