package catalog

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/filter"
	"tongban/schema/formula"
)

// Ref names a field of an entity.
type Ref struct {
	Entity schema.EntityID
	Field  schema.FieldID
}

// Computed is a field whose values follow from others.
type Computed struct {
	Entity *schema.Entity
	Field  *schema.Field
	// Rank is greater than that of every computed field that this one reads.
	Rank    int
	Program *formula.Program // of a formula
	// Broken: a source is gone, or the field depends on itself; its value is #REF!.
	Broken bool
	// Stored: the value is kept in the record; else it is computed when read.
	Stored bool
	// Reads are the fields of the same record that the value follows from.
	Reads []schema.FieldID
	// Link is the link of a lookup, rollup or count.
	Link *schema.Field
	// Far are fields of other entities that the value follows from.
	Far []Far
	// Titles are lookups of links, and fields beyond a link, that lead to
	// records whose titles the value shows.
	Titles []Far
	// Relay: the node is no computed field; it passes something on.
	Relay Relay
}

// Far is a field of the records that a link leads to.
type Far struct {
	Link *schema.Field // of the entity that has the computed field; nil among Titles: the field is the record's own
	Ref
}

// Hop leads from a changed record to those with a computed field that follows from it.
type Hop struct {
	To   *Computed
	Link *schema.Field // of To's entity; it leads to the changed record's
}

// Graph is how the computed fields of a tenant follow from other fields. It is immutable.
type Graph struct {
	byEntity map[schema.EntityID][]*Computed // by rank
	nodes    map[Ref]*Computed
	near     map[Ref][]*Computed
	far      map[Ref][]Hop
	into     map[schema.EntityID][]Hop
	relays   relays
	cycle    []Ref
	models   map[schema.EntityID]int64
}

// Computed lists the computed fields of an entity, by rank.
func (g *Graph) Computed(e schema.EntityID) []*Computed { return g.byEntity[e] }

// Node returns a computed field, or nil.
func (g *Graph) Node(e schema.EntityID, f schema.FieldID) *Computed { return g.nodes[Ref{e, f}] }

// Near lists what follows from a field in the same record.
func (g *Graph) Near(e schema.EntityID, f schema.FieldID) []*Computed { return g.near[Ref{e, f}] }

// Far lists what follows from a field in other records.
func (g *Graph) Far(e schema.EntityID, f schema.FieldID) []Hop { return g.far[Ref{e, f}] }

// Into lists what follows from an entity's records coming and going.
func (g *Graph) Into(e schema.EntityID) []Hop { return g.into[e] }

// Touched lists the fields given and all that follow from them, by rank.
func (g *Graph) Touched(from []Ref) []*Computed {
	seen := map[*Computed]bool{}
	var out []*Computed
	visit := func(c *Computed) {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
			from = append(from, Ref{c.Entity.ID, c.Field.ID})
		}
	}
	from = slices.Clone(from)
	for len(from) > 0 {
		r := from[len(from)-1]
		from = from[:len(from)-1]
		if c := g.nodes[r]; c != nil {
			visit(c)
		}
		for _, c := range g.followers(r) {
			visit(c)
		}
	}
	slices.SortStableFunc(out, ByRank)
	return out
}

// ByRank orders nodes so that what they read comes first.
func ByRank(a, b *Computed) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Entity.ID, b.Entity.ID), cmp.Compare(a.Field.ID, b.Field.ID), cmp.Compare(a.Relay, b.Relay))
}

// buildGraph finds what follows from what. compile gives a formula's program, or nil.
func buildGraph(entities map[schema.EntityID]*schema.Entity, compile func(*schema.Entity, *schema.Field) *formula.Program) *Graph {
	g := &Graph{
		byEntity: map[schema.EntityID][]*Computed{}, nodes: map[Ref]*Computed{}, near: map[Ref][]*Computed{},
		far: map[Ref][]Hop{}, into: map[schema.EntityID][]Hop{}, relays: newRelays(),
	}
	for _, e := range entities {
		for i := range e.Fields {
			f := &e.Fields[i]
			if f.Deleted || !field.IsComputed(f) {
				continue
			}
			c := g.describe(entities, e, f, compile)
			g.relay(entities, c)
			g.nodes[Ref{e.ID, f.ID}] = c
			g.byEntity[e.ID] = append(g.byEntity[e.ID], c)
		}
	}
	g.rank()
	for id := range g.byEntity {
		slices.SortFunc(g.byEntity[id], ByRank)
	}
	for _, c := range g.all() {
		g.connect(c)
	}
	return g
}

