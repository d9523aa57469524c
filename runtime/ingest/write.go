package ingest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// How long a commit may keep others waiting before batches shrink, and how
// often a batch is tried without the rows that were refused.
const (
	slowCommit = 60 * time.Millisecond
	fastCommit = 25 * time.Millisecond
	maxTries   = 20
	busyTries  = 60
	busyPause  = 250 * time.Millisecond
	mostYield  = 10 * time.Millisecond
)

// write brings a chunk in: its good rows, its refused rows and the checkpoint
// in one commit.
func (im *importer) write(ctx context.Context, c *chunk) error {
	if err := im.refuseDoubles(ctx, c); err != nil {
		return err
	}
	for range maxTries {
		err := im.commit(ctx, c)
		if err == nil || !c.blame(im, err) {
			return err
		}
	}
	return im.oneByOne(ctx, c)
}

// oneByOne is for chunks in which every row seems to be refused by itself.
func (im *importer) oneByOne(ctx context.Context, c *chunk) error {
	bad := c.bad
	slices.SortStableFunc(bad, func(a, b RowError) int { return a.Row - b.Row })
	for i, ch := range c.changes {
		one := &chunk{changes: []record.Change{ch}, rows: c.rows[i : i+1], end: c.rows[i].row}
		for len(bad) > 0 && bad[0].Row < one.end {
			if len(one.bad) == 0 || one.bad[len(one.bad)-1].Row != bad[0].Row {
				one.failed++
			}
			one.bad, bad = append(one.bad, bad[0]), bad[1:]
		}
		if err := im.commit(ctx, one); err != nil {
			if !one.blame(im, err) {
				return err
			}
			if err := im.commit(ctx, one); err != nil {
				return err
			}
		}
	}
	rest := &chunk{bad: bad, end: c.end}
	for i := range bad {
		if i == 0 || bad[i].Row != bad[i-1].Row {
			rest.failed++
		}
	}
	return im.commit(ctx, rest)
}

// commit writes a chunk as it is. The job in memory moves on only with it.
func (im *importer) commit(ctx context.Context, c *chunk) error {
	now := im.s.o.Now().UnixMilli()
	next := *im.j
	next.Job.Done = c.end
	next.Job.Failed += c.failed
	next.Job.FirstBad = slices.Concat(next.Job.FirstBad, c.bad)[:min(len(next.Job.FirstBad)+len(c.bad), keptErrors)]
	if len(im.upsert) == 0 {
		next.Job.Created += len(c.changes)
	}
	if next.InPart += len(c.changes); next.InPart > partRows {
		next.Parts, next.InPart = next.Parts+1, len(c.changes)
	}
	slices.SortStableFunc(c.bad, func(a, b RowError) int { return a.Row - b.Row })
	var docs []store.DocOp
	if room := MaxErrors - next.Listed; len(c.bad) > 0 && room > 0 {
		list := c.bad[:min(len(c.bad), room)]
		next.Batches++
		next.Listed += len(list)
		op, err := next.errorsDoc(now, list)
		if err != nil {
			return err
		}
		docs = append(docs, op)
	}
	op, err := next.doc(now)
	if err != nil {
		return err
	}
	docs = append(docs, op)
	res, err := im.send(ctx, record.Batch{
		Actor: im.w.actor, Entity: im.j.Entity, Via: via, ChangeSet: next.changeSet(next.Parts - 1),
		UpsertOn: im.req.UpsertOn, Changes: c.changes, Docs: docs,
	})
	if err != nil {
		return err
	}
	if len(im.upsert) > 0 {
		next.Job.Created += res.Created
		next.Job.Updated += res.Updated
	}
	next.version++
	*im.j = next
	return nil
}

// send writes a batch, waits where the store has too many writers, and learns
// how large the next batch may be.
func (im *importer) send(ctx context.Context, b record.Batch) (*record.Result, error) {
	if len(b.Changes) == 0 {
		b.UpsertOn = nil
	}
	for try := 0; ; try++ {
		from := im.s.o.Now()
		res, err := im.s.o.Records.Write(ctx, b)
		switch {
		case err == nil:
			took := im.s.o.Now().Sub(from)
			im.learn(took, len(b.Changes))
			return res, pause(ctx, min(took/8, mostYield)) // others have their turn
		case fail.KindOf(err) == fail.Conflict && fail.Of(err).Code == "document.changedMeanwhile":
			return nil, errLost
		case errors.Is(err, store.ErrUnsure): // what the store has counts: the job is read again
			return nil, err
		case fail.KindOf(err) != fail.Busy || try >= busyTries:
			return nil, err
		}
		if err := pause(ctx, busyPause); err != nil {
			return nil, err
		}
	}
}

