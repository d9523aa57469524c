package record

import (
	"slices"
	"sync"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/field"
)

// column is one field of an answer. Columns are immutable and shared.
type column struct {
	f     *schema.Field
	t     field.Type
	from  schema.FieldID // where the value stands: a system field, or the field itself
	quote [3]string      // `"key":` by KeyMode
	link  bool
	files bool            // its values are lists of files
	shows schema.EntityID // the entity whose records a lookup of links shows
}

func newColumn(f *schema.Field) *column {
	t, ok := field.Of(f.Type)
	if !ok {
		return nil
	}
	c := &column{f: f, t: t, from: f.ID, link: f.Type == "link", files: field.ShowsFiles(f)}
	if sys := t.Traits(f).System; sys != 0 {
		c.from = sys
	}
	if !c.link {
		c.shows = linksTo(f)
	}
	c.quote = [3]string{
		string(appendText(nil, f.Key)) + ":",
		string(appendText(nil, schema.FormatID(schema.PrefixField, f.ID))) + ":",
		string(appendText(nil, f.Name)) + ":",
	}
	return c
}

// leadsTo is the entity whose records the column names; 0 for none.
func (c *column) leadsTo() schema.EntityID {
	if c.link {
		return c.f.Options.Entity
	}
	return c.shows
}

// maxTables is how many entities' columns are kept; then all are made anew.
const maxTables = 1000

// tables keeps the columns of entities, which snapshots hold as immutable pointers.
type tables struct {
	mu   sync.RWMutex // guards cols
	cols map[*schema.Entity][]*column
}

func (t *tables) of(e *schema.Entity) []*column {
	t.mu.RLock()
	cols, ok := t.cols[e]
	t.mu.RUnlock()
	if ok {
		return cols
	}
	for i := range e.Fields {
		if e.Fields[i].Deleted {
			continue
		}
		if c := newColumn(&e.Fields[i]); c != nil {
			cols = append(cols, c)
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.cols == nil || len(t.cols) >= maxTables {
		t.cols = map[*schema.Entity][]*column{}
	}
	t.cols[e] = cols
	return cols
}

// columns lists what the actor may know of an entity, in order: of fields
// (nil: all) those that some record may show.
func (s *Service) columns(r *access.Rights, fields []schema.FieldID) []*column {
	all := s.tables.of(r.Entity())
	hidden := func(c *column) bool {
		return !r.Knows(c.f.ID) || (fields != nil && !slices.Contains(fields, c.f.ID))
	}
	if !slices.ContainsFunc(all, hidden) {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), hidden)
}
