package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
)

const (
	// leaseFor is how long a process may be silent before another takes over.
	leaseFor   = 30 * time.Second
	noteEvery  = 20 // batches between two notes of how far it got
	viaCompute = "compute"
)

// errTaken: somebody else works on it.
var errTaken = errors.New("record: the job is in other hands")

// job is work in the background that survives its process: a document that
// says what is to be done, how far that is, and who is at it.
type job interface {
	Common() *catalog.Job
	Doc() (store.DocOp, error)
}

// jobs lists the work of one kind that is left.
func jobs[T any, P interface {
	*T
	job
}](ctx context.Context, s *Service, t schema.TenantID, kind string) ([]P, error) {
	var out []P
	err := s.engine.View(ctx, t, func(r store.Reader) error {
		docs, err := r.Docs(ctx, kind, "", "", MaxBatch)
		for i := range docs {
			j := P(new(T))
			if err := json.Unmarshal(docs[i].Body, j); err != nil {
				return fmt.Errorf("read a %s job: %w", kind, err)
			}
			j.Common().Key, j.Common().Version = docs[i].Key, docs[i].Version
			out = append(out, j)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list %s jobs: %w", kind, err)
	}
	return out, nil
}

// workOff does the work of one kind until nothing is left, or others have the rest.
func workOff[P job](ctx context.Context, t schema.TenantID, left func(context.Context, schema.TenantID) ([]P, error), do func(context.Context, schema.TenantID, P) error) error {
	for {
		list, err := left(ctx, t)
		if err != nil {
			return err
		}
		worked := false
		for _, j := range list {
			err := do(ctx, t, j)
			if errors.Is(err, errTaken) {
				continue
			}
			if err != nil {
				return err
			}
			worked = true
		}
		if !worked {
			return nil
		}
	}
}

// take makes a job this process's; it is errTaken while anybody else has it.
// The caller calls leave at the end.
func (s *Service) take(ctx context.Context, t schema.TenantID, j job) (leave func(), err error) {
	c := j.Common()
	if c.Owner != 0 && c.Owner != s.self && c.Until > s.now().UnixMilli() {
		return nil, errTaken
	}
	op, err := j.Doc()
	if err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%d/%s/%s", t, op.Kind, op.Key)
	if !s.atWork.enter(key) {
		return nil, errTaken
	}
	if err := s.hold(ctx, t, j); err != nil {
		s.atWork.leave(key)
		return nil, err
	}
	return func() { s.atWork.leave(key) }, nil
}

// hold stores how far a job got, and that it goes on here.
func (s *Service) hold(ctx context.Context, t schema.TenantID, j job) error {
	c := j.Common()
	c.Owner, c.Until = s.self, s.now().Add(leaseFor).UnixMilli()
	op, err := j.Doc()
	if err != nil {
		return err
	}
	op.Log = false
	if err := s.noteJob(ctx, t, op); err != nil {
		return err
	}
	c.Version++
	return nil
}

func (s *Service) noteJob(ctx context.Context, t schema.TenantID, op store.DocOp) error {
	o := store.Origin{Via: viaCompute, At: s.now().UnixMilli()}
	_, err := s.engine.Commit(ctx, t, &store.Commit{Origin: o, Docs: []store.DocOp{op}})
	if errors.Is(err, store.ErrConflict) {
		return errTaken
	}
	if err != nil {
		return fmt.Errorf("note a %s job: %w", op.Kind, err)
	}
	return nil
}

// busyKeys are the jobs that this process has in hand.
type busyKeys struct {
	mu   sync.Mutex // guards held
	held map[string]bool
}

func (b *busyKeys) enter(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.held[key] {
		return false
	}
	if b.held == nil {
		b.held = map[string]bool{}
	}
	b.held[key] = true
	return true
}

func (b *busyKeys) leave(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.held, key)
}
