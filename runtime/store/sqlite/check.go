package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	zs "zombiezen.com/go/sqlite"
)

// Check looks through all files for damage and lists what it finds. The store
// may be in use meanwhile.
func (e *Engine) Check(ctx context.Context) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(e.opt.Dir, "tenants", "*.db"))
	if err != nil {
		return nil, fmt.Errorf("list the files: %w", err)
	}
	var faults []string
	all := append([]string{filepath.Join(e.opt.Dir, "system.db")}, files...)
	for _, path := range all {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue // nothing has been written yet
		}
		if err := ctx.Err(); err != nil {
			return faults, err
		}
		if faults, err = checkFile(path, faults); err != nil {
			return faults, err
		}
	}
	return faults, nil
}

func checkFile(path string, faults []string) (_ []string, err error) {
	c, err := openReader(path, false)
	if err != nil {
		return append(faults, fmt.Sprintf("%s: %v", path, err)), nil
	}
	defer func() { err = errors.Join(err, c.close()) }()
	err = c.rows("PRAGMA integrity_check(20)", nil, func(s *zs.Stmt) error {
		if found := s.ColumnText(0); found != "ok" {
			faults = append(faults, path+": "+found)
		}
		return nil
	})
	if err != nil { // damage can be such that even the check fails
		return append(faults, fmt.Sprintf("%s: %v", path, err)), nil
	}
	return faults, nil
}
