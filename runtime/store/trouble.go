package store

import (
	"errors"
	"fmt"

	"tongban/schema/fail"
)

// What can be wrong with the place where the data lies. Nothing was stored,
// unless ErrUnsure says that nobody knows.
var (
	ErrFull        = errors.New("store: no space is left")
	ErrReadOnly    = errors.New("store: nothing may be written here")
	ErrUnavailable = errors.New("store: not to be reached")
	ErrUnsure      = errors.New("store: the outcome is not known")
)

// How long a client should wait before it tries again, in seconds.
const (
	soon  = 2
	later = 10
)

// Full wraps the error of a disk that takes no more.
func Full(err error) error { return trouble(fail.Full, "store.full", later, ErrFull, err) }

// ReadOnly wraps the error of a folder that cannot be written to.
func ReadOnly(err error) error { return trouble(fail.Full, "store.readOnly", later, ErrReadOnly, err) }

// Unavailable wraps the error of a store that does not answer.
func Unavailable(err error) error {
	return trouble(fail.Busy, "store.unavailable", soon, ErrUnavailable, err)
}

// Unsure wraps the error of a commit that may or may not have happened.
func Unsure(err error) error { return trouble(fail.Busy, "store.unsure", soon, ErrUnsure, err) }

// Passing reports whether an error is of the kinds above: it ends by itself or
// by what an administrator does, not by another request.
func Passing(err error) bool {
	for _, is := range []error{ErrFull, ErrReadOnly, ErrUnavailable, ErrUnsure} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

func trouble(k fail.Kind, code string, wait int, is, err error) error {
	if Passing(err) {
		return err
	}
	e := fail.New(k, code).Because(fmt.Errorf("%w: %w", is, err))
	e.RetryAfter = wait
	return e
}
