// Package mongo keeps tenants' data in MongoDB: a replica set, a sharded
// cluster, or a server that speaks the protocol and has transactions. Several
// processes may work on one database.
//
// The collections, shared by all tenants; t is the tenant, e the entity:
//
//	rows      live records {t, e, r: id, v: version, ca, ua, cb, ub, o, f: values by
//	          stored name, s: index slots, x: tokens, p: sort keys, c: folded texts}
//	trash     trashed records, alike but for the slots
//	changes   history and outbox in one {_id: commit.n, t, c, n, o, u: not yet in the
//	          log, q: position in the log, op, e, r, v, b, a, dk, dy, by, at, via, cs, d}
//	seqs      how far a tenant's log is {_id: t, q, m}
//	docs      metadata documents {t, k: kind, y: key, v, b, x: expiry, z, c}
//	uniq      claims of unique values {_id: t.e.field.value, t, e, f, r}
//	counters  numbers given out {_id: t.counter, t, n}
//	entities  how an entity's documents are laid out (see layout)
//	marks     commits that left no change, so that their outcome can be known
//	leases    who puts changes into the log
//
// rows, trash are sharded by {t, e, r}, changes by {t, _id}, docs by {t, k, y};
// the unique indexes agree with that.
package mongo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"tongban/runtime/store"
	"tongban/schema"
)

// defaultDatabase is used where the URI names none.
const defaultDatabase = "tongban"

// Options say where the data is.
type Options struct {
	// URI is a MongoDB connection string; its path names the database.
	URI string
	Log *slog.Logger
	Now func() time.Time

	// Grace overrides how long a change of a layout waits before documents are
	// rebuilt for it: until every process writes by the new layout. 0: the default.
	Grace time.Duration
	// Patience is how long a commit whose answer is lost is asked about before
	// it is looked for, and made again where it is not found. 0: the default.
	Patience time.Duration
}

// Engine implements store.Engine.
type Engine struct {
	client *driver.Client
	db     *driver.Database
	log    *slog.Logger
	now    func() time.Time
	info   store.Info

	rows, trash, changes, seqs, docs, uniq, counters, entities, marks, leases *driver.Collection

	patience  time.Duration
	snapshots bool // the server has snapshot reads outside transactions
	clock     clock
	slots     chan struct{} // running transactions
	waiting   chan struct{} // running and waiting ones
	numbers   keyedLocks

	relay   *relay
	builder *builder
	stop    context.CancelFunc
	leaving func() (context.Context, context.CancelFunc) // the context of the last acts
	wg      sync.WaitGroup

	mu        sync.Mutex
	layouts   map[layoutKey]cachedLayout
	tick      int64 // counts layouts learned and snapshots begun
	listeners []func(schema.TenantID)
}

var _ store.Engine = (*Engine)(nil)

// The most transactions that run at a time, and that wait beside.
const (
	maxRunning = 64
	maxWaiting = 2048
)

// Open connects, prepares the collections and starts the background work,
// which goes on until Close. It refuses a server without transactions.
func Open(ctx context.Context, o Options) (*Engine, error) {
	u, err := url.Parse(o.URI)
	if err != nil || !strings.HasPrefix(u.Scheme, "mongodb") {
		return nil, errors.New("mongo: the store's address is no MongoDB URI")
	}
	client, err := driver.Connect(clientOptions(o.URI))
	if err != nil {
		return nil, fmt.Errorf("mongo: connect: %w", err)
	}
	e := newEngine(client, databaseOf(u), o)
	if err := e.start(ctx); err != nil {
		return nil, errors.Join(err, client.Disconnect(ctx))
	}
	return e, nil
}

// mostSilent is how long an operation without a time of its own waits for the
// server: connections may die without a word, for instance where a firewall
// forgets them, and nobody would ever hear of it. What may take longer is called
// with a longLife.
const (
	mostSilent = 8 * time.Second
	longLife   = time.Hour

	// Whether the server is there is asked on a connection of its own. An answer
	// that is cut off is waited for this long together, and nothing is done meanwhile.
	connectMost = 5 * time.Second
	heartbeat   = 3 * time.Second
)

func clientOptions(uri string) *options.ClientOptions {
	return options.Client().ApplyURI(uri).
		SetTimeout(mostSilent).
		SetAppName("tongban").
		SetServerSelectionTimeout(5 * time.Second).
		SetConnectTimeout(connectMost).
		SetHeartbeatInterval(heartbeat).
		SetMaxPoolSize(2 * maxRunning).
		SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Majority()).
		SetWriteConcern(writeconcern.Majority())
}

