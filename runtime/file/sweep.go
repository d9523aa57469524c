package file

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
)

const (
	kindSweep = "filesweep" // in the system's part: the tenants that have files
	// Unused is how long a file is kept that was never put into a record: what
	// people upload and leave, and the files of imports and exports.
	Unused = 7 * 24 * time.Hour
	// settle is how old bytes must be before they can be removed: an upload of the
	// same bytes may be on its way to its commit.
	settle     = 24 * time.Hour
	sweepEvery = time.Hour
)

// known notes that a tenant has files, once for each process.
func (s *Service) known(ctx context.Context, t schema.TenantID) error {
	s.mu.Lock()
	seen := s.seen[t]
	s.mu.Unlock()
	if seen {
		return nil
	}
	_, err := s.engine.Commit(ctx, store.System, &store.Commit{
		Origin: store.Origin{Via: kindSweep, At: s.now().UnixMilli()},
		Docs:   []store.DocOp{{Kind: kindSweep, Key: strconv.FormatInt(int64(t), 36), IfVersion: -1, Body: []byte("{}")}},
	})
	if err == nil {
		s.mu.Lock()
		s.seen[t] = true
		s.mu.Unlock()
	}
	return err
}

// Run sweeps all tenants from time to time until ctx ends.
func (s *Service) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if n, err := s.SweepAll(ctx); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "files not swept", "err", err.Error())
			} else if n > 0 {
				log.InfoContext(ctx, "unused files swept", "files", n)
			}
		case <-ctx.Done():
			return
		}
	}
}

// SweepAll sweeps every tenant that has files.
func (s *Service) SweepAll(ctx context.Context) (int, error) {
	sum := 0
	for after := ""; ; {
		var docs []store.Doc
		err := s.engine.View(ctx, store.System, func(r store.Reader) error {
			var err error
			docs, err = r.Docs(ctx, kindSweep, "", after, page)
			return err
		})
		if errors.Is(err, store.ErrNotFound) || err == nil && len(docs) == 0 {
			return sum, nil
		}
		if err != nil {
			return sum, err
		}
		for _, d := range docs {
			id, err := strconv.ParseInt(d.Key, 36, 64)
			if err != nil {
				return sum, fmt.Errorf("read tenant: %w", err)
			}
			n, err := s.Sweep(ctx, schema.TenantID(id))
			if err != nil {
				return sum, err
			}
			sum += n
		}
		after = docs[len(docs)-1].Key
	}
}

type old struct {
	Info
	version schema.Version
}

// Sweep removes a tenant's files that were never used and are old, and their
// bytes where no other file has the same. It returns how many files are gone.
func (s *Service) Sweep(ctx context.Context, t schema.TenantID) (int, error) {
	before := s.now().Add(-Unused).UnixMilli()
	var unused []old
	err := s.engine.View(ctx, t, func(r store.Reader) error {
		unused = nil
		return eachFile(ctx, r, func(f *Info, v schema.Version) {
			if f.Pending && f.CreatedAt < before {
				unused = append(unused, old{*f, v})
			}
		})
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && len(unused) == 0 {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	hashes := map[string]bool{}
	gone := 0
	for i := range unused {
		f := &unused[i]
		o := store.Origin{Via: kindSweep, At: s.now().UnixMilli()}
		err := s.change(ctx, t, o, -f.Size, store.DocOp{Kind: kind, Key: key(f.ID), IfVersion: f.version})
		if errors.Is(err, store.ErrConflict) { // put into a record meanwhile
			continue
		}
		if err != nil {
			return gone, err
		}
		hashes[f.Hash] = true
		gone++
	}
	return gone, s.dropBytes(ctx, t, hashes)
}

// dropBytes removes the bytes of those hashes that no file has.
func (s *Service) dropBytes(ctx context.Context, t schema.TenantID, hashes map[string]bool) error {
	err := s.engine.View(ctx, t, func(r store.Reader) error {
		return eachFile(ctx, r, func(f *Info, _ schema.Version) { delete(hashes, f.Hash) })
	})
	if err != nil {
		return err
	}
	for h := range hashes {
		if err := s.blobs.Remove(ctx, t, h, s.now().Add(-settle)); err != nil {
			return err
		}
		if err := s.dropThumbs(ctx, t, h); err != nil {
			return err
		}
	}
	return nil
}

// keep notes that a file is put into a record: it is not swept away.
func (s *Service) keep(ctx context.Context, t schema.TenantID, f *Info) error {
	if !f.Pending {
		return nil
	}
	for range tries {
		var d store.Doc
		err := s.engine.View(ctx, t, func(r store.Reader) error {
			var err error
			d, err = r.Doc(ctx, kind, key(f.ID))
			return err
		})
		if err != nil {
			return err
		}
		now := &Info{}
		if err := json.Unmarshal(d.Body, now); err != nil {
			return fmt.Errorf("read file: %w", err)
		}
		if !now.Pending {
			return nil
		}
		now.Pending = false
		b, err := json.Marshal(now)
		if err != nil {
			return fmt.Errorf("write file: %w", err)
		}
		_, err = s.engine.Commit(ctx, t, &store.Commit{
			Origin: store.Origin{Via: kind, At: s.now().UnixMilli()},
			Docs:   []store.DocOp{{Kind: kind, Key: key(f.ID), IfVersion: d.Version, Body: b}},
		})
		if err == nil || !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}
