package mongo

import (
	"context"
	"errors"
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
)

const (
	transientLabel = "TransientTransactionError"
	unknownLabel   = "UnknownTransactionCommitResult"
)

// lifetime is how long a transaction may take.
const lifetime = 5 * time.Second

func hasLabel(err error, label string) bool {
	var le driver.LabeledError
	return errors.As(err, &le) && le.HasErrorLabel(label)
}

func transactionOptions() *options.TransactionOptionsBuilder {
	return options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(writeconcern.Majority())
}

// errUnknown says that a commit may or may not have happened.
var errUnknown = errors.New("mongo: the outcome of the commit is not known")

// inTransaction runs fn once in a transaction and commits it. fn uses the ctx
// that it is given.
func (e *Engine) inTransaction(ctx context.Context, fn func(context.Context) error) error {
	s, err := e.newSession(ctx)
	if err != nil {
		return err
	}
	defer s.end(ctx)
	return s.run(ctx, fn)
}

func (e *Engine) abort(ctx context.Context, sess *driver.Session) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	return sess.AbortTransaction(ctx)
}

// commit ends a transaction. Where the answer is lost the driver asks again
// until ctx ends: a second commit of the same transaction is safe.
func (e *Engine) commit(ctx context.Context, sess *driver.Session) error {
	var err error
	for try := range 4 {
		if err = sess.CommitTransaction(ctx); err == nil {
			return nil
		}
		if !hasLabel(err, unknownLabel) && !driver.IsTimeout(err) && !driver.IsNetworkError(err) && !cleared(err) && !unselected(err) {
			return err
		}
		if pause(ctx, try) != nil {
			break
		}
	}
	return errors.Join(errUnknown, err)
}

// pause waits a little, longer with each try, or until ctx ends.
func pause(ctx context.Context, try int) error {
	most := min(time.Millisecond<<min(try, 7), 100*time.Millisecond)
	timer := time.NewTimer(rand.N(most) + most/4) //nolint:gosec // a pause needs no secret
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// clock gives out the order numbers of changes: microseconds, ever rising
// within the process.
type clock struct {
	mu   sync.Mutex
	last int64
}

// next returns a number above all before and above least.
func (c *clock) next(now time.Time, least int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(now.UnixMicro(), c.last+1, least+1)
	return c.last
}

// keyedLocks keep writers of one counter from tripping over each other within
// the process; between processes the database decides.
type keyedLocks struct {
	once  sync.Once
	seed  maphash.Seed
	locks [64]sync.Mutex
}

// lock takes the locks of all keys and returns how to give them back.
func (k *keyedLocks) lock(keys []string) (unlock func()) {
	k.once.Do(func() { k.seed = maphash.MakeSeed() })
	var held []int
	for _, key := range keys {
		held = append(held, int(maphash.String(k.seed, key)%uint64(len(k.locks))))
	}
	slices.Sort(held)
	held = slices.Compact(held)
	for _, i := range held {
		k.locks[i].Lock()
	}
	return func() {
		for _, i := range held {
			k.locks[i].Unlock()
		}
	}
}
