package wire

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"tongban/runtime/store"
)

// The nodes on one store must make different ids: each holds a number, as a
// document that runs out unless it is renewed.
const (
	kindNode  = "node"
	mostNodes = 16
	nodeLease = time.Minute
	nodeRenew = 15 * time.Second
)

// claimNode takes a free number. A store of one process has number 0.
func claimNode(ctx context.Context, e store.Engine, now func() time.Time) (int, error) {
	if !e.Info().Distributed {
		return 0, nil
	}
	for n := range mostNodes {
		err := holdNode(ctx, e, now, n, 0)
		if err == nil {
			return n, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return 0, fmt.Errorf("take a node number: %w", err)
		}
	}
	return 0, fmt.Errorf("%d nodes use this store already", mostNodes)
}

func holdNode(ctx context.Context, e store.Engine, now func() time.Time, n int, v int64) error {
	at := now()
	op := store.DocOp{Kind: kindNode, Key: strconv.Itoa(n), Body: []byte("{}"), ExpiresAt: at.Add(nodeLease).UnixMilli()}
	if v < 0 {
		op.IfVersion = -1
	}
	_, err := e.Commit(ctx, store.System, &store.Commit{Origin: store.Origin{Via: kindNode, At: at.UnixMilli()}, Docs: []store.DocOp{op}})
	return err
}

// keepNode renews the number until ctx ends.
func keepNode(ctx context.Context, e store.Engine, now func() time.Time, n int, log *slog.Logger) {
	tick := time.NewTicker(nodeRenew)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if err := holdNode(ctx, e, now, n, -1); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "node number not renewed", "err", err.Error())
			}
		case <-ctx.Done():
			return
		}
	}
}

func freeNode(ctx context.Context, e store.Engine, n int, log *slog.Logger) {
	const patience = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := e.Commit(ctx, store.System, &store.Commit{Origin: store.Origin{Via: kindNode}, Docs: []store.DocOp{{Kind: kindNode, Key: strconv.Itoa(n), IfVersion: -1}}})
	if err != nil {
		log.WarnContext(ctx, "node number runs out by itself", "err", err.Error())
	}
}