// all lists the computed fields and what passes on between them.
func (g *Graph) all() []*Computed {
	out := make([]*Computed, 0, len(g.nodes))
	for _, m := range []map[Ref]*Computed{g.nodes, g.relays.titles, g.relays.held} {
		out = slices.AppendSeq(out, maps.Values(m))
	}
	slices.SortFunc(out, ByRank)
	return out
}

func (g *Graph) describe(entities map[schema.EntityID]*schema.Entity, e *schema.Entity, f *schema.Field, compile func(*schema.Entity, *schema.Field) *formula.Program) *Computed {
	c := &Computed{Entity: e, Field: f, Stored: kindOf(f) != 0}
	switch f.Type {
	case "formula":
		c.Program = compile(e, f)
		if c.Broken = c.Program == nil; c.Broken {
			return c
		}
		c.Reads = append(c.Reads, c.Program.Fields()...)
		if c.Program.ReadsUpdatedAt() {
			c.Reads = append(c.Reads, schema.SysUpdatedAt)
		}
	case "sla":
		c.Reads = clockReads(e, f)
	default:
		g.describeLinked(entities, c)
	}
	for _, id := range c.Reads {
		own := e.Field(id)
		if own == nil {
			continue
		}
		if t, ok := field.Of(own.Type); ok && t.Traits(own).System != 0 {
			c.Reads = append(c.Reads, t.Traits(own).System)
		}
		switch {
		case c.Link != nil: // it looks away
		case own.Type == "link": // shown by their titles
			if to := entities[own.Options.Entity]; to != nil {
				c.Far = append(c.Far, Far{own, Ref{to.ID, to.Title}})
			}
		default:
			g.showTitles(c, nil, e, own)
		}
	}
	return c
}

func (g *Graph) describeLinked(entities map[schema.EntityID]*schema.Entity, c *Computed) {
	o := &c.Field.Options
	c.Link = c.Entity.Field(o.Link)
	if c.Link == nil || c.Link.Type != "link" || entities[c.Link.Options.Entity] == nil {
		c.Broken, c.Link = true, nil
		return
	}
	to := entities[c.Link.Options.Entity]
	c.Reads = append(c.Reads, c.Link.ID)
	names := filter.Fields(o.Filter)
	for _, k := range o.Sort {
		names = append(names, schema.FormatID(schema.PrefixField, k.Field))
	}
	if c.Field.Type != "count" {
		names = append(names, schema.FormatID(schema.PrefixField, o.Field))
		src := to.Field(o.Field)
		c.Broken = src == nil || kindOf(c.Field) == 0
		if src != nil && (o.Op == "concat" || o.Op == "countDistinct") {
			g.showTitles(c, c.Link, to, src)
		}
	}
	for _, n := range names {
		if f := to.FieldNamed(n); f != nil {
			c.Far = append(c.Far, Far{c.Link, Ref{to.ID, f.ID}})
			if t, ok := field.Of(f.Type); ok && t.Traits(f).System != 0 {
				c.Far = append(c.Far, Far{c.Link, Ref{to.ID, t.Traits(f).System}})
			}
		}
	}
}

// rank gives every field a greater rank than what it reads, and finds fields
// that follow from themselves.
func (g *Graph) rank() {
	state := map[*Computed]int{} // 1: on the path, 2: done
	var path []*Computed
	var visit func(*Computed)
	visit = func(c *Computed) {
		state[c] = 1
		path = append(path, c)
		for _, src := range g.sources(c) {
			switch state[src] {
			case 1:
				g.noteCycle(path, src)
				continue
			case 0:
				visit(src)
			}
			c.Rank = max(c.Rank, src.Rank+1)
		}
		path = path[:len(path)-1]
		state[c] = 2
	}
	for _, c := range g.all() {
		if state[c] == 0 {
			visit(c)
		}
	}
}

// sources are the computed fields that a field reads.
func (g *Graph) sources(c *Computed) []*Computed {
	var out []*Computed
	for _, id := range c.Reads {
		if src := g.nodes[Ref{c.Entity.ID, id}]; src != nil {
			out = append(out, src)
		}
	}
	for _, f := range c.Far {
		if src := g.nodes[f.Ref]; src != nil {
			out = append(out, src)
		}
		if src := g.relays.held[f.Ref]; src != nil {
			out = append(out, src)
		}
	}
	for _, t := range c.Titles {
		if src := g.relays.titles[t.Ref]; src != nil {
			out = append(out, src)
		}
	}
	return out
}

