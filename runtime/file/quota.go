package file

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	kindUse = "fileuse" // the bytes of all files of a tenant
	useKey  = "total"
	page    = 500
	tries   = 8
)

// use is what a tenant's files take together.
type use struct {
	Bytes   int64 `json:"bytes"`
	version schema.Version
}

func full(quota int64) error {
	return fail.New(fail.TooLarge, "file.quota").With("max", quota>>20)
}

// Used returns how many bytes the files of a tenant take.
func (s *Service) Used(ctx context.Context, t schema.TenantID) (int64, error) {
	u, err := s.used(ctx, t)
	return u.Bytes, err
}

// used reads the sum, or makes it where files are older than it.
func (s *Service) used(ctx context.Context, t schema.TenantID) (use, error) {
	var u use
	err := s.engine.View(ctx, t, func(r store.Reader) error {
		d, err := r.Doc(ctx, kindUse, useKey)
		if err == nil {
			u.version = d.Version
			return json.Unmarshal(d.Body, &u)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		u = use{}
		return eachFile(ctx, r, func(f *Info, _ schema.Version) { u.Bytes += f.Size })
	})
	if errors.Is(err, store.ErrNotFound) { // the tenant has nothing yet
		return use{}, nil
	}
	return u, err
}

func eachFile(ctx context.Context, r store.Reader, fn func(*Info, schema.Version)) error {
	for after := ""; ; {
		docs, err := r.Docs(ctx, kind, "", after, page)
		if err != nil || len(docs) == 0 {
			return err
		}
		for _, d := range docs {
			f := &Info{}
			if err := json.Unmarshal(d.Body, f); err != nil {
				return fmt.Errorf("read file: %w", err)
			}
			fn(f, d.Version)
		}
		after = docs[len(docs)-1].Key
	}
}

// change commits ops together with the new sum, again if others changed it meanwhile.
func (s *Service) change(ctx context.Context, t schema.TenantID, o store.Origin, bytes int64, op store.DocOp) error {
	lock := &s.sums[uint64(t)%uint64(len(s.sums))] // uploads of this process do not repeat each other's work
	lock.Lock()
	defer lock.Unlock()
	var last error
	for range tries {
		u, err := s.used(ctx, t)
		if err != nil {
			return err
		}
		if bytes > 0 && s.quota > 0 && u.Bytes+bytes > s.quota {
			return full(s.quota)
		}
		b, err := json.Marshal(use{Bytes: max(0, u.Bytes+bytes)})
		if err != nil {
			return fmt.Errorf("write the sum: %w", err)
		}
		sum := store.DocOp{Kind: kindUse, Key: useKey, IfVersion: u.version, Body: b}
		if _, last = s.engine.Commit(ctx, t, &store.Commit{Origin: o, Docs: []store.DocOp{op, sum}}); last == nil || !errors.Is(last, store.ErrConflict) {
			return last
		}
	}
	return last
}
