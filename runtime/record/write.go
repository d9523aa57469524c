package record

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

const (
	maxDepth = 8
	// tries is how often a write that met another node's is done anew; the
	// writers of one node wait for each other instead.
	tries = 8
	// patience is after how many tries the records that look at those of the
	// batch are left to be brought up to date afterwards: others write to them too.
	patience = 2
	pause    = 2 * time.Millisecond
)

// errAgain asks for the write to be done anew on what is there now.
var errAgain = errors.New("record: changed meanwhile")

// Write makes the changes of a batch, all or none, and returns the records as
// they are then, as the actor may see them. Its errors are of kind Invalid
// (naming fields; several are in Many, each with its index in the batch),
// Forbidden, NotFound, Conflict (with the record in Current) or Busy. Changes without
// a version never conflict: the last writer of a field wins.
func (s *Service) Write(ctx context.Context, b Batch) (*Result, error) {
	if err := s.admit(&b); err != nil {
		return nil, err
	}
	work := make([]entityChange, len(b.Changes))
	for i, c := range b.Changes {
		work[i] = entityChange{Change: c, entity: b.Entity}
	}
	return s.write(ctx, &b, work)
}

// entityChange is a change that knows its entity: undo writes to several.
type entityChange struct {
	Change
	entity schema.EntityID
	// back: the values are what the record held before; what they lead to is
	// not looked at again.
	back bool
}

// admit checks the batch as a whole and gives ids to what has none.
func (s *Service) admit(b *Batch) error {
	switch {
	case len(b.Changes) > MaxBatch:
		return fail.New(fail.TooLarge, "batch.tooLarge").With("max", MaxBatch)
	case len(b.Changes) == 0 && len(b.Docs) == 0:
		return fail.New(fail.Invalid, "batch.empty")
	case b.Depth > maxDepth:
		return fail.New(fail.Invalid, "batch.tooDeep")
	case b.Actor.ReadOnly && !b.Actor.System:
		return fail.New(fail.Forbidden, "access.readOnlyToken")
	}
	if b.IdempotencyKey != "" && b.RequestHash == "" {
		b.RequestHash = s.requestHash(b)
	}
	if b.ChangeSet == "" {
		b.ChangeSet = schema.FormatID("cs_", s.ids.Next())
	}
	b.Changes = slices.Clone(b.Changes)
	for i := range b.Changes {
		c := &b.Changes[i]
		if c.Op == store.OpCreate && c.ID == 0 {
			c.ID = schema.RecordID(s.ids.Next())
		}
	}
	return nil
}

func (s *Service) write(ctx context.Context, b *Batch, changes []entityChange) (*Result, error) {
	var targets []schema.RecordID
	for _, c := range changes {
		if c.Op != store.OpCreate {
			targets = append(targets, c.ID)
		}
	}
	w, err := s.locked(ctx, b, changes, targets)
	switch {
	case err != nil:
		return nil, err
	case w.replay != nil:
		return s.replayed(ctx, w)
	case !b.DryRun:
		if err := s.refill(ctx, w); err != nil {
			return nil, err
		}
		if err := s.settle(ctx, w); err != nil {
			return nil, err
		}
		s.wake(b.Actor.Tenant) // 8. from here on: live updates, automations, webhooks read the log
		s.log.DebugContext(ctx, "records written", "tenant", int64(b.Actor.Tenant), "entity", int64(b.Entity),
			"origin", b.Via, "count", len(w.works))
	}
	return s.result(ctx, w)
}

// locked tries until no other writer comes in between.
func (s *Service) locked(ctx context.Context, b *Batch, changes []entityChange, targets []schema.RecordID) (*writing, error) {
	defer s.locks.lock(targets)()
	for try := 1; ; try++ {
		w, err := s.attempt(ctx, b, changes, try > patience)
		if !errors.Is(err, errAgain) {
			return w, err
		}
		if try > tries {
			return nil, fail.New(fail.Conflict, "record.changedMeanwhile").Because(err)
		}
		if err := s.breathe(ctx, try); err != nil {
			return nil, err
		}
	}
}

// breathe waits a little, longer with each try and not the same for everybody.
func (s *Service) breathe(ctx context.Context, try int) error {
	if try == 1 {
		return nil
	}
	spread := time.Duration(s.ids.Next()%7) * pause / 4
	timer := time.NewTimer(time.Duration(try-1)*pause + spread)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("write: %w", ctx.Err())
	}
}

