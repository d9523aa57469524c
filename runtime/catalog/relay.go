package catalog

import (
	"slices"

	"tongban/schema"
	"tongban/schema/field"
)

// Relay says what a node of the graph passes on, where it has no value of its
// own: what follows from it may be more than one link away.
type Relay uint8

// Relays.
const (
	// RelayTitles passes on that records are called something else: those that
	// a link, or a lookup of links, shows.
	RelayTitles Relay = iota + 1
	// RelayHeld passes on that a derived link holds others: their storing side
	// is another entity's.
	RelayHeld
)

// relays are the nodes that pass on, and what follows from titles.
type relays struct {
	titles map[Ref]*Computed
	held   map[Ref]*Computed
	near   map[Ref][]*Computed // what shows, in texts, the titles that a field of the same record leads to
	far    map[Ref][]Hop       // … of another record
}

func newRelays() relays {
	return relays{titles: map[Ref]*Computed{}, held: map[Ref]*Computed{}, near: map[Ref][]*Computed{}, far: map[Ref][]Hop{}}
}

// NearTitles lists what shows the titles that a field of the same record leads to.
func (g *Graph) NearTitles(e schema.EntityID, f schema.FieldID) []*Computed {
	return g.relays.near[Ref{e, f}]
}

// FarTitles lists what shows, in other records, the titles that a field leads to.
func (g *Graph) FarTitles(e schema.EntityID, f schema.FieldID) []Hop {
	return g.relays.far[Ref{e, f}]
}

// Relay returns a node that passes on, or nil.
func (g *Graph) Relay(r Relay, e schema.EntityID, f schema.FieldID) *Computed {
	if r == RelayHeld {
		return g.relays.held[Ref{e, f}]
	}
	return g.relays.titles[Ref{e, f}]
}

// showTitles notes that a field's values are texts with the titles that
// another field leads to: of the same record where l is nil, or else of those
// that l leads to.
func (g *Graph) showTitles(c *Computed, l *schema.Field, e *schema.Entity, f *schema.Field) {
	shown, _, ok := field.Shown(f)
	if !ok || shown.Type != "link" {
		return
	}
	c.Titles = append(c.Titles, Far{l, Ref{e.ID, f.ID}})
}

// relay makes the nodes that a computed field needs between itself and what it follows from.
func (g *Graph) relay(entities map[schema.EntityID]*schema.Entity, c *Computed) {
	for _, t := range c.Titles {
		g.titlesOf(entities, t.Ref)
	}
	for _, far := range c.Far {
		e := entities[far.Entity]
		if e == nil || g.relays.held[far.Ref] != nil {
			continue
		}
		if f := e.Field(far.Field); f != nil && f.Options.Derived {
			n := &Computed{Entity: e, Field: f, Relay: RelayHeld, Stored: true}
			n.Far = []Far{{f, Ref{f.Options.Entity, f.Options.Inverse}}}
			g.relays.held[far.Ref] = n
		}
	}
}

// titlesOf makes the node that passes on the titles that a field leads to, and
// those on the way to them.
func (g *Graph) titlesOf(entities map[schema.EntityID]*schema.Entity, r Ref) {
	e := entities[r.Entity]
	if e == nil || e.Field(r.Field) == nil || g.relays.titles[r] != nil {
		return
	}
	f := e.Field(r.Field)
	n := &Computed{Entity: e, Field: f, Relay: RelayTitles, Stored: true}
	g.relays.titles[r] = n
	l := f
	if f.Type == "lookup" {
		l = e.Field(f.Options.Link)
	}
	if l == nil || l.Type != "link" || entities[l.Options.Entity] == nil {
		return
	}
	to := entities[l.Options.Entity]
	if f.Type == "lookup" {
		n.Titles = []Far{{l, Ref{to.ID, f.Options.Field}}}
		g.titlesOf(entities, n.Titles[0].Ref)
		return
	}
	n.Far = []Far{{f, Ref{to.ID, to.Title}}}
}

// connectTitles notes what must learn of other titles.
func (g *Graph) connectTitles(c *Computed) {
	for _, t := range c.Titles {
		if t.Link != nil {
			g.relays.far[t.Ref] = addHop(g.relays.far[t.Ref], Hop{c, t.Link})
		} else if !slices.Contains(g.relays.near[t.Ref], c) {
			g.relays.near[t.Ref] = append(g.relays.near[t.Ref], c)
		}
	}
}

// nodesOf lists, of the nodes given, those with values of their own, and those
// at the end of the ones that pass on.
func (g *Graph) nodesOf(list []*Computed) []*Computed {
	out := make([]*Computed, 0, len(list))
	seen := map[*Computed]bool{}
	for todo := slices.Clone(list); len(todo) > 0; {
		c := todo[0]
		todo = todo[1:]
		if seen[c] {
			continue
		}
		seen[c] = true
		r := Ref{c.Entity.ID, c.Field.ID}
		switch c.Relay {
		case RelayTitles:
			todo = append(append(todo, g.relays.near[r]...), ends(g.relays.far[r])...)
		case RelayHeld:
			todo = append(append(todo, g.near[r]...), ends(g.far[r])...)
		default:
			out = append(out, c)
		}
	}
	return out
}

func ends(hops []Hop) []*Computed {
	out := make([]*Computed, len(hops))
	for i, h := range hops {
		out[i] = h.To
	}
	return out
}
