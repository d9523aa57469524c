// Package mongotest gives tests a MongoDB to run on: the server that
// TONGBAN_TEST_MONGO names, else a mongod found on PATH (started as a private
// one-member replica set), else the wire-level double that lives in ./double,
// a Node program. One server serves a test binary; each test gets a database
// of its own.
package mongotest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// EnvURI names the environment variable that holds the URI of a server to test on.
const EnvURI = "TONGBAN_TEST_MONGO"

type server struct {
	uri    string
	double bool
	err    error
	run    *process // kept, for it ends when nobody holds its input
}

var (
	once   sync.Once
	found  server
	serial atomic.Int64
)

// shared returns the server of the test binary.
func shared(ctx context.Context) server {
	once.Do(func() { found = find(ctx) })
	return found
}

// Start returns the URI of a fresh database on the binary's server. The
// database is dropped when the test ends.
func Start(t testing.TB) string {
	t.Helper()
	s := shared(t.Context())
	if s.err != nil {
		t.Fatalf("no MongoDB to test on: %v", s.err)
	}
	return database(t, s.uri)
}

// Double starts another double for one test, with the flags that
// double/main.js takes, and returns the URI of a database there.
func Double(t testing.TB, flags ...string) string {
	t.Helper()
	p, err := startDouble(flags...)
	if err != nil {
		t.Fatalf("start the double: %v", err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Errorf("the double did not end well: %v", err)
		}
	})
	return withDatabase(p.uri, name())
}

// Fault is something that a double does wrong on demand; see double/faults.js.
type Fault struct {
	On     string  `bson:"on"`               // commit, write, read: commands of transactions
	Do     string  `bson:"do"`               // conflict, drop, dropAfter, unknown, lost
	Times  int     `bson:"times,omitempty"`  // 0: for ever
	Chance float64 `bson:"chance,omitempty"` // 0: always
}

// Inject sets the faults of the double behind a URI; none ends them. It
// returns how many of the earlier ones were met.
func Inject(t testing.TB, uri string, faults ...Fault) (met int) {
	t.Helper()
	if faults == nil {
		faults = []Fault{}
	}
	var reply struct {
		Met int `bson:"met"`
	}
	run(t, uri, func(ctx context.Context, c *mongo.Client) error {
		return c.Database("admin").RunCommand(ctx, bson.D{{Key: "tongbanFault", Value: 1}, {Key: "faults", Value: faults}}).Decode(&reply)
	})
	return reply.Met
}

func name() string {
	return "tb" + strconv.Itoa(os.Getpid()) + "x" + strconv.FormatInt(serial.Add(1), 10)
}

func database(t testing.TB, uri string) string {
	db := name()
	t.Cleanup(func() {
		run(t, uri, func(ctx context.Context, c *mongo.Client) error { return c.Database(db).Drop(ctx) })
	})
	return withDatabase(uri, db)
}

func withDatabase(uri, db string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri
	}
	u.Path = "/" + db
	return u.String()
}

// run does something on a connection of its own. It outlives the test's context.
func run(t testing.TB, uri string, fn func(context.Context, *mongo.Client) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 20*time.Second)
	defer cancel()
	c, err := mongo.Connect(options.Client().ApplyURI(uri).SetServerSelectionTimeout(10 * time.Second))
	if err == nil {
		err = fn(ctx, c)
	}
	if err != nil {
		t.Errorf("mongotest: %v", err)
	}
	if c != nil {
		if err := c.Disconnect(ctx); err != nil {
			t.Errorf("mongotest: disconnect: %v", err)
		}
	}
}

// find chooses the server and says which it is.
func find(ctx context.Context) server {
	s := choose(ctx)
	if s.err == nil {
		fmt.Fprintf(os.Stderr, "mongotest: running on %s\n", s.what())
	}
	return s
}

func (s server) what() string {
	if s.double {
		return "the wire-level double"
	}
	u, err := url.Parse(s.uri)
	if err != nil {
		return "MongoDB"
	}
	return "MongoDB at " + u.Host
}

func choose(ctx context.Context) server {
	if uri := os.Getenv(EnvURI); uri != "" {
		return server{uri: uri}
	}
	if path, err := exec.LookPath("mongod"); err == nil {
		p, err := startMongod(ctx, path)
		if err != nil {
			return server{err: fmt.Errorf("start %s: %w", path, err)}
		}
		return server{uri: p.uri, run: p}
	}
	p, err := startDouble()
	if err != nil {
		return server{err: err}
	}
	return server{uri: p.uri, double: true, run: p}
}