// attempt takes one batch through every step of a record's change. The steps
// stand here, in order, and nowhere else.
func (s *Service) attempt(ctx context.Context, b *Batch, changes []entityChange, alone bool) (*writing, error) {
	landed := s.flights.begin()
	defer landed()
	w, err := s.begin(ctx, b, changes)
	if err != nil {
		return nil, err
	}
	w.alone = alone
	err = s.view(ctx, w.snap, b.Actor, func(rd *reading) error {
		w.rd = rd
		if err := w.load(); err != nil { // 1. the records as they are
			return err
		}
		if w.replay != nil {
			return nil
		}
		if err := w.authorize(); err != nil { // 2. may this actor do this to these records?
			return err
		}
		if err := w.validate(); err != nil { // 3. may and can these fields hold these values?
			return err
		}
		if err := w.compute(); err != nil { // 4. fields that follow from others
			return err
		}
		return w.check() // 5. the rules over the record as a whole
	})
	if err != nil {
		return nil, err
	}
	if w.replay != nil {
		return w, nil
	}
	if err := s.applyRules(ctx, w); err != nil { // 6. what the program adds, followed by 4 and 5
		return nil, err
	}
	if !b.DryRun {
		if err := s.commit(ctx, w); err != nil { // 7. records, change log and documents at once
			return nil, err
		}
		w.crowded = !landed()
	}
	return w, nil
}

// writing is one batch on its way through the steps.
type writing struct {
	*Batch
	svc     *Service
	changes []entityChange
	snap    *catalog.Snapshot
	sides   map[schema.EntityID]*side
	works   []*work // first those of changes, in order; then those of the other sides of links
	byID    map[recordRef]*work
	rd      *reading // only inside the view
	finder  *finder
	at      int64
	replay  *replayNote
	errs    []*fail.Error
	quiet   map[schema.EntityID]*side // of records that look at those of the batch
	later   []catalog.RecalcStep      // what the commit leaves to a job
	again   []catalog.RecalcStep      // what is looked at again if others wrote meanwhile
	job     *catalog.Recalc
	crowded bool // others wrote at the same time
	alone   bool // bring no records of others into the batch
}

type recordRef struct {
	entity schema.EntityID
	id     schema.RecordID
}

// side is one entity that the batch writes to.
type side struct {
	rights *access.Rights
	entity *schema.Entity
	shape  *store.Shape
}

// work is what becomes of one record.
type work struct {
	change  *Change // nil: the other side of a link
	index   int     // of the change in the batch
	side    *side
	op      store.OpKind
	upsert  bool             // a create that found its record
	quiet   bool             // changes by what it looks at, not by the actor
	back    bool             // as entityChange.back
	linked  []schema.FieldID // links held by others that the actor changes
	before  *schema.Record   // nil for create
	after   *schema.Record
	access  access.Access // on before; not for create
	set     schema.Values // changed values
	prior   schema.Values // what they replace
	numbers []store.Number
}

