package sqlite

import (
	"context"
	"errors"
	"io/fs"
	"syscall"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
)

// trouble says of an error whether it is the disk that refuses: full, out of
// inodes, read-only, or not answering.
func trouble(err error) error {
	if err == nil {
		return nil
	}
	code := zs.ErrCode(err)
	switch code {
	case zs.ResultFull, zs.ResultIOErrSHMSize, zs.ResultIOErrSHMOpen, zs.ResultIOErrSHMMap:
		return store.Full(err)
	default:
	}
	switch code.ToPrimary() {
	case zs.ResultReadOnly:
		return store.ReadOnly(err)
	case zs.ResultCantOpen:
		return store.Full(err) // the file is there, but nothing can be made beside it
	case zs.ResultIOErr:
		return store.Unavailable(err)
	default:
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return store.Full(err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return store.ReadOnly(err)
	}
	return err
}

// told is trouble for a deferred call. What the caller's own context ended is
// no trouble of the disk.
func told(ctx context.Context, err *error) {
	if ctx.Err() == nil {
		*err = trouble(*err)
	}
}
