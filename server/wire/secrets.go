package wire

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"tongban/runtime/seal"
	"tongban/server/config"
)

// ErrKeyGone says that the store's values are sealed with a key that is not here.
var ErrKeyGone = errors.New("the key of the sealed values is missing: put it back, set TONGBAN_SECRET_KEY, or give the values up with \"tongban secrets new-key\"")

// keeper returns what seals secrets. An embedded store gets a key by itself; for
// one that several nodes share the same key is given to each of them, and
// without one no secrets are kept there: the keeper is nil then.
func keeper(ctx context.Context, b *Base) (*seal.Keeper, error) {
	claimed, err := seal.Claimed(ctx, b.Raw)
	if err != nil {
		return nil, err
	}
	k, err := keyOf(b.Config, claimed == "" && b.Config.SQLite())
	switch {
	case errors.Is(err, fs.ErrNotExist) && claimed != "":
		return nil, fmt.Errorf("%w (%s)", ErrKeyGone, b.Config.KeyFile)
	case errors.Is(err, fs.ErrNotExist):
		b.Log.InfoContext(ctx, "no key for secrets: fields of that type take no values")
		return nil, nil //nolint:nilnil // a nil keeper has no key
	case errors.Is(err, seal.ErrBadKey):
		return nil, err
	case err != nil && claimed != "":
		return nil, fmt.Errorf("read the key of the sealed values: %w", err)
	case err == nil:
		err = seal.Claim(ctx, b.Raw, k)
	}
	if errors.Is(err, seal.ErrWrongKey) {
		return nil, fmt.Errorf("%w: give this node the same key as before and as the other nodes (%s, TONGBAN_SECRET_KEY), or give the values up with \"tongban secrets new-key\"", err, b.Config.KeyFile)
	}
	if err != nil { // a full disk still serves readers
		b.Log.WarnContext(ctx, "no key for secrets: fields of that type take no values", "error", err.Error())
		return nil, nil //nolint:nilnil // a nil keeper has no key
	}
	return k, nil
}

// keyOf is the key that the settings name; fresh makes a file that is not there.
func keyOf(c *config.Config, fresh bool) (*seal.Keeper, error) {
	if c.SecretKey == "" {
		return seal.FromFile(c.KeyFile, fresh)
	}
	key, err := seal.ParseKey(c.SecretKey)
	if err != nil {
		return nil, fmt.Errorf("TONGBAN_SECRET_KEY: %w", err)
	}
	return seal.New(key)
}

// NewKey gives the store to the key that the settings name, which is made if
// there is none. What was sealed with another one opens no more.
func NewKey(ctx context.Context, b *Base) error {
	k, err := keyOf(b.Config, true)
	if err != nil {
		return err
	}
	return seal.Reclaim(ctx, b.Raw, k)
}