// pause waits, unless ctx is done.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// learn shrinks batches that keep others waiting too long.
func (im *importer) learn(took time.Duration, rows int) {
	size := im.size.Load()
	switch {
	case took > slowCommit && rows >= int(size)/2:
		im.size.Store(max(size*3/4, minBatch))
	case took < fastCommit:
		im.size.Store(min(size*5/4, maxBatch))
	}
}

// blame takes the changes out of the chunk that an error speaks of; false where
// it speaks of none.
func (c *chunk) blame(im *importer, err error) bool {
	e := fail.Of(err)
	if e == nil || e.Kind != fail.Invalid && e.Kind != fail.Forbidden && e.Kind != fail.NotFound && e.Kind != fail.Conflict {
		return false
	}
	list := e.Many
	if len(list) == 0 {
		list = []*fail.Error{e}
	}
	guilty := map[int]bool{}
	for _, one := range list {
		i, ok := one.Params["index"].(int)
		if !ok && len(c.changes) == 1 {
			i, ok = 0, true
		}
		if !ok || i < 0 || i >= len(c.changes) {
			continue
		}
		if !guilty[i] {
			c.failed++
		}
		guilty[i] = true
		c.bad = append(c.bad, im.rowError(c.rows[i], one))
	}
	c.drop(guilty)
	return len(guilty) > 0
}

// drop removes changes.
func (c *chunk) drop(guilty map[int]bool) {
	if len(guilty) == 0 {
		return
	}
	changes, rows := c.changes[:0:0], c.rows[:0:0]
	for i := range c.changes {
		if !guilty[i] {
			changes, rows = append(changes, c.changes[i]), append(rows, c.rows[i])
		}
	}
	c.changes, c.rows = changes, rows
}

// rowError names the column of an error of a field.
func (im *importer) rowError(at position, e *fail.Error) RowError {
	out := RowError{Row: at.row, Line: at.line, Code: e.Code}
	for name, v := range e.Params {
		if name != "index" {
			if out.Params == nil {
				out.Params = map[string]any{}
			}
			out.Params[name] = v
		}
	}
	if f := im.w.entity.FieldNamed(e.Field); f != nil {
		out.Column = f.Name
		for _, t := range im.targets {
			if t.id == f.ID {
				out.Column = t.header
			}
		}
	}
	return out
}

// refuseDoubles takes rows out whose unique values are there already, or twice
// in the chunk. The store would refuse them too, but one at a time.
func (im *importer) refuseDoubles(ctx context.Context, c *chunk) error {
	for _, f := range im.unique {
		var vals []schema.Value
		for i := range c.changes {
			if v := c.changes[i].Values[f.ID]; v != nil {
				vals = append(vals, v)
			}
		}
		if len(vals) == 0 {
			continue
		}
		taken, err := im.taken(ctx, f.ID, vals)
		if err != nil {
			return err
		}
		guilty := map[int]bool{}
		for i := range c.changes {
			v := c.changes[i].Values[f.ID]
			if v == nil {
				continue
			}
			key := keyOf(v)
			if taken[key] {
				guilty[i] = true
				c.failed++
				c.bad = append(c.bad, im.rowError(c.rows[i], fail.New(fail.Invalid, "field.notUnique").On(f.Key)))
			}
			taken[key] = true
		}
		c.drop(guilty)
	}
	return nil
}

// taken returns which of the values records hold already.
func (im *importer) taken(ctx context.Context, f schema.FieldID, vals []schema.Value) (map[string]bool, error) {
	out := map[string]bool{}
	err := im.s.o.Engine.View(ctx, im.j.tenant, func(r store.Reader) error {
		page, err := r.Find(ctx, im.w.snap.Shape(im.j.Entity), &query.Query{
			Where: query.In{Field: f, Vals: vals}, Limit: 1000, Fields: []schema.FieldID{f},
		})
		if err != nil {
			return err
		}
		for _, rec := range page.Records {
			out[keyOf(rec.Get(f))] = true
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("look for equal values: %w", err)
	}
	return out, nil
}

// keyOf is the same for values that a unique field takes for equal.
func keyOf(v schema.Value) string {
	if s, ok := v.(string); ok {
		return textkey.Unique(s)
	}
	return fmt.Sprint(v)
}
