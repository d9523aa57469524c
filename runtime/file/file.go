// Package file keeps the files that people attach to records: what is known of
// a file as a document of its tenant, the bytes on the disk or, where several
// nodes share a store, as documents too. A file can be read by who uploaded it
// and by who may read a record that holds it.
package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"tongban/runtime/access"
	"tongban/runtime/ids"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

const (
	kind = "file" // by id
	// MaxSize is how large a file may be.
	MaxSize = 100 << 20
	maxName = 255
)

// Info is what is known of a file.
type Info struct {
	ID        schema.FileID `json:"id"`
	Name      string        `json:"name"`
	Size      int64         `json:"size"`
	Type      string        `json:"type"`
	Hash      string        `json:"hash"`
	By        schema.UserID `json:"by"`
	CreatedAt int64         `json:"createdAt"`
	Pending   bool          `json:"pending,omitempty"` // in no record yet: swept away after Unused
}

// Blobs keeps bytes by the hash of their content, apart per tenant.
type Blobs interface {
	// Save keeps what r gives under the hash that h has computed of it at its end.
	Save(ctx context.Context, t schema.TenantID, r io.Reader, h hash.Hash) (size int64, err error)
	// Open returns the bytes kept under a hash; an error of kind NotFound if there are none.
	Open(ctx context.Context, t schema.TenantID, sum string) (io.ReadCloser, error)
	// Remove removes the bytes kept under a hash, unless they were saved, or saved again, after a time.
	Remove(ctx context.Context, t schema.TenantID, sum string, before time.Time) error
}

// Options are what a Service needs; all but Quota are required.
type Options struct {
	Engine store.Engine
	Blobs  Blobs
	IDs    *ids.Source
	Now    func() time.Time
	Quota  int64 // bytes that the files of one tenant may take; 0: any number
}

// Service is safe for concurrent use.
type Service struct {
	engine store.Engine
	blobs  Blobs
	ids    *ids.Source
	now    func() time.Time
	quota  int64
	sums   [16]sync.Mutex // one writes the sum of a tenant at a time
	mu     sync.Mutex     // guards seen
	seen   map[schema.TenantID]bool
	// shrinking holds who makes a smaller picture.
	shrinking chan struct{}
}

// New returns a Service.
func New(o Options) *Service {
	return &Service{engine: o.Engine, blobs: o.Blobs, ids: o.IDs, now: o.Now, quota: o.Quota, seen: map[schema.TenantID]bool{}, shrinking: make(chan struct{}, 1)}
}

// URL is where a file can be fetched.
func URL(id schema.FileID) string { return "/api/v1/files/" + schema.FormatID(schema.PrefixFile, id) }

func key(id schema.FileID) string { return schema.FormatID(schema.PrefixFile, id) }

// Save keeps a file as it streams in. The type is found in its first bytes and
// its name; what the sender says of it is not believed.
func (s *Service) Save(ctx context.Context, a access.Actor, name string, r io.Reader) (*Info, error) {
	name, err := cleanName(name)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fail.New(fail.Malformed, "request.cut").Because(err)
	}
	if err := s.known(ctx, a.Tenant); err != nil {
		return nil, err
	}
	used, err := s.Used(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	limited := &limitedReader{r: io.MultiReader(strings.NewReader(string(head[:n])), r), left: MaxSize, over: tooLarge}
	if s.quota > 0 && s.quota-used < MaxSize {
		limited.left, limited.over = s.quota-used, func() error { return full(s.quota) }
	}
	sum := sha256.New()
	size, err := s.blobs.Save(ctx, a.Tenant, limited, sum)
	if err != nil {
		return nil, err
	}
	f := &Info{
		ID: schema.FileID(s.ids.Next()), Name: name, Size: size, Type: typeOf(name, head[:n]),
		Hash: hex.EncodeToString(sum.Sum(nil)), By: a.User, CreatedAt: s.now().UnixMilli(), Pending: true,
	}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write file: %w", err)
	}
	o := store.Origin{Actor: a.User, Via: kind, At: f.CreatedAt}
	return f, s.change(ctx, a.Tenant, o, size, store.DocOp{Kind: kind, Key: key(f.ID), IfVersion: 0, Body: b})
}