func (g *Graph) noteCycle(path []*Computed, from *Computed) {
	i := slices.Index(path, from)
	for _, c := range path[i:] {
		c.Broken = true
	}
	if g.cycle != nil {
		return
	}
	// The path runs from what reads to what is read; it is told the other way round.
	g.cycle = append(g.cycle, Ref{from.Entity.ID, from.Field.ID})
	for _, c := range slices.Backward(path[i:]) {
		g.cycle = append(g.cycle, Ref{c.Entity.ID, c.Field.ID})
	}
}

func (g *Graph) connect(c *Computed) {
	for _, id := range c.Reads {
		r := Ref{c.Entity.ID, id}
		if !slices.Contains(g.near[r], c) {
			g.near[r] = append(g.near[r], c)
		}
	}
	g.connectTitles(c)
	links := []*schema.Field{}
	for _, f := range c.Far {
		g.far[f.Ref] = addHop(g.far[f.Ref], Hop{c, f.Link})
		links = append(links, f.Link)
	}
	if c.Link != nil {
		links = append(links, c.Link)
	}
	for _, l := range links {
		to := l.Options.Entity
		g.into[to] = addHop(g.into[to], Hop{c, l})
		if l.Options.Derived { // the other side holds the link
			r := Ref{to, l.Options.Inverse}
			g.far[r] = addHop(g.far[r], Hop{c, l})
		}
	}
}

func addHop(list []Hop, h Hop) []Hop {
	if slices.Contains(list, h) {
		return list
	}
	return append(list, h)
}

// refuseCycle names the way on which a field follows from itself.
func (g *Graph) refuseCycle(entities map[schema.EntityID]*schema.Entity) error {
	if len(g.cycle) == 0 {
		return nil
	}
	names := make([]string, len(g.cycle))
	for i, r := range g.cycle {
		e := entities[r.Entity]
		names[i] = e.Name + "." + e.Field(r.Field).Name
	}
	on := entities[g.cycle[0].Entity].Field(g.cycle[0].Field)
	return fail.New(fail.Invalid, "field.cycle").On("options").With("path", strings.Join(names, " → ")).With("field", on.Name)
}

// clockReads lists the fields that the conditions of an sla field look at.
func clockReads(e *schema.Entity, f *schema.Field) []schema.FieldID {
	if f.Options.Clock == nil {
		return nil
	}
	var out []schema.FieldID
	for _, src := range formulasOf(f.Options.Clock) {
		if p := compile(e, *src); p != nil {
			out = append(out, p.Fields()...)
		}
	}
	return out
}

// compile reads a stored formula; nil where it no longer fits the entity.
func compile(e *schema.Entity, src string) *formula.Program {
	if src == "" {
		return nil
	}
	p, err := formula.Compile(src, fieldNames{e})
	if err != nil {
		return nil
	}
	return p
}

// compileStored is compile of a formula field.
func compileStored(e *schema.Entity, f *schema.Field) *formula.Program {
	return compile(e, f.Options.Formula)
}

// fieldNames are an entity's fields as formulas name them.
type fieldNames struct{ e *schema.Entity }

// FieldNamed finds a field by API id, key or name.
func (n fieldNames) FieldNamed(s string) (schema.FieldID, formula.Type, bool) {
	f := n.e.FieldNamed(s)
	if f == nil || field.Closed(f) {
		return 0, formula.Type{}, false
	}
	return f.ID, field.FormulaType(f), true
}

// Name returns the current name of a field.
func (n fieldNames) Name(id schema.FieldID) (string, bool) {
	if f := n.e.Field(id); f != nil {
		return f.Name, true
	}
	return "", false
}

// Edited reports whether people give a field its values.
func (n fieldNames) Edited(id schema.FieldID) bool {
	f := n.e.Field(id)
	return f != nil && field.Edited(f)
}

// FieldNames lists the names, for suggestions.
func (n fieldNames) FieldNames() []string {
	var out []string
	for _, f := range n.e.Live() {
		if !field.Closed(f) {
			out = append(out, f.Name)
		}
	}
	return out
}

// FormulaNames are the fields of an entity as formulas name them.
func FormulaNames(e *schema.Entity) formula.Names { return fieldNames{e} }
