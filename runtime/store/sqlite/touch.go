package sqlite

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"tongban/schema"
	"tongban/schema/query"
)

const (
	maxAnswers    = 256    // that a file remembers
	maxAnswerRows = 20_000 // of them all
)

// touches knows which group of commits was the last to touch each entity, so
// that an answer can be given again as long as it is what a snapshot would say.
type touches struct {
	begun atomic.Int64
	ended atomic.Int64 // every group up to this one is over

	mu     sync.Mutex
	latest map[schema.EntityID]int64
	all    int64 // the last group that may have touched anything
}

// begin notes what a group may touch, before any of it can be seen.
func (t *touches) begin(group []*job) {
	n := t.begun.Add(1)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.latest == nil {
		t.latest = map[schema.EntityID]int64{}
	}
	for _, j := range group {
		if j.prep == nil {
			t.all = n
			continue
		}
		for i := range j.prep.ops {
			t.latest[j.prep.ops[i].op.Shape.Entity] = n
		}
	}
}

func (t *touches) end() { t.ended.Store(t.begun.Load()) }

// since returns the group that last touched the entities, where a snapshot that
// was taken when ended was over, and before now, is sure to hold just that.
func (t *touches) since(ended int64, entities []schema.EntityID) (int64, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	last := t.all
	for _, e := range entities {
		last = max(last, t.latest[e])
	}
	return last, last <= ended
}

// answers remembers what was asked lately.
type answers struct {
	mu    sync.Mutex
	rows  int
	kept  map[string]answer
	order []string // oldest first
}

type answer struct {
	group int64
	rows  int
	what  any
}

func (a *answers) get(key string, group int64) (any, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	x, ok := a.kept[key]
	return x.what, ok && x.group == group
}

func (a *answers) put(key string, x answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.kept == nil {
		a.kept = map[string]answer{}
	}
	old, known := a.kept[key]
	if known && old.group > x.group {
		return
	}
	if !known {
		a.order = append(a.order, key)
	}
	a.rows += x.rows - old.rows
	a.kept[key] = x
	for len(a.order) > maxAnswers || a.rows > maxAnswerRows && len(a.order) > 1 {
		a.rows -= a.kept[a.order[0]].rows
		delete(a.kept, a.order[0])
		a.order = slices.Delete(a.order, 0, 1)
	}
}

// remembered answers from memory where nothing has touched the entities of a
// question since; else it asks, and remembers. size tells how large an answer is.
func remembered[T any](r *reader, key string, entities []schema.EntityID, ask func() (T, error), size func(T) int) (T, error) {
	if r.c == nil || r.f == nil {
		return ask()
	}
	// The snapshot is taken by the first statement.
	if _, _, err := r.c.number("SELECT 1 FROM meta LIMIT 1"); err != nil {
		var none T
		return none, err
	}
	group, known := r.f.touches.since(r.ended, entities)
	if !known {
		return ask()
	}
	if x, ok := r.f.answers.get(key, group); ok {
		if what, ok := x.(T); ok {
			return what, nil
		}
	}
	what, err := ask()
	if n := size(what); err == nil && n <= maxAnswerRows/2 {
		r.f.answers.put(key, answer{group: group, rows: n + 1, what: what})
	}
	return what, err
}

// entitiesOf lists the entities that a condition looks at.
func entitiesOf(x query.Expr, known []schema.EntityID) []schema.EntityID {
	switch x := x.(type) {
	case query.And:
		for _, y := range x {
			known = entitiesOf(y, known)
		}
	case query.Or:
		for _, y := range x {
			known = entitiesOf(y, known)
		}
	case query.Not:
		return entitiesOf(x.X, known)
	case query.Rel:
		return entitiesOf(x.Where, append(known, x.Entity))
	case query.LinkedFrom:
		return entitiesOf(x.Where, append(known, x.Entity))
	}
	return known
}

// keyOf writes a question so that other questions are other texts.
func keyOf(what string, parts ...any) string {
	var b strings.Builder
	b.WriteString(what)
	for _, p := range parts {
		fmt.Fprintf(&b, "|%#v", p)
	}
	return b.String()
}