func databaseOf(u *url.URL) string {
	if name := strings.Trim(u.Path, "/"); name != "" {
		return name
	}
	return defaultDatabase
}

func newEngine(client *driver.Client, database string, o Options) *Engine {
	db := client.Database(database)
	e := &Engine{
		client: client, db: db, log: o.Log, now: o.Now,
		rows: db.Collection("rows"), trash: db.Collection("trash"), changes: db.Collection("changes"), seqs: db.Collection("seqs"),
		docs: db.Collection("docs"), uniq: db.Collection("uniq"), counters: db.Collection("counters"),
		entities: db.Collection("entities"), marks: db.Collection("marks"), leases: db.Collection("leases"),
		slots: make(chan struct{}, maxRunning), waiting: make(chan struct{}, maxWaiting),
		layouts: map[layoutKey]cachedLayout{},
	}
	if e.patience = o.Patience; e.patience <= 0 {
		e.patience = 2 * lifetime
	}
	e.relay = newRelay(e)
	e.builder = newBuilder(e, o.Grace)
	return e
}

func (e *Engine) start(ctx context.Context) error {
	if err := e.probe(ctx); err != nil {
		return err
	}
	if err := e.createIndexes(ctx); err != nil {
		return err
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	e.stop = stop
	e.leaving = func() (context.Context, context.CancelFunc) {
		return context.WithTimeout(context.WithoutCancel(background), 5*time.Second)
	}
	stream := e.openStream(ctx)
	e.info.Live = stream != nil
	e.relay.live = e.info.Live
	if !e.info.Live {
		e.log.InfoContext(ctx, "the server has no change streams: changes are polled for", "server", e.info.Server)
	}
	e.wg.Go(func() { e.relay.run(background) })
	e.wg.Go(func() { e.builder.run(background) })
	e.wg.Go(func() { e.watch(background, stream) })
	return nil
}

// probe finds out what the server is and whether it will do.
func (e *Engine) probe(ctx context.Context) error {
	var build struct {
		Version string `bson:"version"`
	}
	if err := e.db.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return fmt.Errorf("mongo: the server does not answer: %w", err)
	}
	e.info = store.Info{Name: "mongodb", Server: build.Version, Distributed: true}
	if err := e.probeTransactions(ctx); err != nil {
		return err
	}
	return e.probeSnapshots(ctx)
}

func (e *Engine) probeTransactions(ctx context.Context) error {
	err := e.inTransaction(ctx, func(ctx context.Context) error {
		_, err := e.marks.InsertOne(ctx, bson.D{{Key: "_id", Value: "probe"}})
		if err != nil {
			return err
		}
		_, err = e.marks.DeleteOne(ctx, bson.D{{Key: "_id", Value: "probe"}})
		return err
	})
	var ce driver.CommandError
	if errors.As(err, &ce) && (ce.Code == 20 || ce.Code == 263 || ce.Code == 59) {
		return fmt.Errorf("mongo: the server has no transactions (a standalone mongod has none): "+
			"start it with --replSet and run rs.initiate() once, one member is enough; %w", err)
	}
	if err != nil && !hasLabel(err, transientLabel) {
		return fmt.Errorf("mongo: try a transaction: %w", err)
	}
	return nil
}

// probeSnapshots tries a read from a snapshot outside a transaction: it costs
// a server less, but not every one has it.
func (e *Engine) probeSnapshots(ctx context.Context) error {
	sess, err := e.client.StartSession(options.Session().SetSnapshot(true))
	if err != nil {
		return fmt.Errorf("mongo: session: %w", err)
	}
	defer sess.EndSession(ctx)
	err = e.seqs.FindOne(driver.NewSessionContext(ctx, sess), bson.D{{Key: "_id", Value: int64(0)}}).Err()
	e.snapshots = err == nil || errors.Is(err, driver.ErrNoDocuments)
	return ctx.Err()
}

// OnChange registers fn to be told that a tenant's log has grown.
func (e *Engine) OnChange(fn func(schema.TenantID)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.listeners = append(e.listeners, fn)
}

func (e *Engine) tell(t schema.TenantID) {
	e.mu.Lock()
	fns := e.listeners
	e.mu.Unlock()
	for _, fn := range fns {
		fn(t)
	}
}

// Info says what server is behind the engine.
func (e *Engine) Info() store.Info { return e.info }

// Close ends the background work and the connections.
func (e *Engine) Close() error {
	e.stop()
	e.wg.Wait()
	ctx, cancel := e.leaving()
	defer cancel()
	e.relay.leave(ctx)
	if err := e.client.Disconnect(ctx); err != nil {
		return fmt.Errorf("mongo: disconnect: %w", err)
	}
	return nil
}
