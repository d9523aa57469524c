package seal

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tongban/runtime/store"
	"tongban/schema"
)

var (
	// ErrBadKey says that a text is no key.
	ErrBadKey = errors.New("a key is 64 hex digits")
	// ErrWrongKey says that the store belongs to another key.
	ErrWrongKey = errors.New("the values in this store are sealed with another key")
)

// ParseKey reads a key as files and settings hold it.
func ParseKey(text string) ([KeySize]byte, error) {
	b, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != KeySize {
		return [KeySize]byte{}, ErrBadKey
	}
	return [KeySize]byte(b), nil
}

// ReadKey reads the key in a file. Without the file the error is fs.ErrNotExist.
func ReadKey(path string) ([KeySize]byte, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return [KeySize]byte{}, err
	}
	key, err := ParseKey(string(b))
	if err != nil {
		return key, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// MakeKey writes a new key into a file, for its owner alone to read. The file is whole and on the disk when MakeKey returns.
func MakeKey(path string) ([KeySize]byte, error) {
	var key [KeySize]byte
	if _, err := rand.Read(key[:]); err != nil {
		return key, fmt.Errorf("make a key: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return key, fmt.Errorf("make a key: %w", err)
	}
	if err := writeWhole(path, hex.EncodeToString(key[:])+"\n"); err != nil {
		return key, fmt.Errorf("make a key: %w", err)
	}
	return key, nil
}

// writeWhole writes a file whole or not at all.
func writeWhole(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // for the owner alone
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncFolder(filepath.Dir(path))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// The store remembers which key its values are sealed with.
const (
	kindKey = "sealkey"
	docKey  = "id"
)

// Claimed tells the id of the key that the store belongs to, or "".
func Claimed(ctx context.Context, e store.Engine) (string, error) {
	var id string
	err := e.View(ctx, store.System, func(r store.Reader) error {
		d, err := r.Doc(ctx, kindKey, docKey)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		id = string(d.Body)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("read which key seals values: %w", err)
	}
	return id, nil
}

// Claim makes the key the store's own; a store that belongs to another key is
// ErrWrongKey. Of nodes that start at the same time with different keys one gets it.
func Claim(ctx context.Context, e store.Engine, k *Keeper) error {
	for {
		id, err := Claimed(ctx, e)
		switch {
		case err != nil:
			return err
		case id == k.ID():
			return nil
		case id != "":
			return ErrWrongKey
		}
		err = note(ctx, e, k.ID(), 0)
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// Reclaim gives the store to a key although it belonged to another, whose
// values stay closed until that key is back.
func Reclaim(ctx context.Context, e store.Engine, k *Keeper) error { return note(ctx, e, k.ID(), -1) }

func note(ctx context.Context, e store.Engine, id string, was schema.Version) error {
	_, err := e.Commit(ctx, store.System, &store.Commit{
		Origin: store.Origin{Via: kindKey},
		Docs:   []store.DocOp{{Kind: kindKey, Key: docKey, IfVersion: was, Body: []byte(id)}},
	})
	if err != nil {
		return fmt.Errorf("note which key seals values: %w", err)
	}
	return nil
}

// FromFile returns the keeper of the key in a file; where there is none and
// fresh is set, one is made.
func FromFile(path string, fresh bool) (*Keeper, error) {
	key, err := ReadKey(path)
	if errors.Is(err, fs.ErrNotExist) && fresh {
		key, err = MakeKey(path)
	}
	if err != nil {
		return nil, err
	}
	return New(key)
}
