package catalog

import (
	"context"
	"slices"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/store"
	"tongban/schema"
)

const kindAutoIndex = "autoIndex"

// The limits of indexes that are made because queries were slow.
const (
	MaxAutoIndexes = 8                   // of an entity
	AutoIndexLife  = 30 * 24 * time.Hour // without a use
	// autoIndexNote is how old the note of the last use may be.
	autoIndexNote = 24 * time.Hour
)

// autoIndexes is a document: the fields of an entity that have an index because
// queries over them were slow.
type autoIndexes struct {
	Entity  schema.EntityID `json:"entity"`
	Fields  []AutoIndex     `json:"fields"`
	version schema.Version
}

// AutoIndex is one of them.
type AutoIndex struct {
	Field schema.FieldID `json:"field"`
	Since int64          `json:"since"` // ms
	Used  int64          `json:"used"`  // ms, of the last use to within a day
}

// AutoIndexes lists the fields of an entity that have an index because queries
// over them were slow.
func (s *Snapshot) AutoIndexes(e schema.EntityID) []AutoIndex {
	if a := s.autos[e]; a != nil {
		return a.Fields
	}
	return nil
}

// Indexable reports whether another field of an entity can be given an index,
// and has none yet.
func (s *Snapshot) Indexable(ent schema.EntityID, f schema.FieldID) bool {
	shape := s.Shape(ent)
	if shape == nil {
		return false
	}
	fs := shape.Field(f)
	if fs == nil || fs.Indexed || fs.Kind == schema.KindSet || fs.Kind == schema.KindJSON {
		return false
	}
	return !s.IndexesFull(ent)
}

// IndexesFull reports whether an entity has as many indexes as it may.
func (s *Snapshot) IndexesFull(ent schema.EntityID) bool {
	e := s.Entity(ent)
	return e == nil || len(s.AutoIndexes(ent)) >= MaxAutoIndexes || len(asked(e, s.byEntity[ent], s.AutoIndexes(ent))) >= maxIndexed
}

// AddAutoIndex gives a field an index, because queries over it were slow. It
// reports whether one is being made now.
func (c *Catalog) AddAutoIndex(ctx context.Context, t schema.TenantID, ent schema.EntityID, f schema.FieldID) (added bool, err error) {
	err = c.autoIndex(ctx, t, ent, func(s *Snapshot, list []AutoIndex) ([]AutoIndex, bool) {
		if added = s.Indexable(ent, f); !added {
			return list, false
		}
		now := c.now().UnixMilli()
		return append(list, AutoIndex{Field: s.Entity(ent).Behind(f).ID, Since: now, Used: now}), true
	})
	return added && err == nil, err
}

// UseAutoIndexes notes that queries went through the indexes of fields, and
// drops those that were not used for too long. Most of the time there is nothing to do.
func (c *Catalog) UseAutoIndexes(ctx context.Context, t schema.TenantID, ent schema.EntityID, used []schema.FieldID) error {
	return c.autoIndex(ctx, t, ent, func(s *Snapshot, list []AutoIndex) ([]AutoIndex, bool) {
		out, _ := c.tended(list, s.behind(ent, used))
		return out, len(out) != len(list)
	})
}

// AutoIndexesDue reports whether UseAutoIndexes would change something.
func (c *Catalog) AutoIndexesDue(s *Snapshot, ent schema.EntityID, used []schema.FieldID) bool {
	list := s.AutoIndexes(ent)
	if len(list) == 0 {
		return false
	}
	_, due := c.tended(list, s.behind(ent, used))
	return due
}

// behind are the fields to which stored values belong.
func (s *Snapshot) behind(ent schema.EntityID, stored []schema.FieldID) []schema.FieldID {
	e := s.Entity(ent)
	if e == nil {
		return stored
	}
	out := slices.Clone(stored)
	for i, id := range out {
		if f := e.Behind(id); f != nil {
			out[i] = f.ID
		}
	}
	return out
}

func (c *Catalog) tended(list []AutoIndex, used []schema.FieldID) (out []AutoIndex, changed bool) {
	now := c.now()
	for _, a := range list {
		age := now.Sub(time.UnixMilli(a.Used))
		switch {
		case slices.Contains(used, a.Field):
			if age >= autoIndexNote {
				a.Used, changed = now.UnixMilli(), true
			}
		case age >= AutoIndexLife:
			changed = true
			continue
		}
		out = append(out, a)
	}
	return out, changed
}

// autoIndex changes the list of an entity. build says whether the shape changes with it.
func (c *Catalog) autoIndex(ctx context.Context, t schema.TenantID, ent schema.EntityID, build func(*Snapshot, []AutoIndex) ([]AutoIndex, bool)) error {
	return c.change(ctx, access.Actor{Tenant: t, System: true}, func(s *Snapshot) ([]store.DocOp, error) {
		e := s.Entity(ent)
		if e == nil {
			return nil, nil
		}
		next := autoIndexes{Entity: ent}
		var version schema.Version
		if old := s.autos[ent]; old != nil {
			version = old.version
		}
		list, reshaped := build(s, slices.Clone(s.AutoIndexes(ent)))
		if slices.Equal(list, s.AutoIndexes(ent)) {
			return nil, nil
		}
		next.Fields = list
		op, err := put(kindAutoIndex, entityKey(ent), version, next)
		docs := []store.DocOp{op}
		if err != nil || !reshaped {
			return docs, err
		}
		x, err := edit(e)
		if err != nil {
			return nil, err
		}
		more, err := docsOf(x)
		return append(docs, more...), err
	})
}
