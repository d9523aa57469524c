package mongo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
)

// attempt is one try at a commit: it reads what is there, looks at everything
// that may forbid the commit, and then writes.
type attempt struct {
	e       *Engine
	j       *job
	n       int
	receipt *store.Receipt
	earlier *store.Receipt // of the earlier try that has succeeded

	live    map[schema.EntityID]map[schema.RecordID]*row
	trashed map[schema.EntityID]map[schema.RecordID]*row
	docs    []bson.Raw // parallel to the commit's documents; nil: not there
	least   int64      // the highest order number among what was read
	claims  claims

	rows, trash, docWrites []driver.WriteModel
	changes                []any
}

func newAttempt(e *Engine, j *job, n int) *attempt {
	return &attempt{
		e: e, j: j, n: n,
		receipt: &store.Receipt{
			Versions: make([]schema.Version, len(j.commit.Ops)), Numbers: make([]schema.Values, len(j.commit.Ops)),
			DocVersions: make([]schema.Version, len(j.commit.Docs)),
		},
		live: map[schema.EntityID]map[schema.RecordID]*row{}, trashed: map[schema.EntityID]map[schema.RecordID]*row{},
		docs: make([]bson.Raw, len(j.commit.Docs)), claims: newClaims(),
	}
}

func (a *attempt) run(ctx context.Context) error {
	steps := []func(context.Context) error{
		a.outcome, a.loadRows, a.checkOps, a.loadDocs, a.takeNumbers, a.buildOps, a.claim, a.buildDocs, a.write,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// explain gives an error that ends the tries its place in the contract.
func (a *attempt) explain(err error) error {
	if fault, ok := errors.AsType[*store.Fault](err); ok {
		return fault
	}
	return fmt.Errorf("mongo: commit: %w", err)
}

// outcome looks, where a try's answer was lost, whether it has succeeded. The
// snapshot of this try is younger than whatever that one may have done.
func (a *attempt) outcome(ctx context.Context) error {
	if !a.j.unsure {
		return nil
	}
	in, id := a.e.changes, changeID(a.j.id, 0)
	if !logged(a.j.commit) {
		in, id = a.e.marks, a.j.id
	}
	raw, err := in.FindOne(ctx, bson.D{{Key: "_id", Value: id}, {Key: "t", Value: int64(a.j.tenant)}}).Raw()
	if errors.Is(err, driver.ErrNoDocuments) {
		return nil
	}
	if err != nil {
		return err
	}
	n := intAt(raw, "try")
	if n < 0 || int(n) >= len(a.j.receipts) {
		return fmt.Errorf("mongo: commit %s bears a foreign mark", a.j.id)
	}
	a.earlier = a.j.receipts[n]
	return errDone
}

// loadRows reads the records that the ops name, where they should be and where
// a new id should not be.
func (a *attempt) loadRows(ctx context.Context) error {
	live, trashed := map[schema.EntityID][]schema.RecordID{}, map[schema.EntityID][]schema.RecordID{}
	for i := range a.j.commit.Ops {
		op := &a.j.commit.Ops[i]
		ent := op.Shape.Entity
		live[ent] = append(live[ent], op.ID)
		if op.Kind == store.OpCreate || op.Kind == store.OpRestore || op.Kind == store.OpPurge {
			trashed[ent] = append(trashed[ent], op.ID)
		}
	}
	for ent, ids := range live {
		if err := a.load(ctx, a.e.rows, a.j.layouts[ent], ids, a.live); err != nil {
			return err
		}
	}
	for ent, ids := range trashed {
		if err := a.load(ctx, a.e.trash, a.j.layouts[ent], ids, a.trashed); err != nil {
			return err
		}
	}
	return nil
}

func (a *attempt) load(ctx context.Context, in *driver.Collection, l *layout, ids []schema.RecordID, into map[schema.EntityID]map[schema.RecordID]*row) error {
	found := make(map[schema.RecordID]*row, len(ids))
	into[l.Entity] = found
	cur, err := in.Find(ctx, idFilter(l, ids), options.Find().SetBatchSize(int32(len(ids)+1)).SetProjection(rowProjection))
	if err != nil {
		return err
	}
	return eachRow(ctx, cur, func(w *row) {
		found[w.rec] = w
		a.least = max(a.least, w.order)
	})
}

// rowProjection leaves out what is made from the values anew.
var rowProjection = bson.D{
	{Key: "r", Value: 1},
	{Key: "v", Value: 1},
	{Key: "ca", Value: 1},
	{Key: "ua", Value: 1},
	{Key: "cb", Value: 1},
	{Key: "ub", Value: 1},
	{Key: "o", Value: 1},
	{Key: "f", Value: 1},
}

func (a *attempt) checkOps(context.Context) error {
	for i := range a.j.commit.Ops {
		op := &a.j.commit.Ops[i]
		v, err := a.checkOp(i, op)
		if err != nil {
			return err
		}
		a.receipt.Versions[i] = v
	}
	return nil
}

// checkOp compares versions and returns the one that the record gets.
func (a *attempt) checkOp(i int, op *store.Op) (schema.Version, error) {
	live, trashed := a.live[op.Shape.Entity][op.ID], a.trashed[op.Shape.Entity][op.ID]
	here, elsewhere := live, trashed
	switch op.Kind {
	case store.OpCreate:
		if live == nil && trashed == nil {
			return 1, nil
		}
		if live == nil {
			live = trashed
		}
		return 0, conflict(i, op, live.version)
	case store.OpUpdate, store.OpTrash, store.OpFill:
	case store.OpRestore, store.OpPurge:
		here, elsewhere = trashed, live
	default:
		return 0, opFault(store.ErrBadQuery, i, op)
	}
	if op.Kind == store.OpFill {
		if here == nil || here.version != op.IfVersion {
			return 0, nil // it comes too late
		}
		return here.version, nil
	}
	if here == nil {
		return 0, opFault(store.ErrNotFound, i, op)
	}
	if here.version != op.IfVersion || op.Kind == store.OpRestore && elsewhere != nil {
		return 0, conflict(i, op, here.version)
	}
	return here.version + 1, nil
}

func conflict(i int, op *store.Op, current schema.Version) error {
	f := opFault(store.ErrConflict, i, op)
	f.Current = current
	return f
}

// buildOps makes what the ops write, and what they claim and release.
func (a *attempt) buildOps(context.Context) error {
	order := a.e.clock.next(a.e.now(), a.least)
	for i := range a.j.commit.Ops {
		if err := a.buildOp(i, order); err != nil {
			return err
		}
	}
	return nil
}

func (a *attempt) buildOp(i int, order int64) error {
	op, o := &a.j.commit.Ops[i], &a.j.commit.Origin
	if op.Kind == store.OpFill && a.receipt.Versions[i] == 0 {
		return nil
	}
	l := a.j.layouts[op.Shape.Entity]
	set := withNumbers(op.Set, a.receipt.Numbers[i])
	w := a.live[l.Entity][op.ID]
	switch op.Kind {
	case store.OpCreate:
		w = &row{rec: op.ID, createdAt: o.At, createdBy: o.Actor, values: stored{}}
	case store.OpRestore, store.OpPurge:
		w = a.trashed[l.Entity][op.ID]
	}
	w.version, w.order = a.receipt.Versions[i], order
	if !op.Quiet && op.Kind != store.OpFill {
		w.updatedAt, w.updatedBy = o.At, o.Actor
	}
	before := w.values.in(l.Shape)
	if op.Kind == store.OpCreate || op.Kind == store.OpUpdate || op.Kind == store.OpFill {
		if err := w.values.apply(op.Shape, set); err != nil {
			return err
		}
	}
	a.place(op, l, w)
	a.claims.note(i, op, l, before, w.values.in(l.Shape))
	if op.Kind == store.OpFill {
		return nil
	}
	change := a.change(op.Kind, i, order, a.receipt.Versions[i])
	change = append(change, bson.E{Key: "e", Value: int64(l.Entity)}, bson.E{Key: "r", Value: int64(op.ID)})
	switch op.Kind {
	case store.OpCreate:
		change = append(change, bson.E{Key: "a", Value: encodeChanged(op.Shape, filled(set))})
	case store.OpUpdate:
		change = append(change, bson.E{Key: "b", Value: encodeChanged(op.Shape, op.Before)}, bson.E{Key: "a", Value: encodeChanged(op.Shape, set)})
	}
	a.changes = append(a.changes, change)
	return nil
}

func withNumbers(set, numbers schema.Values) schema.Values {
	if len(numbers) == 0 {
		return set
	}
	out := make(schema.Values, len(set)+len(numbers))
	maps.Copy(out, set)
	maps.Copy(out, numbers)
	return out
}

func filled(vals schema.Values) schema.Values {
	out := make(schema.Values, len(vals))
	for id, v := range vals {
		if v = normal(v); v != nil {
			out[id] = v
		}
	}
	return out
}

// place writes the row's document into the collection where it now belongs.
func (a *attempt) place(op *store.Op, l *layout, w *row) {
	at := bson.D{{Key: "_id", Value: w.id}, {Key: "t", Value: int64(l.Tenant)}, {Key: "e", Value: int64(l.Entity)}, {Key: "r", Value: int64(w.rec)}}
	switch op.Kind {
	case store.OpCreate:
		a.rows = append(a.rows, driver.NewInsertOneModel().SetDocument(w.document(l)))
	case store.OpUpdate, store.OpFill:
		a.rows = append(a.rows, driver.NewReplaceOneModel().SetFilter(at).SetReplacement(w.document(l)))
	case store.OpTrash:
		a.rows = append(a.rows, driver.NewDeleteOneModel().SetFilter(at))
		a.trash = append(a.trash, driver.NewInsertOneModel().SetDocument(withoutSlots(w.document(l))))
	case store.OpRestore:
		a.trash = append(a.trash, driver.NewDeleteOneModel().SetFilter(at))
		a.rows = append(a.rows, driver.NewInsertOneModel().SetDocument(w.document(l)))
	case store.OpPurge:
		a.trash = append(a.trash, driver.NewDeleteOneModel().SetFilter(at))
	}
}

// withoutSlots: nobody looks for trashed records by an index.
func withoutSlots(d bson.D) bson.D {
	return slices.DeleteFunc(d, func(e bson.E) bool { return e.Key == "s" })
}

func changeID(commit string, n int) string { return fmt.Sprintf("%s.%04d", commit, n) }

// change is the part of a change row that all kinds have. n is its place in
// the commit, which the first bears as the mark of the try.
func (a *attempt) change(kind store.OpKind, n int, order int64, v schema.Version) bson.D {
	o := &a.j.commit.Origin
	d := bson.D{
		{Key: "_id", Value: changeID(a.j.id, len(a.changes))},
		{Key: "t", Value: int64(a.j.tenant)},
		{Key: "c", Value: a.j.id},
		{Key: "n", Value: int64(n)},
		{Key: "o", Value: order},
		{Key: "u", Value: true},
		{Key: "op", Value: string(kind)},
		{Key: "v", Value: int64(v)},
		{Key: "by", Value: int64(o.Actor)},
		{Key: "at", Value: o.At},
		{Key: "via", Value: o.Via},
	}
	if len(a.changes) == 0 {
		d = append(d, bson.E{Key: "try", Value: int64(a.n)})
	}
	if o.ChangeSet != "" {
		d = append(d, bson.E{Key: "cs", Value: o.ChangeSet})
	}
	if o.Depth != 0 {
		d = append(d, bson.E{Key: "d", Value: int64(o.Depth)})
	}
	return d
}

// write sends everything. Deletes go before inserts where a unique key may
// move from one document to another.
func (a *attempt) write(ctx context.Context) error {
	for _, w := range []struct {
		in     *driver.Collection
		models []driver.WriteModel
	}{
		{a.e.uniq, a.claims.writes}, {a.e.rows, a.rows}, {a.e.trash, a.trash}, {a.e.docs, a.docWrites},
	} {
		if len(w.models) == 0 {
			continue
		}
		if _, err := w.in.BulkWrite(ctx, w.models); err != nil {
			return err
		}
	}
	if len(a.changes) > 0 {
		_, err := a.e.changes.InsertMany(ctx, a.changes)
		return err
	}
	_, err := a.e.marks.InsertOne(ctx, bson.D{
		{Key: "_id", Value: a.j.id}, {Key: "t", Value: int64(a.j.tenant)}, {Key: "try", Value: int64(a.n)}, {Key: "z", Value: date(a.e.now())},
	})
	return err
}

func date(t time.Time) bson.DateTime { return bson.NewDateTimeFromTime(t) }