// Info returns what is known of a file, to whomever: the caller judges who may
// see it. An error of kind NotFound if there is none.
func (s *Service) Info(ctx context.Context, t schema.TenantID, id schema.FileID) (*Info, error) {
	var d store.Doc
	err := s.engine.View(ctx, t, func(r store.Reader) error {
		var err error
		d, err = r.Doc(ctx, kind, key(id))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, fail.New(fail.NotFound, "file.notFound")
	}
	if err != nil {
		return nil, err
	}
	f := &Info{}
	if err := json.Unmarshal(d.Body, f); err != nil {
		return nil, fmt.Errorf("read file: %w", err)
	}
	return f, nil
}

// Infos is record.Files: what is known of the files that are there.
func (s *Service) Infos(ctx context.Context, t schema.TenantID, of []schema.FileID) (map[schema.FileID]field.FileInfo, error) {
	out := make(map[schema.FileID]field.FileInfo, len(of))
	err := s.engine.View(ctx, t, func(r store.Reader) error {
		for _, id := range of {
			d, err := r.Doc(ctx, kind, key(id))
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			var f Info
			if err := json.Unmarshal(d.Body, &f); err != nil {
				return fmt.Errorf("read file: %w", err)
			}
			out[id] = field.FileInfo{ID: id, Name: f.Name, Size: f.Size, Type: f.Type, URL: URL(id)}
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return out, nil
	}
	return out, err
}

// Own is record.Attachable: those of the files that the actor uploaded. They
// are about to be put into a record, so they are not swept away any more.
func (s *Service) Own(ctx context.Context, a access.Actor, of []schema.FileID) ([]schema.FileID, error) {
	var out []schema.FileID
	for _, id := range of {
		f, err := s.Info(ctx, a.Tenant, id)
		if fail.KindOf(err) == fail.NotFound && err != nil {
			continue
		}
		if err != nil {
			return nil, err
		}
		if f.By != a.User {
			continue
		}
		if err := s.keep(ctx, a.Tenant, f); err != nil {
			return nil, err
		}
		out = append(out, id)
	}
	return out, nil
}

// Open returns a file's bytes.
func (s *Service) Open(ctx context.Context, t schema.TenantID, f *Info) (io.ReadCloser, error) {
	return s.blobs.Open(ctx, t, f.Hash)
}

// Inline tells whether a browser may show a file of this type in place: images
// that cannot hold a program.
func Inline(mediaType string) bool {
	switch mediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/avif":
		return true
	}
	return false
}

func cleanName(name string) (string, error) {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return -1
		}
		return r
	}, name)
	if strings.Trim(name, ". /") == "" {
		return "", fail.New(fail.Invalid, "file.name").On("file")
	}
	for len(name) > maxName {
		_, n := utf8.DecodeRuneInString(name)
		name = name[n:]
	}
	return name, nil
}

// typeOf names the type by content where that tells, else by the name's
// ending. What a browser might run is served as bytes anyway: see Inline.
func typeOf(name string, head []byte) string {
	found, _, _ := strings.Cut(http.DetectContentType(head), ";")
	if strings.HasPrefix(found, "image/") || found == "application/pdf" {
		return found
	}
	byName, _, _ := strings.Cut(mime.TypeByExtension(strings.ToLower(path.Ext(name))), ";")
	if byName == "" || strings.HasPrefix(byName, "image/") {
		return found // an image's name on what is no image
	}
	return byName
}

// limitedReader fails past its limit instead of ending.
type limitedReader struct {
	r    io.Reader
	left int64
	over func() error
}

func tooLarge() error { return fail.New(fail.TooLarge, "file.tooLarge").With("max", MaxSize>>20) }

func (l *limitedReader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.over()
	}
	return n, err
}
