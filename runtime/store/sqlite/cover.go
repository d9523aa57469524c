package sqlite

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// A cover is an index of all columns that a figure asks for: SQLite then groups
// while it walks the index, which takes a third of the time. It costs every
// write a little, so that only what is asked for often, and costs much, gets one.
const (
	maxCovers    = 2                    // of an entity
	maxCoverCols = 5                    // of a cover
	coverAsked   = 3                    // times before it is built
	coverWorth   = 4 * time.Millisecond // less is not worth it
	coverIdle    = 24 * time.Hour       // unused for so long, it makes room for another
)

// coverUse counts, in memory, what is asked for.
type coverUse struct {
	mu    sync.Mutex
	asked map[string]int
	used  map[string]time.Time
}

func coverName(e schema.EntityID, fields []schema.FieldID) string {
	parts := make([]string, len(fields))
	for i, f := range fields {
		parts[i] = col("_", f)
	}
	return name("g", e) + strings.Join(parts, "")
}

// coverOnly is true of every record. SQLite takes an index with such a
// condition only for a statement that has it too: else it would look records up
// through a cover, in an order in which they do not lie, where the index of the
// field itself is several times as fast.
const coverOnly = "id<>0"

func createCover(e schema.EntityID, fields []schema.FieldID) string {
	cols := make([]string, len(fields))
	for i, f := range fields {
		cols[i] = col("c", f)
	}
	return "CREATE INDEX IF NOT EXISTS " + coverName(e, fields) + " ON " + name("r", e) + "(" + strings.Join(cols, ",") + ") WHERE " + coverOnly
}

// coverable lists the columns that would serve a question from one index: the
// groups, the measures, then what the condition looks at; nil where that cannot be.
func coverable(sc *scope, q *query.AggQuery) []schema.FieldID {
	if sc.t == nil || sc.trash || len(q.Groups) == 0 || len(q.Members) > 0 {
		return nil
	}
	var out []schema.FieldID
	ok := true
	add := func(f schema.FieldID) {
		fs := sc.shape.Field(f)
		if fs == nil || !sc.has(f) || !indexable(fs.Kind) {
			ok = false
			return
		}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for _, g := range q.Groups {
		ok = ok && g.Bucket == query.NoBucket
		add(g.Field)
	}
	for _, m := range q.Measures {
		if m.Fn != query.Count {
			ok = ok && !rounded(sc, m)
			add(m.Field)
		}
	}
	if plain := looksAt(sc, q.Where, add); !ok || !plain || len(out) > maxCoverCols {
		return nil
	}
	return out
}

// rounded says of a figure that only the tally knows how it is made.
func rounded(sc *scope, m query.Measure) bool {
	fs := sc.shape.Field(m.Field)
	return m.Fn == query.CountDistinct || fs != nil && fs.Kind == schema.KindFloat && (m.Fn == query.Sum || m.Fn == query.Avg)
}

// looksAt hands over the fields of a plain condition; false where it is no such.
func looksAt(sc *scope, x query.Expr, add func(schema.FieldID)) bool {
	all := func(list []query.Expr) bool {
		return !slices.ContainsFunc(list, func(y query.Expr) bool { return !looksAt(sc, y, add) })
	}
	plain := func(f schema.FieldID) bool {
		fs := sc.shape.Field(f)
		if fs == nil || fs.Kind == schema.KindText {
			return false
		}
		add(f)
		return true
	}
	switch x := x.(type) {
	case nil, query.True:
		return true
	case query.And:
		return all(x)
	case query.Or:
		return all(x)
	case query.Not:
		return looksAt(sc, x.X, add)
	case query.Cmp:
		return plain(x.Field)
	case query.In:
		return plain(x.Field)
	case query.Empty:
		return plain(x.Field)
	}
	return false
}

// cover returns the name of an index that holds all these columns with the
// groups in front, "" where there is none.
func (t *table) cover(e schema.EntityID, fields []schema.FieldID, groups int) string {
	for _, have := range t.Covers {
		if len(have) < groups || !slices.Equal(have[:groups], fields[:groups]) {
			continue
		}
		if !slices.ContainsFunc(fields, func(f schema.FieldID) bool { return !slices.Contains(have, f) }) {
			return coverName(e, have)
		}
	}
	return ""
}

// took notes how long a figure took without a cover, and has one built.
func (f *file) took(s *store.Shape, fields []schema.FieldID, d time.Duration) {
	if d < coverWorth || len(fields) == 0 {
		return
	}
	n := coverName(s.Entity, fields)
	u := &f.covers
	u.mu.Lock()
	if u.asked == nil || len(u.asked) > 1000 {
		u.asked = map[string]int{}
	}
	u.asked[n]++
	due := u.asked[n]%coverAsked == 0
	u.mu.Unlock()
	if !due {
		return
	}
	if f.refusal != nil {
		return
	}
	select {
	case f.queue <- &job{ctx: f.e.ctx, done: make(chan struct{}), work: func(w *writer) error { return w.addCover(s.Entity, fields) }}:
	default: // busy: there will be another time
	}
}

// served notes that a cover was of use.
func (f *file) coverServed(index string) {
	f.covers.mu.Lock()
	if f.covers.used == nil {
		f.covers.used = map[string]time.Time{}
	}
	f.covers.used[index] = f.e.opt.Now()
	f.covers.mu.Unlock()
}

// addCover builds a cover; where there are enough, in the place of one that
// nobody has used for long.
func (w *writer) addCover(e schema.EntityID, fields []schema.FieldID) error {
	t := w.layout.tables[e]
	if t == nil || slices.ContainsFunc(t.Covers, func(have []schema.FieldID) bool { return slices.Equal(have, fields) }) {
		return nil
	}
	for _, f := range fields {
		if _, there := t.Cols[f]; !there {
			return nil
		}
	}
	next := t.clone()
	next.Covers = slices.Clone(t.Covers)
	if len(next.Covers) >= maxCovers {
		at := w.idleCover(t)
		if at < 0 {
			return nil
		}
		if err := w.c.run("DROP INDEX IF EXISTS " + coverName(e, next.Covers[at])); err != nil {
			return err
		}
		next.Covers = slices.Delete(next.Covers, at, at+1)
	}
	if err := w.c.run(createCover(e, fields)); err != nil {
		return err
	}
	next.Covers = append(next.Covers, fields)
	if err := saveTable(w.c, next); err != nil {
		return err
	}
	w.layout = w.layout.with(next)
	return nil
}

// idleCover finds a cover that has not been used for long, or since the start; -1: none.
func (w *writer) idleCover(t *table) int {
	u := &w.f.covers
	u.mu.Lock()
	defer u.mu.Unlock()
	now := w.f.e.opt.Now()
	return slices.IndexFunc(t.Covers, func(have []schema.FieldID) bool {
		return now.Sub(u.used[coverName(t.Shape.Entity, have)]) > coverIdle
	})
}

// covered writes a question that a cover answers.
func (a *aggregate) covered(index string, sc *scope, src source) statement {
	var what, by []string
	for i, g := range a.groups {
		what, by = append(what, a.texts[g]), append(by, strconv.Itoa(i+1))
	}
	for i, m := range a.q.Measures {
		if m.Fn == query.Count {
			what = append(what, "count(*)")
			continue
		}
		what = append(what, sqlFigures[m.Fn]+a.texts[a.vals[i]]+")")
	}
	return statement{
		"SELECT " + strings.Join(what, ",") + " FROM " + sc.from() + " INDEXED BY " + index + " WHERE " + coverOnly + " AND " + src.where.sql + " GROUP BY " + strings.Join(by, ","),
		src.where.args,
	}
}
