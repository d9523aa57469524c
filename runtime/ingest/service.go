package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// Options are what a service needs; all are required but Workers and Say.
type Options struct {
	Engine  store.Engine
	Catalog *catalog.Catalog
	Policy  *access.Policy
	Records *record.Service
	Files   Files
	IDs     *ids.Source
	Now     func() time.Time
	Log     *slog.Logger
	Workers int // jobs at a time; 0: 2
	// Owner names this process, and Lives says whether the process of a name may
	// still be at work: others' jobs are taken over when it is not. nil: no other
	// process works on the store.
	Owner string
	Lives func(owner string) bool
	// Say words an error code for the file of refused rows; nil: the code itself.
	Say func(locale, code string, params map[string]any) string
}

// Service runs imports and exports. It is safe for concurrent use.
type Service struct {
	o     Options
	queue chan ref

	mu      sync.Mutex
	running map[string]*running // by job id; also those that wait
}

// running is a job that this process has.
type running struct {
	stop  context.CancelCauseFunc // nil while it waits
	done  chan struct{}
	waits *JobError // for a store that takes nothing now; nil: it works
}

var (
	errStopped   = errors.New("ingest: the server is stopping")
	errCancelled = errors.New("ingest: cancelled")
)

// maxWaiting is how many jobs may wait.
const maxWaiting = 1000

// New returns a service; Run makes it work.
func New(o Options) *Service {
	if o.Workers <= 0 {
		o.Workers = 2
	}
	if o.Say == nil {
		o.Say = func(_, code string, _ map[string]any) string { return code }
	}
	return &Service{o: o, queue: make(chan ref, maxWaiting), running: map[string]*running{}}
}

// Run works on jobs, first on those that were interrupted, until ctx is done.
// It returns when the last job has come to a safe stop.
func (s *Service) Run(ctx context.Context) error {
	if err := s.adopt(ctx, nil); err != nil {
		return err
	}
	var wg sync.WaitGroup
	for range s.o.Workers {
		wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case r := <-s.queue:
					s.work(ctx, r)
				}
			}
		})
	}
	if s.o.Lives != nil {
		wg.Go(func() { s.keepAdopting(ctx) })
	}
	wg.Wait()
	return nil
}

// take puts a job into this process's queue, once; false where it is full.
func (s *Service) take(r ref) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[r.ID] != nil {
		return true
	}
	select {
	case s.queue <- r:
		s.running[r.ID] = &running{done: make(chan struct{})}
		return true
	default:
		return false
	}
}

// work runs one job and writes down how it ended.
func (s *Service) work(ctx context.Context, r ref) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	s.mu.Lock()
	me := s.running[r.ID]
	me.stop = stop
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.running, r.ID)
		s.mu.Unlock()
		close(me.done)
	}()
	j, err := s.patiently(ctx, r, me)
	cause := context.Cause(ctx)
	if cause != nil && !errors.Is(cause, errCancelled) {
		s.o.Log.InfoContext(ctx, "job interrupted", "job", r.ID)
		return // it stays in the queue's documents: the next start goes on with it
	}
	if errors.Is(err, errLost) {
		return // whoever has it now also takes it off the queue
	}
	ctx = context.WithoutCancel(ctx)
	if j != nil && err != nil {
		err = s.end(ctx, j, err, cause)
	}
	if err != nil && fail.Of(err) == nil {
		s.o.Log.ErrorContext(ctx, "job failed", "job", r.ID, "error", err)
		return
	}
	if err := s.forget(ctx, r); err != nil {
		s.o.Log.ErrorContext(ctx, "job stays queued", "job", r.ID, "error", err)
	}
}