// begin finds out whom and what the batch concerns.
func (s *Service) begin(ctx context.Context, b *Batch, changes []entityChange) (*writing, error) {
	snap, err := s.catalog.Tenant(ctx, b.Actor.Tenant)
	if err != nil {
		return nil, err
	}
	w := &writing{
		Batch: b, svc: s, changes: changes, snap: snap, sides: map[schema.EntityID]*side{},
		byID: map[recordRef]*work{}, at: s.now().UnixMilli(),
	}
	for i := range changes {
		if _, err := w.side(changes[i].entity); err != nil {
			return nil, err
		}
	}
	if b.Typecast {
		if err := s.addChoices(ctx, w); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *writing) side(e schema.EntityID) (*side, error) {
	if sd := w.sides[e]; sd != nil {
		return sd, nil
	}
	r, err := w.svc.policy.Rights(w.Actor, w.snap, e)
	if err != nil {
		return nil, err
	}
	sd := &side{rights: r, entity: r.Entity(), shape: w.snap.Shape(e)}
	w.sides[e] = sd
	return sd, nil
}

// load reads the records that change, and what an earlier batch with the same key did.
func (w *writing) load() error {
	if err := w.loadReplay(); err != nil || w.replay != nil {
		return err
	}
	w.finder = newFinder(w.rd)
	found, err := w.loadTargets()
	if err != nil {
		return err
	}
	for i := range w.changes {
		c := &w.changes[i]
		wk := &work{change: &c.Change, index: i, back: c.back, side: w.sides[c.entity], op: c.Op}
		if c.Op != store.OpCreate {
			wk.before = found[recordRef{c.entity, c.ID}]
			if wk.before == nil {
				return w.at1(i, fail.New(fail.NotFound, "record.notFound"))
			}
		}
		w.works = append(w.works, wk)
	}
	if len(w.UpsertOn) > 0 {
		if err := w.matchUpserts(); err != nil {
			return err
		}
	}
	for _, wk := range w.works {
		ref := recordRef{wk.side.entity.ID, wk.change.ID}
		if wk.before != nil {
			ref.id = wk.before.ID
		}
		if w.byID[ref] != nil {
			return w.at1(wk.index, fail.New(fail.Invalid, "batch.doubleRecord"))
		}
		w.byID[ref] = wk
		wk.prepare(ref.id, w)
		if err := w.lookAhead(wk); err != nil {
			return err
		}
	}
	return nil
}

// loadTargets reads the live or trashed records that the changes name.
func (w *writing) loadTargets() (map[recordRef]*schema.Record, error) {
	live, trash := map[schema.EntityID][]schema.RecordID{}, map[schema.EntityID][]schema.RecordID{}
	for _, c := range w.changes {
		switch c.Op {
		case store.OpUpdate, store.OpTrash:
			live[c.entity] = append(live[c.entity], c.ID)
		case store.OpRestore, store.OpPurge:
			trash[c.entity] = append(trash[c.entity], c.ID)
		case store.OpCreate:
		default:
			return nil, fail.New(fail.Invalid, "batch.badOp")
		}
	}
	found := map[recordRef]*schema.Record{}
	keep := func(e schema.EntityID, recs []*schema.Record) {
		for _, r := range recs {
			if r != nil {
				found[recordRef{e, r.ID}] = r
			}
		}
	}
	for e, ids := range live {
		recs, err := w.rd.r.Get(w.rd.ctx, w.sides[e].shape, ids, nil)
		if err != nil {
			return nil, fmt.Errorf("load records: %w", err)
		}
		keep(e, recs)
	}
	for e, ids := range trash {
		recs, err := w.rd.r.Trashed(w.rd.ctx, w.sides[e].shape, ids)
		if err != nil {
			return nil, fmt.Errorf("load trashed records: %w", err)
		}
		keep(e, recs)
	}
	return found, nil
}

// prepare makes the record that will be.
func (wk *work) prepare(id schema.RecordID, w *writing) {
	wk.set, wk.prior = schema.Values{}, schema.Values{}
	after := &schema.Record{ID: id, Version: 1, CreatedAt: w.at, CreatedBy: w.Actor.User, Values: schema.Values{}}
	if b := wk.before; b != nil {
		after.Version, after.CreatedAt, after.CreatedBy = b.Version, b.CreatedAt, b.CreatedBy
		after.UpdatedAt, after.UpdatedBy = b.UpdatedAt, b.UpdatedBy
		maps.Copy(after.Values, b.Values)
	} else {
		after.UpdatedAt, after.UpdatedBy = w.at, w.Actor.User
	}
	wk.after = after
}

// authorize asks whether the actor may do what each change does to its record.
// A record that may not be read is not there.
func (w *writing) authorize() error {
	for _, wk := range w.works {
		if err := w.authorizeOne(wk); err != nil {
			return w.at1(wk.index, err)
		}
	}
	return nil
}

func (w *writing) authorizeOne(wk *work) *fail.Error {
	if wk.op == store.OpCreate {
		if !wk.side.rights.May(access.Create) {
			return fail.New(fail.Forbidden, "record.createDenied")
		}
		return nil
	}
	wk.access = w.rd.of(wk.side.rights, wk.before)
	if !wk.access.May(access.Read) {
		return fail.New(fail.NotFound, "record.notFound")
	}
	need, code := access.Delete, "record.deleteDenied"
	if wk.op == store.OpUpdate {
		need, code = access.Write, "record.writeDenied"
	}
	if !wk.access.May(need) {
		return fail.New(fail.Forbidden, code)
	}
	if v := wk.change.Version; v != 0 && v != wk.before.Version && !w.rd.onlyQuiet(wk.side.entity, wk.before.ID, v) {
		return w.stale(wk)
	}
	return nil
}

// stale is the conflict of a change whose version is past; it carries the
// record as the actor may see it now.
func (w *writing) stale(wk *work) *fail.Error {
	e := fail.New(fail.Conflict, "record.stale").With("version", int64(wk.before.Version))
	rows, err := w.rd.present(wk.side.rights, w.svc.columns(wk.side.rights, nil), []*schema.Record{wk.before})
	if err != nil {
		return e.Because(err)
	}
	e.Current = rows[0]
	return e
}

// at1 marks an error with the index of its change, where there are several.
func (w *writing) at1(i int, e *fail.Error) error {
	if e == nil {
		return nil
	}
	if len(w.changes) > 1 {
		return e.With("index", i)
	}
	return e
}

// applyRules lets the builder's rules refuse a record or set values, which are
// checked like any other input.
func (s *Service) applyRules(ctx context.Context, w *writing) error {
	for _, rule := range s.rules {
		for _, wk := range w.works {
			if wk.change == nil || (wk.op != store.OpCreate && wk.op != store.OpUpdate) {
				continue
			}
			patch, err := rule(ctx, wk.side.entity, wk.before, wk.after)
			if err != nil {
				return err
			}
			for f, v := range patch {
				if err := wk.assign(wk.side.entity.Field(f), v); err != nil {
					return w.at1(wk.index, err)
				}
			}
			err = s.view(ctx, w.snap, w.Actor, func(rd *reading) error {
				w.rd = rd
				if err := w.compute(); err != nil {
					return err
				}
				return w.check()
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}
