// Package idem remembers the answers of requests that carry a key, so that a
// request that is sent twice happens once. It knows nothing of what an answer
// means. Changes of records do not need it: they commit their key themselves.
package idem

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	kind  = "answer"
	keep  = 24 * time.Hour
	lease = time.Minute // how long a request that never ends blocks its key
)

// Store is safe for concurrent use.
type Store struct {
	engine store.Engine
	now    func() time.Time
}

// New returns a Store.
func New(engine store.Engine, now func() time.Time) *Store { return &Store{engine, now} }

// Request names a request. Secret seals the stored answer; whoever does not
// know it cannot read the answer, not even from the disk.
type Request struct {
	Tenant      schema.TenantID
	Key         string
	Secret      string
	Fingerprint [32]byte // of everything in the request
}

// Claim is the right to run a request.
type Claim struct {
	s   *Store
	r   Request
	key string
	v   schema.Version

	mu     sync.Mutex // guards marked
	marked bool       // a commit of the request has told of it
}

type doc struct {
	Fingerprint []byte
	Until       int64 // ms; of a running request
	Done        bool  `json:",omitempty"` // something of the request has been stored; Answer follows
	Answer      []byte
}

// Begin returns a claim where the request is new, or the old answer. Errors
// are of kind Invalid (the key was used for another request) and Conflict (the
// same request is running, or it was carried out and its answer was lost).
func (s *Store) Begin(ctx context.Context, r Request) (*Claim, []byte, error) {
	sum := sha256.Sum256([]byte(r.Key))
	c := &Claim{s: s, r: r, key: hex.EncodeToString(sum[:])}
	old, v, err := s.load(ctx, r.Tenant, c.key)
	if err != nil {
		return nil, nil, err
	}
	now := s.now()
	if old != nil {
		if string(old.Fingerprint) != string(r.Fingerprint[:]) {
			return nil, nil, fail.New(fail.Invalid, "idempotency.reused")
		}
		if old.Answer != nil {
			b, err := c.open(old.Answer)
			return nil, b, err
		}
		if now.UnixMilli() < old.Until {
			return nil, nil, running()
		}
		if old.Done {
			return nil, nil, fail.New(fail.Conflict, "idempotency.done")
		}
	}
	err = c.put(ctx, doc{Fingerprint: r.Fingerprint[:], Until: now.Add(lease).UnixMilli()}, v)
	if errors.Is(err, store.ErrConflict) {
		return nil, nil, running()
	}
	c.v = v + 1
	return c, nil, err
}

func running() error {
	return &fail.Error{Kind: fail.Conflict, Code: "idempotency.running", RetryAfter: 1}
}

// Done stores the answer.
func (c *Claim) Done(ctx context.Context, answer []byte) error {
	sealed, err := c.seal(answer)
	if err != nil {
		return err
	}
	return c.put(ctx, doc{Fingerprint: c.r.Fingerprint[:], Answer: sealed}, -1)
}

// Failed gives the key free again: the request ended with an error and may be
// repeated. Where nobody knows whether it was carried out the claim stays: once
// it has run out, the store tells.
func (c *Claim) Failed(ctx context.Context, err error) error {
	if errors.Is(err, store.ErrUnsure) {
		return nil
	}
	return c.s.commit(ctx, c.r.Tenant, store.DocOp{Kind: kind, Key: c.key, IfVersion: -1})
}

func (c *Claim) put(ctx context.Context, d doc, v schema.Version) error {
	op, err := c.op(d, v)
	if err != nil {
		return err
	}
	return c.s.commit(ctx, c.r.Tenant, op)
}

func (c *Claim) op(d doc, v schema.Version) (store.DocOp, error) {
	b, err := json.Marshal(d)
	if err != nil {
		return store.DocOp{}, fmt.Errorf("write an answer: %w", err)
	}
	return store.DocOp{Kind: kind, Key: c.key, IfVersion: v, Body: b, ExpiresAt: c.s.now().Add(keep).UnixMilli()}, nil
}

func (s *Store) commit(ctx context.Context, t schema.TenantID, op store.DocOp) error {
	_, err := s.engine.Commit(ctx, t, &store.Commit{Origin: store.Origin{Via: kind, At: s.now().UnixMilli()}, Docs: []store.DocOp{op}})
	return err
}

func (s *Store) load(ctx context.Context, t schema.TenantID, key string) (*doc, schema.Version, error) {
	var d store.Doc
	err := s.engine.View(ctx, t, func(r store.Reader) error {
		var err error
		d, err = r.Doc(ctx, kind, key)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	out := &doc{}
	if err := json.Unmarshal(d.Body, out); err != nil {
		return nil, 0, fmt.Errorf("read an answer: %w", err)
	}
	return out, d.Version, nil
}

func (c *Claim) cipher() (cipher.AEAD, error) {
	sum := sha256.Sum256([]byte("tongban/idem\n" + c.r.Secret))
	block, err := aes.NewCipher(sum[:])
	if err != nil {
		return nil, fmt.Errorf("seal an answer: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (c *Claim) seal(b []byte) ([]byte, error) {
	a, err := c.cipher()
	if err != nil {
		return nil, err
	}
	return a.Seal(nil, nil, b, []byte(c.key)), nil //nolint:gosec // the AEAD draws its own nonces
}

// open reads an answer; one that another session stored is as one that is not
// there for this one: the key is taken.
func (c *Claim) open(sealed []byte) ([]byte, error) {
	a, err := c.cipher()
	if err != nil {
		return nil, err
	}
	b, err := a.Open(nil, nil, sealed, []byte(c.key))
	if err != nil {
		return nil, fail.New(fail.Invalid, "idempotency.reused").Because(err)
	}
	return b, nil
}
