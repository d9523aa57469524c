package mongo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"tongban/runtime/store"
	"tongban/schema"
)

// slotCount is how many index slots the documents of an entity have.
const slotCount = 20

// fresh is how long a layout is used without looking whether another process
// has changed it.
const fresh = 2 * time.Second

// state is how far a part of a layout is.
type state int32

const (
	building state = iota + 1 // written by all, not yet in all documents
	ready                     // in all documents: queries may rely on it
	leaving                   // written by none, still in some documents
)

type slot struct {
	N     int   `bson:"n"`
	State state `bson:"s"`
}

// layout says what the documents of an entity hold beside their values. It is
// immutable; Gen rises with each change. Every process writes by a layout at
// most `fresh` old, so what is new may be built once that time has passed.
type layout struct {
	Tenant schema.TenantID  `bson:"t"`
	Entity schema.EntityID  `bson:"e"`
	Gen    int64            `bson:"g"`
	Shape  *store.Shape     `bson:"shape"`
	Known  []schema.FieldID `bson:"known"` // every field that ever was
	Slots  map[string]slot  `bson:"slots"` // by keyName
	Parts  map[string]state `bson:"parts"` // "k…" sort keys, "x…" grams, "u…" claims, by stored name
}

func (l *layout) docID() string {
	return strconv.FormatInt(int64(l.Tenant), 10) + "." + strconv.FormatInt(int64(l.Entity), 10)
}

// slotFor returns the slot that a document's field is written to.
func (l *layout) slotFor(f *store.FieldShape) (int, bool) {
	s, ok := l.Slots[keyName(f)]
	return s.N, ok && s.State != leaving
}

// readySlot returns the slot that queries may use for a field.
func (l *layout) readySlot(f *store.FieldShape) (string, bool) {
	s, ok := l.Slots[keyName(f)]
	return "s." + strconv.Itoa(s.N), ok && s.State == ready
}

func keyPart(f *store.FieldShape) string   { return "k" + keyName(f) }
func gramPart(f *store.FieldShape) string  { return "x" + nameOf(f.ID, f.Kind) }
func claimPart(f *store.FieldShape) string { return "u" + nameOf(f.ID, f.Kind) }

func (l *layout) searchable(f *store.FieldShape) bool {
	return l.Parts[gramPart(f)] == ready
}

// unfinished reports whether there is something to build or to clear away.
func (l *layout) unfinished() bool {
	for _, s := range l.Slots {
		if s.State != ready {
			return true
		}
	}
	for _, s := range l.Parts {
		if s != ready {
			return true
		}
	}
	return false
}

// serves reports whether a shape asks for nothing that the layout lacks.
func (l *layout) serves(s *store.Shape) bool {
	return s == l.Shape || s.Rev < l.Shape.Rev || s.Rev == l.Shape.Rev && slices.Equal(s.Fields, l.Shape.Fields)
}

// adopt returns the layout that serves a shape. A first layout is ready at
// once: nobody can have written without one.
func (l *layout) adopt(s *store.Shape) *layout {
	n := &layout{
		Tenant: l.Tenant, Entity: l.Entity, Gen: l.Gen + 1, Shape: s, Known: slices.Clone(l.Known),
		Slots: maps.Clone(l.Slots), Parts: maps.Clone(l.Parts),
	}
	if l.Gen == 0 {
		n.Slots, n.Parts = map[string]slot{}, map[string]state{}
	}
	wantSlots, wantParts := wanted(s)
	n.adoptParts(wantParts, l)
	n.adoptSlots(wantSlots, l.Gen == 0)
	for i := range s.Fields {
		if id := s.Fields[i].ID; !slices.Contains(n.Known, id) {
			n.Known = append(n.Known, id)
		}
	}
	return n
}

// wanted lists what a shape asks for, in the order of its fields.
func wanted(s *store.Shape) (slots []string, parts map[string]schema.FieldID) {
	parts = map[string]schema.FieldID{}
	for i := range s.Fields {
		f := &s.Fields[i]
		if f.Indexed && f.Kind != schema.KindSet && f.Kind != schema.KindJSON {
			slots = append(slots, keyName(f))
		}
		if hasKey(f) {
			parts[keyPart(f)] = f.ID
		}
		if f.Searchable && f.Kind == schema.KindText {
			parts[gramPart(f)] = f.ID
		}
		if f.Unique {
			parts[claimPart(f)] = f.ID
		}
	}
	return slots, parts
}

func (l *layout) adoptParts(want map[string]schema.FieldID, old *layout) {
	for name, id := range want {
		if _, has := l.Parts[name]; has {
			continue
		}
		l.Parts[name] = building
		if !slices.Contains(old.Known, id) {
			l.Parts[name] = ready // no document has a value of it
		}
	}
	for name := range l.Parts {
		if _, stays := want[name]; stays {
			continue
		}
		if name[0] == 'u' {
			l.Parts[name] = leaving
			continue
		}
		delete(l.Parts, name)
	}
}

