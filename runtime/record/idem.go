package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// kindIdem is the kind of the documents that remember what a key did.
const kindIdem = "idem"

const idemLife = 24 * time.Hour

// replayNote is what an idempotency key's first batch did.
type replayNote struct {
	ChangeSet string            `json:"cs"`
	Hash      string            `json:"hash"`
	Ops       []store.OpKind    `json:"ops"`
	IDs       []schema.RecordID `json:"ids"`
	Created   int               `json:"created"`
	Updated   int               `json:"updated"`
}

func (w *writing) idemKey() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s", w.Actor.User, w.IdempotencyKey))
	return hex.EncodeToString(sum[:])
}

// requestHash tells a repeated batch from another one under the same key. It
// is kept, and the batch may hold secrets: nobody can try guesses on it.
func (s *Service) requestHash(b *Batch) string {
	h := s.seal.Hash()
	enc := json.NewEncoder(h)
	for _, v := range []any{b.Entity, b.UpsertOn, b.Typecast, b.Changes} {
		if err := enc.Encode(v); err != nil {
			return "" // not JSON: every batch under the key counts as the same
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// loadReplay finds out whether the key has been used.
func (w *writing) loadReplay() error {
	if w.IdempotencyKey == "" {
		return nil
	}
	doc, err := w.rd.r.Doc(w.rd.ctx, kindIdem, w.idemKey())
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the idempotency key: %w", err)
	}
	note := &replayNote{}
	if err := json.Unmarshal(doc.Body, note); err != nil {
		return fmt.Errorf("parse the idempotency key: %w", err)
	}
	if note.Hash != w.RequestHash {
		return fail.New(fail.Invalid, "idempotency.reused")
	}
	w.replay = note
	return nil
}

func (w *writing) idemDoc(res *replayNote) (store.DocOp, error) {
	body, err := json.Marshal(res)
	if err != nil {
		return store.DocOp{}, fmt.Errorf("write the idempotency key: %w", err)
	}
	return store.DocOp{
		Kind: kindIdem, Key: w.idemKey(), IfVersion: 0, Body: body,
		ExpiresAt: w.at + idemLife.Milliseconds(),
	}, nil
}

// replayed answers a repeated batch with the records of the first.
func (s *Service) replayed(ctx context.Context, w *writing) (*Result, error) {
	note := w.replay
	sd := w.sides[w.Entity]
	res := &Result{ChangeSet: note.ChangeSet, Created: note.Created, Updated: note.Updated, Replayed: true}
	err := s.view(ctx, w.snap, w.Actor, func(rd *reading) error {
		recs, err := rd.r.Get(ctx, sd.shape, note.IDs, nil)
		if err != nil {
			return fmt.Errorf("load records: %w", err)
		}
		live := make([]*schema.Record, 0, len(recs))
		for _, rec := range recs {
			if rec != nil {
				live = append(live, rec)
			}
		}
		rows, err := rd.present(sd.rights, s.columns(sd.rights, nil), live)
		if err != nil {
			return err
		}
		for i, rec := range recs {
			if rec == nil {
				gone := &schema.Record{ID: note.IDs[i]}
				res.Rows = append(res.Rows, &Row{Record: gone, Deleted: true, page: &page{entity: sd.entity}})
				continue
			}
			rows[0].Deleted = !rows[0].Visible() // it has left the actor's sight since
			res.Rows, rows = append(res.Rows, rows[0]), rows[1:]
		}
		return nil
	})
	return res, err
}
