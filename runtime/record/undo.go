package record

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/formula"
)

// maxUndo is how many changes one undo takes back.
const maxUndo = 50_000

// fading is how long before changes are forgotten no undo reads them any more: a
// change set may be forgotten in parts, and half of it would be taken back.
const fading = 24 * time.Hour

func (s *Service) fades(at int64) bool {
	return s.history > 0 && s.now().UnixMilli()-at > (s.history-fading).Milliseconds()
}

// undoWindow is how long one's own step of a status may be taken back whatever
// its transitions say (ADR 8).
const undoWindow = 24 * time.Hour

// The reasons of a Skip.
const (
	skipChanged = "undo.changedSince"
	skipGone    = "undo.gone"
	skipDenied  = "undo.notAllowed"
)

// Undo takes back what was committed under a change set: fields go back to
// what they held unless somebody has changed them since, made records go to
// the trash and trashed ones come out of it. What cannot be taken back is
// listed in Skipped. Only who made the change set, or an administrator, may;
// to others it is NotFound. A status goes back against its transitions only for
// who took the step, within 24 hours. The undo is a change set of its own, so it can be
// undone. Sets of more than 1,000 records are taken back in several commits.
func (s *Service) Undo(ctx context.Context, a access.Actor, changeSet string) (*Result, error) {
	b := Batch{Actor: a, Via: "undo", Changes: []Change{{Op: store.OpUpdate}}}
	if err := s.admit(&b); err != nil {
		return nil, err
	}
	b.Changes = nil
	snap, err := s.catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	u := &undoing{nets: map[recordRef]*net{}}
	err = s.view(ctx, snap, a, func(rd *reading) error {
		list, err := rd.r.ChangeSet(ctx, changeSet, maxUndo+1)
		if err != nil {
			return fmt.Errorf("read the change set: %w", err)
		}
		if len(list) == 0 || (list[0].Origin.Actor != a.User && !a.IsAdmin()) {
			return fail.New(fail.NotFound, "changeSet.notFound")
		}
		if s.fades(list[0].Origin.At) {
			return fail.New(fail.NotFound, "changeSet.notFound")
		}
		if len(list) > maxUndo {
			return fail.New(fail.TooLarge, "undo.tooLarge").With("max", maxUndo)
		}
		u.rd, u.free = rd, list[0].Origin.Actor == a.User && s.now().UnixMilli()-list[0].Origin.At <= undoWindow.Milliseconds()
		u.gather(list)
		return u.decide()
	})
	if err != nil {
		return nil, err
	}
	out := &Result{ChangeSet: b.ChangeSet, Skipped: u.skipped}
	for part := range slices.Chunk(u.changes, MaxBatch) {
		res, err := s.write(ctx, &b, part)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, res.Rows...)
		out.Created += res.Created
		out.Updated += res.Updated
	}
	return out, nil
}

// net is what a change set did to one record, all its changes together.
type net struct {
	ref           recordRef
	ops           []store.OpKind
	before, after schema.Values // of updates: first before, last after
	last          schema.Version
}

type undoing struct {
	rd      *reading
	nets    map[recordRef]*net
	order   []recordRef
	changes []entityChange
	skipped []Skip
	free    bool // transitions do not bind this undo
}

func (u *undoing) gather(list []store.Change) {
	for i := range list {
		c := &list[i]
		if c.Op == store.OpDoc {
			continue
		}
		ref := recordRef{c.Entity, c.Record}
		n := u.nets[ref]
		if n == nil {
			n = &net{ref: ref, before: schema.Values{}, after: schema.Values{}}
			u.nets[ref] = n
			u.order = append(u.order, ref)
		}
		n.ops = append(n.ops, c.Op)
		n.last = max(n.last, c.Version)
		if c.Op != store.OpUpdate {
			continue
		}
		e := u.rd.snap.Entity(c.Entity)
		for f := range both(c.Before, c.After) {
			if isComputed(e, f) {
				continue
			}
			if _, seen := n.after[f]; !seen {
				n.before[f] = c.Before[f]
			}
			n.after[f] = c.After[f]
		}
	}
}

func both(a, b schema.Values) map[schema.FieldID]bool {
	out := make(map[schema.FieldID]bool, len(a)+len(b))
	for f := range a {
		out[f] = true
	}
	for f := range b {
		out[f] = true
	}
	return out
}

func (u *undoing) decide() error {
	for _, ref := range u.order {
		if err := u.decideOne(u.nets[ref]); err != nil {
			return err
		}
	}
	return nil
}

func (u *undoing) skip(n *net, f, code string) {
	u.skipped = append(u.skipped, Skip{Entity: n.ref.entity, Record: n.ref.id, Field: f, Code: code})
}

