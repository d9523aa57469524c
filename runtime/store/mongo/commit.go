package mongo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"tongban/runtime/store"
	"tongban/schema"
)

// maxOps is how many ops a commit may have.
const maxOps = 1000

// A commit is tried so often, and for so long, before it is given up.
const (
	maxTries  = 60
	maxTrying = 20 * time.Second
)

// errDone ends a try that finds that an earlier one has succeeded.
var errDone = errors.New("mongo: an earlier try has succeeded")

// Commit does everything in c or nothing. A try that meets other writers, a
// change of primary or a lost connection is made again. All tries bear one id,
// so that one whose answer was lost is recognised.
func (e *Engine) Commit(ctx context.Context, t schema.TenantID, c *store.Commit) (_ *store.Receipt, err error) {
	defer told(ctx, &err)
	if err := check(c); err != nil {
		return nil, err
	}
	leave, err := e.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	defer e.numbers.lock(countersOf(t, c))()
	s, err := e.newSession(ctx)
	if err != nil {
		return nil, err
	}
	defer s.end(ctx)
	receipt, err := e.try(ctx, s, &job{tenant: t, commit: c, id: bson.NewObjectID().Hex()})
	if err != nil {
		return nil, err
	}
	if logged(c) {
		e.relay.wake(t)
	}
	return receipt, nil
}

// job is a commit and what all its tries share.
type job struct {
	tenant   schema.TenantID
	commit   *store.Commit
	layouts  map[schema.EntityID]*layout // as fresh as the try
	id       string
	receipts []*store.Receipt // what each try would return
	unsure   bool             // the outcome of a try is not known
}

func (e *Engine) try(ctx context.Context, s *session, j *job) (*store.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, maxTrying)
	defer cancel()
	var last error
	for n := range maxTries {
		var err error
		if j.layouts, err = e.layoutsFor(ctx, j.tenant, j.commit); err != nil {
			return nil, err
		}
		a := newAttempt(e, j, n)
		j.receipts = append(j.receipts, a.receipt)
		err = s.run(ctx, a.run)
		switch {
		case err == nil:
			return a.receipt, nil
		case errors.Is(err, errDone):
			return a.earlier, nil
		case errors.Is(err, errUnknown):
			j.unsure = true
		case !again(err):
			return nil, a.explain(err)
		}
		last = err
		if pause(ctx, n) != nil {
			break
		}
	}
	if j.unsure {
		return nil, fmt.Errorf("commit: %w", last)
	}
	return nil, fmt.Errorf("%w: %w", store.ErrBusy, last)
}

// again reports whether a new try can succeed where one failed: other writers
// were faster, or the connection broke. A duplicate key is a writer that
// claimed the same thing at the same time; the next try sees it.
func again(err error) bool {
	return hasLabel(err, transientLabel) || driver.IsDuplicateKeyError(err) || driver.IsNetworkError(err) || cleared(err)
}

func check(c *store.Commit) error {
	if len(c.Ops) > maxOps {
		return badQuery("%d ops in one commit", len(c.Ops))
	}
	type target struct {
		e  schema.EntityID
		id schema.RecordID
	}
	seen := make(map[target]bool, len(c.Ops))
	for i := range c.Ops {
		op := &c.Ops[i]
		if op.Shape == nil || seen[target{op.Shape.Entity, op.ID}] {
			return opFault(store.ErrBadQuery, i, op)
		}
		seen[target{op.Shape.Entity, op.ID}] = true
		for id, v := range op.Set {
			f := op.Shape.Field(id)
			if f == nil || v != nil && !fits(f.Kind, v) || !valid(v) {
				fault := opFault(store.ErrBadQuery, i, op)
				fault.Field = id
				return fault
			}
		}
		for _, n := range op.Numbers {
			if f := op.Shape.Field(n.Field); f == nil || f.Kind != schema.KindText {
				fault := opFault(store.ErrBadQuery, i, op)
				fault.Field = n.Field
				return fault
			}
		}
	}
	return nil
}

