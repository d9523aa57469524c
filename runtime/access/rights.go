package access

import (
	"fmt"
	"slices"
	"time"

	"tongban/schema"
	"tongban/schema/query"
)

// Rights are what one actor may do with one entity's records, at one moment.
// They are cheap to make and meant to live as long as one request.
type Rights struct {
	c      *compiled
	actor  Actor
	scopes []scope // parallel to c.grants
	writes actSet  // the acts that are not stripped from this actor
}

// Lookup is what scopes that look at linked records need.
type Lookup = query.Lookup

// Access is what the actor may do with one record.
type Access struct {
	Read, Write, Masked Mask
	acts                actSet
}

// May says whether an act is allowed on the record.
func (a Access) May(act Act) bool { return a.acts.has(act) }

// Right is the widest right on a field of the record.
func (a Access) Right(f schema.FieldID) schema.Right { return rightOf(f, a.Read, a.Write, a.Masked) }

func rightOf(f schema.FieldID, read, write, masked Mask) schema.Right {
	switch {
	case write.Has(f) && read.Has(f):
		return schema.WriteRight
	case read.Has(f):
		return schema.ReadRight
	case masked.Has(f):
		return schema.Masked
	}
	return schema.Hidden
}

func bind(c *compiled, a Actor, d Data, now time.Time) *Rights {
	r := &Rights{c: c, actor: a, scopes: make([]scope, len(c.grants)), writes: 0xff}
	if a.ReadOnly && !a.System {
		r.writes = 0
		for i, act := range acts {
			if act == Read || act == Export {
				r.writes |= 1 << i
			}
		}
	}
	for i := range c.grants {
		r.scopes[i] = bindScope(c.entity, c.grants[i].scope, a, d, now)
	}
	return r
}

// Entity is the entity that the rights are about.
func (r *Rights) Entity() *schema.Entity { return r.c.entity }

// Actor is whose rights these are.
func (r *Rights) Actor() Actor { return r.actor }

// May says whether an act is allowed on some record at least.
func (r *Rights) May(a Act) bool { return (r.c.acts & r.writes).has(a) }

// Readable says whether a field can be read on some record at least. A field
// that is not readable is, to the actor, a field that does not exist.
func (r *Rights) Readable(f schema.FieldID) bool { return r.c.read.Has(f) }

// Right is the widest right that the actor has on a field of any record.
func (r *Rights) Right(f schema.FieldID) schema.Right {
	switch {
	case r.c.read.Has(f) && (r.May(Write) && r.c.write.Has(f) || r.May(Create) && r.c.create.Has(f)):
		return schema.WriteRight
	case r.c.read.Has(f):
		return schema.ReadRight
	case r.c.masked.Has(f):
		return schema.Masked
	}
	return schema.Hidden
}

// Knows says whether the actor knows of a field: it is not hidden everywhere.
func (r *Rights) Knows(f schema.FieldID) bool { return r.c.read.Has(f) || r.c.masked.Has(f) }

// Creatable says whether a field may be given a value when a record is made.
func (r *Rights) Creatable(f schema.FieldID) bool { return r.May(Create) && r.c.create.Has(f) }

// Class names the actors who see the same: two rights with the same class
// give the same answer for every record and field.
func (r *Rights) Class() string {
	if r.Personal() {
		return fmt.Sprintf("%s#%d/%d/%t", r.c.class, r.actor.User, r.actor.Department, r.actor.ReadOnly)
	}
	return fmt.Sprintf("%s#%t", r.c.class, r.actor.ReadOnly)
}

// Personal says whether the rights depend on who the actor is, not on the roles alone.
func (r *Rights) Personal() bool {
	return slices.ContainsFunc(r.scopes, func(s scope) bool { return s.kind != scopeAll })
}

// RowFilter is the condition under which a record can be read at all and the
// named fields of it can be read too. Whoever filters, sorts, groups or
// searches by a field names it here, so that the records whose field is hidden
// take no part. It is nil where every record passes.
func (r *Rights) RowFilter(fields ...schema.FieldID) query.Expr {
	var out query.And
	need := append([]schema.FieldID{schema.SysID}, fields...)
	var done []string
	for _, f := range need {
		x, name := r.where(func(g *grant) bool { return g.acts.has(Read) && g.read.Has(f) })
		if x == nil || slices.Contains(done, name) {
			continue
		}
		done = append(done, name)
		out = append(out, x)
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}

// RowFilterFor is the condition under which an act is allowed on a record.
func (r *Rights) RowFilterFor(a Act) query.Expr {
	if !r.May(a) {
		return query.Or{}
	}
	x, _ := r.where(func(g *grant) bool { return g.acts.has(a) })
	return x
}

// where is the union of the scopes of the grants that pass, nil for everything,
// and a name that is the same for the same choice of grants.
func (r *Rights) where(pass func(*grant) bool) (query.Expr, string) {
	out := query.Or{}
	name := make([]byte, len(r.scopes))
	for i := range r.scopes {
		if !pass(&r.c.grants[i]) {
			continue
		}
		if r.scopes[i].kind == scopeAll {
			return nil, ""
		}
		name[i] = 1
		out = append(out, r.scopes[i].expr)
	}
	if len(out) == 1 {
		return out[0], string(name)
	}
	return out, string(name)
}

// ScopeFields lists the fields that must be loaded before Of can judge a record.
func (r *Rights) ScopeFields() []schema.FieldID {
	var out []schema.FieldID
	for i := range r.scopes {
		for _, f := range r.scopes[i].fields {
			if f > 0 && !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// NeedsLookup says whether judging a record may look at linked records.
func (r *Rights) NeedsLookup() bool {
	return slices.ContainsFunc(r.scopes, func(s scope) bool { return s.kind == scopeFilter })
}

// Known is the access to every record that passes RowFilter(), where that does
// not depend on the record.
func (r *Rights) Known() (Access, bool) {
	if len(r.c.grants) != 1 {
		return Access{}, false
	}
	return r.access(&r.c.grants[0]), true
}

// Of judges one record. in may be nil where NeedsLookup is false.
func (r *Rights) Of(rec *schema.Record, in Lookup) Access {
	var out Access
	first := true
	for i := range r.scopes {
		if !r.scopes[i].matches(rec, in) {
			continue
		}
		a := r.access(&r.c.grants[i])
		if first {
			out, first = a, false
			continue
		}
		out.acts |= a.acts
		out.Read, out.Write, out.Masked = out.Read.union(a.Read), out.Write.union(a.Write), out.Masked.union(a.Masked)
	}
	if !out.acts.has(Read) { // what cannot be read cannot be touched
		return Access{}
	}
	return out
}

func (r *Rights) access(g *grant) Access {
	a := Access{acts: g.acts & r.writes, Read: g.read, Masked: g.masked}
	if a.acts.has(Write) {
		a.Write = g.write
	}
	return a
}
