package file

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// Disk keeps bytes below a folder.
type Disk struct {
	root string
	mu   sync.Mutex // held while bytes are put in their place or taken away
}

var _ Blobs = (*Disk)(nil)

// NewDisk returns a Disk; the folder is made when it is needed.
func NewDisk(root string) *Disk { return &Disk{root: root} }

func (d *Disk) folder(t schema.TenantID) string {
	return filepath.Join(d.root, schema.FormatID(schema.PrefixTenant, t))
}

func (d *Disk) path(t schema.TenantID, sum string) string {
	return filepath.Join(d.folder(t), sum[:2], sum)
}

// Save writes beside the place and renames: a file is there whole or not at all.
func (d *Disk) Save(ctx context.Context, t schema.TenantID, r io.Reader, h hash.Hash) (size int64, err error) {
	defer func() { err = refusal(err) }()
	if err := os.MkdirAll(d.folder(t), 0o700); err != nil {
		return 0, fmt.Errorf("make the folder: %w", err)
	}
	tmp, err := os.CreateTemp(d.folder(t), "incoming-*")
	if err != nil {
		return 0, fmt.Errorf("make a file: %w", err)
	}
	done := false
	defer func() {
		if !done {
			err = errors.Join(err, tmp.Close(), os.Remove(tmp.Name()))
		}
	}()
	size, err = io.Copy(io.MultiWriter(tmp, h), &ctxReader{ctx, r})
	if err != nil {
		if _, disk := errors.AsType[*fs.PathError](err); !disk && fail.Of(err) == nil {
			err = fail.New(fail.Malformed, "request.cut").Because(err)
		}
		return 0, err
	}
	if err := tmp.Sync(); err != nil {
		return 0, fmt.Errorf("write a file: %w", err)
	}
	to := d.path(t, hex.EncodeToString(h.Sum(nil)))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return 0, fmt.Errorf("make the folder: %w", err)
	}
	if err := tmp.Close(); err != nil {
		return 0, fmt.Errorf("write a file: %w", err)
	}
	done = true
	if err := d.place(tmp.Name(), to); err != nil {
		return 0, fmt.Errorf("put a file in its place: %w", err)
	}
	return size, syncFolder(filepath.Dir(to))
}

func (d *Disk) place(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return os.Rename(from, to)
}

// Remove goes by when the bytes were last put in their place.
func (d *Disk) Remove(_ context.Context, t schema.TenantID, sum string, before time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.path(t, sum)
	info, err := os.Stat(at)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.ModTime().After(before) {
		return nil
	}
	if err != nil {
		return err
	}
	return refusal(os.Remove(at))
}

// refusal says of an error whether it is the disk that takes no more.
func refusal(err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return store.Full(err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return store.ReadOnly(err)
	}
	return err
}

func syncFolder(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the folder: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return f.Sync()
}

// Open opens the file.
func (d *Disk) Open(_ context.Context, t schema.TenantID, sum string) (io.ReadCloser, error) {
	const least = 2
	if len(sum) < least {
		return nil, fail.New(fail.NotFound, "file.notFound")
	}
	f, err := os.Open(d.path(t, sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fail.New(fail.NotFound, "file.notFound").Because(err)
	}
	return f, err
}

type ctxReader struct {
	ctx context.Context //nolint:containedctx // lives for one copy
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
