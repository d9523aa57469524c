package file

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"time"

	"tongban/runtime/ids"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	kindBlob  = "blob"  // by hash → where the chunks are
	kindChunk = "chunk" // by upload/number
	chunkSize = 1 << 20
)

// Chunks keeps bytes as documents of the tenant, for stores that several nodes share.
type Chunks struct {
	engine store.Engine
	ids    *ids.Source
	now    func() time.Time
}

var _ Blobs = (*Chunks)(nil)

// NewChunks returns a Chunks.
func NewChunks(engine store.Engine, source *ids.Source, now func() time.Time) *Chunks {
	return &Chunks{engine, source, now}
}

type blob struct {
	Upload string `json:"upload"`
	Count  int    `json:"count"`
	At     int64  `json:"at"`
}

type chunk struct {
	Data []byte `json:"data"`
}

func chunkKey(upload string, i int) string { return upload + "/" + fmt.Sprintf("%06d", i) }

func (c *Chunks) put(ctx context.Context, t schema.TenantID, op store.DocOp) error {
	_, err := c.engine.Commit(ctx, t, &store.Commit{Origin: store.Origin{Via: kind, At: c.now().UnixMilli()}, Docs: []store.DocOp{op}})
	return err
}

// Save writes the chunks and then the blob that names them: a file is there
// whole or not at all.
func (c *Chunks) Save(ctx context.Context, t schema.TenantID, r io.Reader, h hash.Hash) (int64, error) {
	upload := strconv.FormatInt(c.ids.Next(), 36)
	buf := make([]byte, chunkSize)
	var size int64
	count := 0
	for {
		n, err := io.ReadFull(r, buf)
		if n > 0 {
			h.Write(buf[:n])
			size += int64(n)
			if err := c.saveChunk(ctx, t, chunkKey(upload, count), buf[:n]); err != nil {
				return 0, err
			}
			count++
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			if fail.Of(err) == nil {
				err = fail.New(fail.Malformed, "request.cut").Because(err)
			}
			return 0, err
		}
	}
	b, err := json.Marshal(blob{upload, count, c.now().UnixMilli()})
	if err != nil {
		return 0, fmt.Errorf("write a file: %w", err)
	}
	return size, c.put(ctx, t, store.DocOp{Kind: kindBlob, Key: hex.EncodeToString(h.Sum(nil)), IfVersion: -1, Body: b})
}

func (c *Chunks) saveChunk(ctx context.Context, t schema.TenantID, key string, data []byte) error {
	b, err := json.Marshal(chunk{data})
	if err != nil {
		return fmt.Errorf("write a file: %w", err)
	}
	return c.put(ctx, t, store.DocOp{Kind: kindChunk, Key: key, IfVersion: 0, Body: b})
}

// Remove takes the blob away first, unless it was saved again meanwhile, then
// its chunks.
func (c *Chunks) Remove(ctx context.Context, t schema.TenantID, sum string, before time.Time) error {
	var d store.Doc
	err := c.engine.View(ctx, t, func(r store.Reader) error {
		var err error
		d, err = r.Doc(ctx, kindBlob, sum)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	var b blob
	if err := json.Unmarshal(d.Body, &b); err != nil {
		return fmt.Errorf("read blob: %w", err)
	}
	if b.At > before.UnixMilli() {
		return nil
	}
	err = c.put(ctx, t, store.DocOp{Kind: kindBlob, Key: sum, IfVersion: d.Version})
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	for i := 0; i < b.Count && err == nil; i++ {
		err = c.put(ctx, t, store.DocOp{Kind: kindChunk, Key: chunkKey(b.Upload, i), IfVersion: -1})
	}
	return err
}

// Open returns a reader that loads one chunk at a time.
func (c *Chunks) Open(ctx context.Context, t schema.TenantID, sum string) (io.ReadCloser, error) {
	var b blob
	if err := c.load(ctx, t, kindBlob, sum, &b); err != nil {
		return nil, err
	}
	return &chunkReader{c: c, ctx: ctx, t: t, b: b}, nil
}

func (c *Chunks) load(ctx context.Context, t schema.TenantID, kind, key string, into any) error {
	var d store.Doc
	err := c.engine.View(ctx, t, func(r store.Reader) error {
		var err error
		d, err = r.Doc(ctx, kind, key)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return fail.New(fail.NotFound, "file.notFound").Because(err)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(d.Body, into)
}

type chunkReader struct {
	c    *Chunks
	ctx  context.Context //nolint:containedctx // lives as long as the reader
	t    schema.TenantID
	b    blob
	next int
	left []byte
}

func (r *chunkReader) Read(p []byte) (int, error) {
	for len(r.left) == 0 {
		if r.next == r.b.Count {
			return 0, io.EOF
		}
		var ch chunk
		if err := r.c.load(r.ctx, r.t, kindChunk, chunkKey(r.b.Upload, r.next), &ch); err != nil {
			return 0, err
		}
		r.left = ch.Data
		r.next++
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (r *chunkReader) Close() error { return nil }
