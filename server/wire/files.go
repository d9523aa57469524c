package wire

import (
	"context"
	"io"

	"tongban/runtime/access"
	"tongban/runtime/file"
	"tongban/runtime/ingest"
	"tongban/schema"
)

// jobFiles gives imports and exports the product's files.
type jobFiles struct{ files *file.Service }

var _ ingest.Files = jobFiles{}

// Open opens a file.
func (j jobFiles) Open(ctx context.Context, t schema.TenantID, id schema.FileID) (io.ReadCloser, error) {
	info, err := j.files.Info(ctx, t, id)
	if err != nil {
		return nil, err
	}
	return j.files.Open(ctx, t, info)
}

// Save keeps a file.
func (j jobFiles) Save(ctx context.Context, a access.Actor, name string, r io.Reader) (schema.FileID, error) {
	f, err := j.files.Save(ctx, a, name, r)
	if err != nil {
		return 0, err
	}
	return f.ID, nil
}
