package wire

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"tongban/runtime/ids"
	"tongban/runtime/store"
)

// Ids must rise across restarts too, although the clock may have been set back
// meanwhile. So the store keeps a mark that is ahead of all ids made until the
// next one is written.
const (
	kindMark  = "idmark"
	markKey   = "highest"
	markEvery = 30 * time.Second
	markAhead = 2 * markEvery
	markLook  = time.Second // a clock that jumps forward overtakes the mark
)

// raiseIDs lets a source start above the last mark and writes the next one.
func raiseIDs(ctx context.Context, e store.Engine, src *ids.Source) error {
	err := e.View(ctx, store.System, func(r store.Reader) error {
		d, err := r.Doc(ctx, kindMark, markKey)
		if err != nil {
			return err
		}
		id, err := strconv.ParseInt(string(d.Body), 10, 64)
		src.Above(id)
		return err
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	return markIDs(ctx, e, src)
}

func markIDs(ctx context.Context, e store.Engine, src *ids.Source) error {
	mark := ids.Ahead(src.Next(), markAhead)
	_, err := e.Commit(ctx, store.System, &store.Commit{
		Origin: store.Origin{Via: kindMark},
		Docs:   []store.DocOp{{Kind: kindMark, Key: markKey, IfVersion: -1, Body: strconv.AppendInt(nil, mark, 10)}},
	})
	return err
}

// keepMark writes marks until ctx ends: when the ids come near the last one.
func keepMark(ctx context.Context, e store.Engine, src *ids.Source, log *slog.Logger) {
	tick := time.NewTicker(markLook)
	defer tick.Stop()
	var next int64 // the id from which on a new mark is due
	for {
		select {
		case <-tick.C:
			id := src.Next()
			if id < next {
				continue
			}
			next = ids.Ahead(id, markEvery)
			if err := markIDs(ctx, e, src); err != nil && ctx.Err() == nil {
				log.WarnContext(ctx, "mark of ids not written", "err", err.Error())
			}
		case <-ctx.Done():
			return
		}
	}
}
