package live

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"tongban/runtime/store"
	"tongban/schema/fail"
)

// ticketLife is how long a ticket can be used, once.
const ticketLife = 30 * time.Second

const ticketKind = "ticket"

// Ticket makes a one-use pass for a page that cannot send a header when it
// opens a socket. session is what Redeem gives back.
func (h *Hub) Ticket(ctx context.Context, session string) (string, error) {
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	ticket := base64.RawURLEncoding.EncodeToString(raw)
	_, err := h.o.Engine.Commit(ctx, store.System, &store.Commit{Docs: []store.DocOp{{
		Kind: ticketKind, Key: ticketKey(ticket), Body: []byte(session), ExpiresAt: h.now().Add(ticketLife).UnixMilli(),
	}}})
	return ticket, err
}

// Redeem takes a ticket and returns its session; Unauthorized for one that is unknown, used or old.
func (h *Hub) Redeem(ctx context.Context, ticket string) (string, error) {
	var doc store.Doc
	err := h.o.Engine.View(ctx, store.System, func(r store.Reader) (err error) {
		doc, err = r.Doc(ctx, ticketKind, ticketKey(ticket))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", fail.New(fail.Unauthorized, "auth.ticket")
	}
	if err != nil {
		return "", err
	}
	_, err = h.o.Engine.Commit(ctx, store.System, &store.Commit{Docs: []store.DocOp{{Kind: ticketKind, Key: doc.Key, IfVersion: doc.Version}}})
	if errors.Is(err, store.ErrConflict) {
		return "", fail.New(fail.Unauthorized, "auth.ticket")
	}
	if err != nil {
		return "", err
	}
	return string(doc.Body), nil
}

func ticketKey(ticket string) string {
	sum := sha256.Sum256([]byte(ticket))
	return hex.EncodeToString(sum[:])
}