// valid reports whether a text is UTF-8: MongoDB keeps no other.
func valid(v schema.Value) bool {
	s, ok := v.(string)
	return !ok || utf8.ValidString(s)
}

func opFault(err error, i int, op *store.Op) *store.Fault {
	return &store.Fault{Err: err, Op: i, Doc: -1, Record: op.ID}
}

// logged reports whether a commit has something for the log.
func logged(c *store.Commit) bool {
	told := func(op store.Op) bool { return op.Kind != store.OpFill }
	return slices.ContainsFunc(c.Ops, told) || slices.ContainsFunc(c.Docs, func(d store.DocOp) bool { return d.Log })
}

// enter waits for a place among the running transactions.
func (e *Engine) enter(ctx context.Context) (leave func(), err error) {
	select {
	case e.waiting <- struct{}{}:
	default:
		return nil, store.ErrBusy
	}
	select {
	case e.slots <- struct{}{}:
		return func() { <-e.slots; <-e.waiting }, nil
	case <-ctx.Done():
		<-e.waiting
		return nil, ctx.Err()
	}
}

// layoutsFor finds the layouts of all entities of a commit. Where a commit
// brings several shapes of one entity the newest counts.
func (e *Engine) layoutsFor(ctx context.Context, t schema.TenantID, c *store.Commit) (map[schema.EntityID]*layout, error) {
	out := map[schema.EntityID]*layout{}
	done := map[*store.Shape]bool{}
	for i := range c.Ops {
		s := c.Ops[i].Shape
		if done[s] {
			continue
		}
		done[s] = true
		l, err := e.layoutFor(ctx, t, s)
		if err != nil {
			return nil, err
		}
		out[s.Entity] = l
	}
	return out, nil
}

func countersOf(t schema.TenantID, c *store.Commit) []string {
	var keys []string
	for i := range c.Ops {
		for _, n := range c.Ops[i].Numbers {
			keys = append(keys, counterID(t, n.Counter))
		}
	}
	return keys
}

func counterID(t schema.TenantID, counter string) string {
	return fmt.Sprintf("%d.%s", t, counter)
}

// session runs the tries of one job.
type session struct {
	e    *Engine
	sess *driver.Session
}

func (e *Engine) newSession(context.Context) (*session, error) {
	sess, err := e.client.StartSession()
	if err != nil {
		return nil, fmt.Errorf("mongo: session: %w", err)
	}
	return &session{e, sess}, nil
}

func (s *session) end(ctx context.Context) { s.sess.EndSession(context.WithoutCancel(ctx)) }

// run runs fn in a transaction and commits it. Once it commits it no longer
// heeds ctx: the outcome is what the caller waits for.
func (s *session) run(ctx context.Context, fn func(context.Context) error) error {
	if err := s.sess.StartTransaction(transactionOptions()); err != nil {
		return fmt.Errorf("mongo: start: %w", err)
	}
	body, cancel := context.WithTimeout(ctx, lifetime)
	defer cancel()
	if err := fn(driver.NewSessionContext(body, s.sess)); err != nil {
		return errors.Join(err, s.e.abort(ctx, s.sess))
	}
	ending, stop := context.WithTimeout(context.WithoutCancel(ctx), s.e.patience)
	defer stop()
	err := s.e.commit(ending, s.sess)
	if errors.Is(err, errUnknown) {
		return errors.Join(err, s.renew(ctx))
	}
	return err
}

// renew ends a transaction that may or may not be committed, if it is not, and
// takes another session: this one no longer knows where it stands. Should the
// old one be committed even so, the marks of its writes keep a new try out.
func (s *session) renew(ctx context.Context) error {
	err := s.e.abort(ctx, s.sess)
	s.end(ctx)
	sess, startErr := s.e.client.StartSession()
	if startErr == nil {
		s.sess = sess
	}
	return errors.Join(err, startErr)
}
