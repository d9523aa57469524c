package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
)

// enoughRoom is how much the disk must take, in bytes, before a refusal counts
// as over though nobody has written since.
const enoughRoom = 256 << 10

// refusals are the tenants whose last commit the disk refused, and why.
type refusals struct {
	mu     sync.Mutex
	all    map[schema.TenantID]error
	looked time.Time // when the disk was last tried
}

// note keeps how a tenant's commit ended.
func (r *refusals) note(t schema.TenantID, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch err = trouble(err); {
	case err == nil:
		delete(r.all, t)
	case errors.Is(err, store.ErrFull), errors.Is(err, store.ErrReadOnly):
		if r.all == nil {
			r.all = map[schema.TenantID]error{}
		}
		r.all[t] = err
	}
}

// left is one of the refusals, after the disk has been tried if that is due.
func (r *refusals) left(now time.Time, try func() error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.all) == 0 {
		return nil
	}
	if since := now.Sub(r.looked); since < 0 || since >= lookAgain {
		r.looked = now
		if try() == nil {
			clear(r.all)
			return nil
		}
	}
	for _, err := range r.all {
		return err
	}
	return nil
}

// Refusing reports why the disk takes no writes now, of whatever tenant; nil:
// the last write of each was taken, or there is room again.
func (e *Engine) Refusing(ctx context.Context) error {
	if err := e.Writable(ctx, store.System); err != nil {
		return err
	}
	return e.refused.left(e.opt.Now(), e.room)
}

// room makes sure that the disk takes a file.
func (e *Engine) room() (err error) {
	f, err := os.Create(filepath.Join(e.opt.Dir, "room-tmp"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	if _, err := f.Write(make([]byte, enoughRoom)); err != nil {
		return err
	}
	return f.Sync()
}