func (u *undoing) decideOne(n *net) error {
	r, shape := u.rd.rights(n.ref.entity), u.rd.snap.Shape(n.ref.entity)
	if r == nil || shape == nil {
		u.skip(n, "", skipGone)
		return nil
	}
	rec, err := u.rd.anyRecord(shape, n.ref.id)
	if err != nil {
		return err
	}
	if rec == nil {
		u.skip(n, "", skipGone)
		return nil
	}
	live, err := u.rd.r.Get(u.rd.ctx, shape, []schema.RecordID{n.ref.id}, []schema.FieldID{})
	if err != nil {
		return fmt.Errorf("load record: %w", err)
	}
	acc := u.rd.of(r, rec)
	op, ok := n.inverse(live[0] != nil)
	switch {
	case !acc.May(access.Read):
		u.skip(n, "", skipDenied)
	case !ok:
		if live[0] == nil && len(n.after) > 0 {
			u.skip(n, "", skipGone)
		}
	case op != store.OpUpdate && !acc.May(access.Delete):
		u.skip(n, "", skipDenied)
	case op == store.OpTrash && rec.Version != n.last && !u.rd.onlyQuiet(r.Entity(), n.ref.id, n.last):
		u.skip(n, "", skipChanged)
	case op == store.OpUpdate:
		u.revert(n, r.Entity(), rec, acc)
	default:
		u.add(n, op, rec.Version, nil)
	}
	return nil
}

// inverse is the op that takes the record back to where it was before.
func (n *net) inverse(live bool) (store.OpKind, bool) {
	wasLive := n.ops[0] != store.OpCreate && n.ops[0] != store.OpRestore
	switch {
	case wasLive && !live:
		return store.OpRestore, slices.Contains(n.ops, store.OpTrash)
	case !wasLive && live:
		return store.OpTrash, true
	case wasLive && live:
		return store.OpUpdate, len(n.after) > 0
	}
	return "", false
}

// revert sets the fields back that nobody has changed since.
func (u *undoing) revert(n *net, e *schema.Entity, rec *schema.Record, acc access.Access) {
	back := schema.Values{}
	for id, after := range n.after {
		f := e.Field(id)
		switch {
		case f == nil:
			u.skip(n, "", skipGone)
		case acc.Right(id) == schema.Hidden || acc.Right(id) == schema.Masked:
			u.skip(n, "", skipDenied)
		case acc.Right(id) != schema.WriteRight:
			u.skip(n, f.Key, skipDenied)
		case !sameValue(rec.Values[id], after):
			u.skip(n, f.Key, skipChanged)
		default:
			back[id] = n.before[id]
		}
	}
	u.leaveStates(n, e, rec, back)
	u.leaveLocked(n, e, rec, back)
	if len(back) > 0 {
		u.add(n, store.OpUpdate, rec.Version, back)
	}
}

// leaveStates takes out the steps back that no transition leads, where they bind.
func (u *undoing) leaveStates(n *net, e *schema.Entity, rec *schema.Record, back schema.Values) {
	if u.free || u.rd.actor.System {
		return
	}
	ev := newEvaluator(u.rd, nil)
	after := *rec
	after.Values = maps.Clone(rec.Values)
	maps.Copy(after.Values, back)
	holds := func(p *formula.Program) bool { return p.Eval(ev.env, evalRow{ev, e, &after}).IsTrue() }
	states := u.rd.svc.books.get(e).states
	for i := range states {
		s := &states[i]
		v, touched := back[s.f.ID]
		from, _ := rec.Values[s.f.ID].(int64)
		to, _ := v.(int64)
		if !touched || from == to || from == 0 && !s.from {
			continue
		}
		if to == 0 || !s.leads(schema.OptionID(from), schema.OptionID(to), u.rd.actor.Roles, holds) {
			u.skip(n, s.f.Key, skipDenied)
			delete(back, s.f.ID)
		}
	}
}

// leaveLocked takes out what has been locked since: it is locked now, and would
// be so afterwards. What locked a record may be taken back together with what it locks.
func (u *undoing) leaveLocked(n *net, e *schema.Entity, rec *schema.Record, back schema.Values) {
	ev := newEvaluator(u.rd, nil)
	rules := u.rd.svc.books.get(e).readOnly
	for left := -1; left != len(back); {
		left = len(back)
		after := *rec
		after.Values = maps.Clone(rec.Values)
		maps.Copy(after.Values, back)
		for _, r := range rules {
			_, touched := back[r.f.ID]
			if touched && r.p.Eval(ev.env, evalRow{ev, e, rec}).IsTrue() && r.p.Eval(ev.env, evalRow{ev, e, &after}).IsTrue() {
				u.skip(n, r.f.Key, skipDenied)
				delete(back, r.f.ID)
			}
		}
	}
}

func (u *undoing) add(n *net, op store.OpKind, v schema.Version, values schema.Values) {
	c := Change{Op: op, ID: n.ref.id, Version: v, Values: values}
	u.changes = append(u.changes, entityChange{Change: c, entity: n.ref.entity, back: true})
}