// guarded turns a panic into an error: a file that hits a fault of ours ends
// its job, not the server.
func guarded(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("ingest: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// run does what the job is about. It ends with a saved job or an error.
func (s *Service) run(ctx context.Context, j *job) error {
	switch {
	case j.Job.State == Undoing:
		return s.undo(ctx, j)
	case j.Job.State != Queued && j.Job.State != Running:
		return nil
	case j.Import != nil:
		return s.runImport(ctx, j)
	case j.Export != nil:
		return s.runExport(ctx, j)
	}
	return nil
}

// end saves a job that did not come to its own end.
func (s *Service) end(ctx context.Context, j *job, err, cause error) error {
	fresh, lerr := s.load(ctx, j.tenant, j.Job.ID) // what was committed counts, not what was meant
	if lerr != nil {
		return lerr
	}
	j = fresh
	j.Finished = s.o.Now().UnixMilli()
	switch {
	case errors.Is(cause, errCancelled):
		j.Job.State = Cancelled
	default:
		j.Job.State, j.Job.Error = Failed, told(err)
	}
	if fail.Of(err) == nil && j.Job.State == Failed {
		s.o.Log.ErrorContext(ctx, "job failed", "job", j.Job.ID, "error", err)
	}
	return s.save(ctx, j)
}

// start stores a new job and queues it.
func (s *Service) start(ctx context.Context, a access.Actor, j *job) (*Job, error) {
	j.tenant, j.By, j.Started, j.Job.State = a.Tenant, a.User, s.o.Now().UnixMilli(), Queued
	r := ref{Tenant: a.Tenant, ID: j.Job.ID}
	if err := s.note(ctx, r); err != nil { // first: a note without a job does no harm
		return nil, err
	}
	if err := s.save(ctx, j); err != nil {
		return nil, err
	}
	if !s.take(r) {
		return nil, fail.New(fail.Busy, "import.tooMany")
	}
	return j.show(), nil
}

// Import starts an import. What is wrong with the request is told at once,
// what is wrong with the file by the job.
func (s *Service) Import(ctx context.Context, a access.Actor, r ImportRequest) (*Job, error) {
	w, err := s.world(ctx, a, r.Entity)
	if err != nil {
		return nil, err
	}
	if a.ReadOnly {
		return nil, fail.New(fail.Forbidden, "access.readOnlyToken")
	}
	if err := w.checkRequest(&r); err != nil {
		return nil, err
	}
	j := &job{Entity: r.Entity, Import: &r}
	j.Job.ID = schema.FormatID(schema.PrefixImport, s.o.IDs.Next())
	j.Job.FileName, j.Job.ChangeSet = r.Source.Name, j.Job.ID
	return s.start(ctx, a, j)
}

// Cancel ends a job that waits or runs. What went in stays; Undo takes it back.
func (s *Service) Cancel(ctx context.Context, a access.Actor, id string) (*Job, error) {
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if j.Job.State != Queued && j.Job.State != Running {
		return j.show(), nil
	}
	s.mu.Lock()
	r := s.running[id]
	var stop context.CancelCauseFunc
	if r != nil {
		stop = r.stop
	}
	s.mu.Unlock()
	if stop != nil {
		stop(errCancelled)
		select {
		case <-r.done:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return s.Get(ctx, a, id)
	}
	j.Job.State, j.Finished = Cancelled, s.o.Now().UnixMilli()
	if err := s.save(ctx, j); err != nil {
		if errors.Is(err, errLost) { // it has just begun
			return nil, fail.New(fail.Conflict, "import.changedMeanwhile")
		}
		return nil, err
	}
	return j.show(), nil
}

// Undo starts taking back what an import did: made records go to the trash,
// updated ones back to what they held unless somebody has changed them since.
func (s *Service) Undo(ctx context.Context, a access.Actor, id string) (*Job, error) {
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return nil, err
	}
	if j.Import == nil || j.Job.State == Queued || j.Job.State == Running {
		return nil, fail.New(fail.Invalid, "import.cannotUndo")
	}
	s.mu.Lock()
	hand := s.running[id]
	s.mu.Unlock()
	if j.Job.State == Undone || j.Job.State == Undoing && hand != nil {
		return j.show(), nil
	}
	if hand != nil { // it has ended, but is not let go of yet: it cannot be queued anew
		select {
		case <-hand.done:
			return s.Undo(ctx, a, id)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	j.Job.State = Undoing
	r := ref{Tenant: a.Tenant, ID: id}
	if err := s.note(ctx, r); err != nil {
		return nil, err
	}
	if err := s.save(ctx, j); err != nil {
		if errors.Is(err, errLost) {
			return nil, fail.New(fail.Conflict, "import.changedMeanwhile")
		}
		return nil, err
	}
	if !s.take(r) {
		return nil, fail.New(fail.Busy, "import.tooMany")
	}
	return j.show(), nil
}

// actor is who started the job, with the rights of today.
func (s *Service) actor(ctx context.Context, j *job) (access.Actor, error) {
	snap, err := s.o.Catalog.Tenant(ctx, j.tenant)
	if err != nil {
		return access.Actor{}, err
	}
	a, ok := snap.Actor(j.By)
	if !ok {
		return a, fail.New(fail.Forbidden, "import.noActor")
	}
	return a, nil
}

// undo takes the parts back, the last first. Doing a part twice does no harm.
func (s *Service) undo(ctx context.Context, j *job) error {
	a, err := s.actor(ctx, j)
	if err != nil {
		return err
	}
	for j.Parts > 0 {
		res, err := s.o.Records.Undo(ctx, a, j.changeSet(j.Parts-1))
		if err != nil && fail.KindOf(err) != fail.NotFound {
			return err
		}
		if res != nil && len(res.Skipped) > 0 {
			j.Job.Notes = append(j.Job.Notes, JobError{Code: res.Skipped[0].Code, Params: map[string]any{"count": len(res.Skipped)}})
		}
		if j.Parts--; j.Parts > 0 {
			if err := s.save(ctx, j); err != nil {
				return err
			}
		}
	}
	j.Job.State, j.Finished = Undone, s.o.Now().UnixMilli()
	return s.save(ctx, j)
}