func (l *layout) adoptSlots(want []string, first bool) {
	used := map[int]bool{}
	for name, s := range l.Slots {
		used[s.N] = true
		if !slices.Contains(want, name) {
			l.Slots[name] = slot{N: s.N, State: leaving}
		}
	}
	n := 1
	for _, name := range want {
		if _, has := l.Slots[name]; has {
			continue
		}
		for used[n] {
			n++
		}
		if n > slotCount {
			return
		}
		used[n] = true
		l.Slots[name] = slot{N: n, State: building}
		if first {
			l.Slots[name] = slot{N: n, State: ready}
		}
	}
}

type layoutKey struct {
	t schema.TenantID
	e schema.EntityID
}

type cachedLayout struct {
	layout *layout
	loaded time.Time
	tick   int64 // of the engine, when this Gen was first seen
}

// Ensure makes the storage of an entity fit its shape.
func (e *Engine) Ensure(ctx context.Context, t schema.TenantID, s *store.Shape) (err error) {
	defer told(ctx, &err)
	_, err = e.layoutFor(ctx, t, s)
	return err
}

// layoutFor returns a layout that serves a shape, and stores it where it is new.
func (e *Engine) layoutFor(ctx context.Context, t schema.TenantID, s *store.Shape) (*layout, error) {
	for range 20 {
		l, err := e.layoutOf(ctx, t, s.Entity)
		if err != nil {
			return nil, err
		}
		if l.Gen > 0 && l.serves(s) {
			return l, nil
		}
		n := l.adopt(s)
		stored, err := e.storeLayout(ctx, l, n)
		if err != nil {
			return nil, err
		}
		if stored {
			return n, nil
		}
	}
	return nil, fmt.Errorf("layout of entity %d: %w", s.Entity, store.ErrBusy)
}

// layoutOf returns the layout that an entity has; one with Gen 0 where it has none.
func (e *Engine) layoutOf(ctx context.Context, t schema.TenantID, ent schema.EntityID) (*layout, error) {
	key := layoutKey{t, ent}
	now := e.now()
	e.mu.Lock()
	c, ok := e.layouts[key]
	e.mu.Unlock()
	if ok && now.Sub(c.loaded) < fresh {
		return c.layout, nil
	}
	l, err := e.readLayout(ctx, t, ent)
	if err != nil || l.Gen == 0 {
		return l, err
	}
	if ok && l.Gen == c.layout.Gen {
		l = c.layout
	}
	e.keepLayout(l, now)
	return l, nil
}

// readLayout reads a stored layout, in the session of ctx if it has one.
func (e *Engine) readLayout(ctx context.Context, t schema.TenantID, ent schema.EntityID) (*layout, error) {
	l := &layout{Tenant: t, Entity: ent}
	err := e.entities.FindOne(ctx, bson.D{{Key: "_id", Value: l.docID()}}).Decode(l)
	if errors.Is(err, driver.ErrNoDocuments) {
		return &layout{Tenant: t, Entity: ent, Shape: &store.Shape{Entity: ent, Rev: -1}}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("mongo: read layout: %w", err)
	}
	return l, nil
}

func (e *Engine) keepLayout(l *layout, now time.Time) {
	e.mu.Lock()
	e.tick++
	c := cachedLayout{l, now, e.tick}
	if old, ok := e.layouts[layoutKey{l.Tenant, l.Entity}]; ok && old.layout.Gen == l.Gen {
		c.tick = old.tick
	}
	e.layouts[layoutKey{l.Tenant, l.Entity}] = c
	e.mu.Unlock()
	if l.unfinished() {
		e.builder.want(layoutKey{l.Tenant, l.Entity})
	}
}

func (e *Engine) forgetLayouts(t schema.TenantID, drop func(schema.EntityID) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for k := range e.layouts {
		if k.t == t && drop(k.e) {
			delete(e.layouts, k)
		}
	}
}

// storeLayout replaces a layout unless another process did so first.
func (e *Engine) storeLayout(ctx context.Context, old, l *layout) (bool, error) {
	now := e.now()
	doc, err := l.document()
	if err != nil {
		return false, err
	}
	if old.Gen == 0 {
		_, err := e.entities.InsertOne(ctx, doc)
		if driver.IsDuplicateKeyError(err) {
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("store layout: %w", err)
		}
		e.keepLayout(l, now)
		return true, nil
	}
	res, err := e.entities.ReplaceOne(ctx, bson.D{{Key: "_id", Value: l.docID()}, {Key: "g", Value: old.Gen}}, doc)
	if err != nil {
		return false, fmt.Errorf("store layout: %w", err)
	}
	if res.MatchedCount == 0 {
		e.forgetLayouts(l.Tenant, func(ent schema.EntityID) bool { return ent == l.Entity })
		return false, nil
	}
	e.keepLayout(l, now)
	return true, nil
}

func (l *layout) document() (bson.D, error) {
	raw, err := bson.Marshal(l)
	if err != nil {
		return nil, fmt.Errorf("encode layout: %w", err)
	}
	doc := bson.D{{Key: "_id", Value: l.docID()}}
	err = each(raw, func(k string, v bson.RawValue) error {
		doc = append(doc, bson.E{Key: k, Value: v})
		return nil
	})
	return doc, err
}
