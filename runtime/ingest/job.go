package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// The kinds of documents. The queue's stand in the installation's own storage,
// so that a start finds the jobs of all tenants.
const (
	docJob    = "ingest"
	docErrors = "ingestErrors" // by job and batch
	docQueue  = "ingestQueue"
	via       = "import"
)

const (
	prefixExport = "exp_"
	keepFor      = 30 * 24 * 60 * 60 * 1000 // ms that a job's documents live
	keptErrors   = 20                       // refused rows that the job itself tells
)

// job is a job as its document keeps it.
type job struct {
	Job       Job             `json:"job"`
	Entity    schema.EntityID `json:"entity"`
	By        schema.UserID   `json:"by"`
	Started   int64           `json:"started"`
	Finished  int64           `json:"finished,omitempty"`
	File      schema.FileID   `json:"file,omitempty"`
	ErrorFile schema.FileID   `json:"errorFile,omitempty"`
	Import    *ImportRequest  `json:"import,omitempty"`
	Export    *ExportRequest  `json:"export,omitempty"`
	// Planned: the file has been scanned, Headers and Columns hold.
	Planned bool             `json:"planned,omitempty"`
	Headers []string         `json:"headers,omitempty"`
	Columns []schema.FieldID `json:"columns,omitempty"`
	Batches int              `json:"batches,omitempty"` // committed
	Listed  int              `json:"listed,omitempty"`  // refused rows in error documents
	Parts   int              `json:"parts,omitempty"`   // change sets
	InPart  int              `json:"inPart,omitempty"`  // rows in the last one

	tenant  schema.TenantID
	version schema.Version
}

// show is the job as callers see it.
func (j *job) show() *Job {
	out := j.Job
	out.Tenant, out.Entity, out.By, out.Started, out.Finished = j.tenant, j.Entity, j.By, j.Started, j.Finished
	out.File, out.ErrorFile = j.File, j.ErrorFile
	if j.Parts > 1 { // one of several would undo a part only: Undo takes them all
		out.ChangeSet = ""
	}
	return &out
}

// changeSet names the change set of a part. Large imports have several, since
// an undo takes back a bounded number of changes.
func (j *job) changeSet(part int) string {
	if part == 0 {
		return j.Job.ID
	}
	return fmt.Sprintf("%s.%d", j.Job.ID, part)
}

// doc is the write of the job's document. The version keeps two nodes from
// working on one job: the second fails.
func (j *job) doc(now int64) (store.DocOp, error) {
	b, err := json.Marshal(j)
	if err != nil {
		return store.DocOp{}, fmt.Errorf("write job: %w", err)
	}
	return store.DocOp{Kind: docJob, Key: j.Job.ID, IfVersion: j.version, Body: b, ExpiresAt: now + keepFor}, nil
}

// errorsDoc is the write of one batch's refused rows.
func (j *job) errorsDoc(now int64, list []RowError) (store.DocOp, error) {
	b, err := json.Marshal(list)
	if err != nil {
		return store.DocOp{}, fmt.Errorf("write refused rows: %w", err)
	}
	key := fmt.Sprintf("%s/%09d", j.Job.ID, j.Batches)
	return store.DocOp{Kind: docErrors, Key: key, IfVersion: 0, Body: b, ExpiresAt: now + keepFor}, nil
}

// errLost: another node took the job, or somebody ended it.
var errLost = errors.New("ingest: the job belongs to somebody else now")

// save stores the job by itself.
func (s *Service) save(ctx context.Context, j *job) error {
	now := s.o.Now().UnixMilli()
	op, err := j.doc(now)
	if err != nil {
		return err
	}
	_, err = s.o.Engine.Commit(ctx, j.tenant, &store.Commit{Origin: store.Origin{Actor: j.By, Via: via, At: now}, Docs: []store.DocOp{op}})
	if errors.Is(err, store.ErrConflict) {
		return errLost
	}
	if err != nil {
		return fmt.Errorf("save job: %w", err)
	}
	j.version++
	return nil
}

// load reads a job; one that is not there is NotFound.
func (s *Service) load(ctx context.Context, t schema.TenantID, id string) (*job, error) {
	var d store.Doc
	err := s.o.Engine.View(ctx, t, func(r store.Reader) error {
		var err error
		d, err = r.Doc(ctx, docJob, id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, fail.New(fail.NotFound, "import.notFound")
	}
	if err != nil {
		return nil, fmt.Errorf("load job: %w", err)
	}
	j := &job{}
	if err := json.Unmarshal(d.Body, j); err != nil {
		return nil, fmt.Errorf("read job: %w", err)
	}
	j.tenant, j.version = t, d.Version
	return j, nil
}

// mine loads a job for who may see it: its starter, and administrators.
func (s *Service) mine(ctx context.Context, a access.Actor, id string) (*job, error) {
	j, err := s.load(ctx, a.Tenant, id)
	if err != nil {
		return nil, err
	}
	if j.By != a.User && !a.IsAdmin() {
		return nil, fail.New(fail.NotFound, "import.notFound")
	}
	return j, nil
}

// Get returns a job.
func (s *Service) Get(ctx context.Context, a access.Actor, id string) (*Job, error) {
	j, err := s.mine(ctx, a, id)
	if err != nil {
		return nil, err
	}
	out := j.show()
	if why := s.waitsFor(id); why != nil && (j.Job.State == Running || j.Job.State == Queued) {
		out.Notes = append(slices.Clip(out.Notes), *why)
	}
	return out, nil
}

// ref names a job in the queue.
type ref struct {
	Tenant schema.TenantID `json:"tenant"`
	ID     string          `json:"id"`
	Owner  string          `json:"owner,omitempty"` // the process that has it

	version schema.Version
}

func (r ref) key() string { return schema.FormatID(schema.PrefixTenant, r.Tenant) + "/" + r.ID }

// note puts a job on the list of what is to be done, which the next process
// reads should this one end.
func (s *Service) note(ctx context.Context, r ref) error {
	r.Owner = s.o.Owner
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write queue: %w", err)
	}
	return s.system(ctx, store.DocOp{Kind: docQueue, Key: r.key(), IfVersion: -1, Body: b})
}

func (s *Service) forget(ctx context.Context, r ref) error {
	return s.system(ctx, store.DocOp{Kind: docQueue, Key: r.key(), IfVersion: -1})
}

func (s *Service) system(ctx context.Context, op store.DocOp) error {
	c := &store.Commit{Origin: store.Origin{Via: via, At: s.o.Now().UnixMilli()}, Docs: []store.DocOp{op}}
	if _, err := s.o.Engine.Commit(ctx, store.System, c); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("save queue: %w", err)
	}
	return nil
}

// waiting lists what an earlier process left undone.
func (s *Service) waiting(ctx context.Context) ([]ref, error) {
	var out []ref
	err := s.o.Engine.View(ctx, store.System, func(r store.Reader) error {
		after := ""
		for {
			docs, err := r.Docs(ctx, docQueue, "", after, 500)
			if err != nil {
				return err
			}
			for _, d := range docs {
				one := ref{version: d.Version}
				if err := json.Unmarshal(d.Body, &one); err != nil {
					return fmt.Errorf("read queue: %w", err)
				}
				out = append(out, one)
				after = d.Key
			}
			if len(docs) < 500 {
				return nil
			}
		}
	})
	return out, err
}

// told is an error as a job keeps it.
func told(err error) *JobError {
	e := fail.Of(err)
	if e == nil {
		return &JobError{Code: "internal"}
	}
	return &JobError{Code: e.Code, Field: e.Field, Params: e.Params}
}
