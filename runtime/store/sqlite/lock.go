package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
)

// lockDir keeps other processes out of the folder, for as long as the
// connection lives: the system takes the lock back from a process that dies.
// loose: the folder is read-only, and others are not kept out.
func lockDir(dir string) (c *conn, loose bool, err error) {
	path := filepath.Join(dir, "lock")
	// Before SQLite has the file: the system takes a process's locks on a file back
	// when it closes any of its handles.
	h, err := os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		err = h.Close()
	} else if loose = errors.Is(trouble(err), store.ErrReadOnly); loose || errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("sqlite: lock the data folder: %w", err)
	}
	if c, err = open(path, zs.OpenReadWrite|zs.OpenCreate); err != nil {
		return nil, false, err
	}
	c.c.SetBusyTimeout(0)
	// In memory: a full disk has no room for the journal of a lock.
	if err := c.script("PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE;"); err != nil {
		return nil, false, errors.Join(fmt.Errorf("sqlite: another process uses the data folder %s: %w", dir, err), c.close())
	}
	return c, loose, nil
}

// hold keeps others out before anything is written, where the folder was
// read-only when the engine was opened.
func (e *Engine) hold() error {
	e.lockMu.Lock()
	defer e.lockMu.Unlock()
	if !e.loose {
		return nil
	}
	if err := e.unlock(); err != nil {
		return err
	}
	var err error
	e.lock, e.loose, err = lockDir(e.opt.Dir)
	if err != nil {
		e.loose = true
	}
	return err
}

func (e *Engine) unlock() error {
	c := e.lock
	e.lock = nil
	if c == nil {
		return nil
	}
	return c.close()
}
