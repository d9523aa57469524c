package sqlite

import (
	"errors"
	"fmt"
	"maps"
	"runtime"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
)

const (
	maxGroup    = 256  // commits in one transaction
	maxGroupOps = 2000 // so that a group of large commits does not hold up the small ones
	// maxYields is how often the writer lets others run before it commits a group:
	// those who are about to join it spare a transaction. It costs nothing where
	// nobody else has work to do.
	maxYields  = 4
	sweepEvery = time.Minute
	fileFormat = 1
)

// writer owns a file's writing connection. Only its goroutine uses it.
type writer struct {
	f      *file
	c      *conn
	layout *layout
	seq    schema.Seq // of the last change

	grams   []gramOp                            // to be done before the transaction ends
	dirty   bool                                // the current commit has written something
	logged  bool                                // the current transaction has changes
	trashed map[schema.EntityID]schema.RecordID // highest id that is in the trash
	maint   maintenance
}

func newWriter(f *file, c *conn) (*writer, error) {
	if err := c.script("BEGIN IMMEDIATE;" + baseSchema + "COMMIT;"); err != nil {
		return nil, err
	}
	format, _, err := c.number("SELECT v FROM meta WHERE k='format'")
	if err != nil {
		return nil, err
	}
	if format != fileFormat {
		return nil, fmt.Errorf("sqlite: the file has format %d, this program knows %d", format, fileFormat)
	}
	w := &writer{f: f, c: c, trashed: map[schema.EntityID]schema.RecordID{}}
	if err := w.reload(); err != nil {
		return nil, err
	}
	w.maint.look = true
	return w, nil
}

// reload brings back what is kept in memory to what the file says.
func (w *writer) reload() error {
	l, err := loadLayout(w.c)
	if err != nil {
		return err
	}
	seq, _, err := w.c.number("SELECT max(seq) FROM changes")
	if err != nil {
		return err
	}
	floor, _, err := w.c.number("SELECT v FROM meta WHERE k='trimmed'")
	w.layout, w.seq = l, max(schema.Seq(seq), schema.Seq(floor))
	w.grams = w.grams[:0]
	clear(w.trashed)
	return err
}

// loop serves the queue until it is closed, and keeps house in between.
func (w *writer) loop() {
	defer close(w.f.ended)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	rest := resting()
	defer rest.Stop()
	for {
		if w.maint.filled {
			w.maint.filled = false
			rest.Reset(w.f.e.rest)
		}
		if w.maint.pending() {
			select {
			case j, ok := <-w.f.queue:
				if !ok {
					return
				}
				w.serve(j)
			default:
				w.keepHouse()
			}
			continue
		}
		select {
		case j, ok := <-w.f.queue:
			if !ok {
				return
			}
			w.serve(j)
		case <-tick.C:
			w.maint.sweep = true
			w.maint.resume()
		case <-rest.C:
			w.maint.rested()
		}
	}
}

// serve commits a job together with what waits behind it.
func (w *writer) serve(first *job) {
	var group []*job
	ops, yields := 0, maxYields
	for j, more := first, true; more; {
		if j != nil && j.state.CompareAndSwap(jobWaiting, jobTaken) {
			group = append(group, j)
			ops += j.size()
		}
		if len(group) >= maxGroup || ops >= maxGroupOps {
			break
		}
		select {
		case next, ok := <-w.f.queue:
			j, more = next, ok
		default:
			if more = yields > 0; more {
				yields--
				j = nil
				runtime.Gosched()
			}
		}
	}
	if len(group) == 0 {
		return
	}
	w.commitGroup(group)
	for _, j := range group {
		close(j.done)
	}
	w.maint.served(ops)
	if w.maint.overdue() {
		w.keepHouse()
	}
}

func (j *job) size() int {
	if j.prep == nil {
		return 1
	}
	return len(j.prep.c.Ops) + len(j.prep.c.Docs)
}

// errAgain says that a commit failed after it had written something, in a
// group that runs without savepoints.
var errAgain = errors.New("sqlite: run the group again with savepoints")

// commitGroup runs the jobs in one transaction. At first they have no
// savepoints, for nearly all that can fail fails before it has written.
func (w *writer) commitGroup(group []*job) {
	w.f.touches.begin(group)
	defer w.f.touches.end()
	err := w.transaction(group, len(group) == 1)
	if errors.Is(err, errAgain) {
		err = w.transaction(group, true)
	}
	refusal := ended(group, err)
	if w.f.e.refused.note(w.f.tenant, refusal); refusal == nil {
		w.maint.resume()
	}
	if err != nil {
		for _, j := range group {
			if j.err == nil {
				j.receipt, j.err = nil, fmt.Errorf("sqlite: commit: %w", err)
			}
		}
		return
	}
	w.f.layout.Store(w.layout)
	if w.logged {
		w.f.e.tell(w.f.tenant)
	}
}

// ended is how a group ended for the disk: nil where it took something.
func ended(group []*job, err error) error {
	if err != nil {
		return err
	}
	for _, j := range group {
		if j.err == nil {
			return nil
		}
		err = j.err
	}
	return err
}

func (w *writer) transaction(group []*job, savepoints bool) (err error) {
	if err := w.c.run("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	w.logged = false
	at := maps.Clone(w.maint.at)
	defer func() {
		if err == nil {
			return
		}
		w.maint.at = at // what was done is done no more
		if !w.c.c.AutocommitEnabled() {
			err = errors.Join(err, w.c.run("ROLLBACK"))
		}
		if reload := w.reload(); reload != nil {
			err = errors.Join(err, reload)
		}
	}()
	for _, j := range group {
		j.receipt, j.err = nil, nil
		if err := w.runJob(j, savepoints); err != nil {
			return err
		}
	}
	if err := w.flushGrams(); err != nil {
		return err
	}
	return w.c.run("COMMIT")
}

// runJob runs one job. Its own failure is kept in the job; an error says that
// the transaction cannot go on.
func (w *writer) runJob(j *job, savepoint bool) error {
	if savepoint {
		if err := w.c.run("SAVEPOINT job"); err != nil {
			return err
		}
	}
	before := w.mark()
	if j.prep != nil {
		j.receipt, j.err = w.apply(j.prep)
	} else {
		w.dirty = true
		j.err = j.work(w)
	}
	switch {
	case j.err == nil:
		if savepoint {
			return w.c.run("RELEASE job")
		}
		return nil
	case w.c.c.AutocommitEnabled(): // SQLite has given the transaction up: disk full, I/O error
		return j.err
	case savepoint:
		w.restore(before)
		if err := w.c.run("ROLLBACK TO job"); err != nil {
			return err
		}
		return w.c.run("RELEASE job")
	case w.dirty:
		return errAgain
	}
	w.restore(before)
	return nil
}

// mark is what a commit may change in memory.
type mark struct {
	layout *layout
	seq    schema.Seq
	logged bool
	grams  int
	at     map[backfill]schema.RecordID
}

func (w *writer) mark() mark {
	w.dirty = false
	return mark{layout: w.layout, seq: w.seq, logged: w.logged, grams: len(w.grams), at: maps.Clone(w.maint.at)}
}

func (w *writer) restore(m mark) {
	w.layout, w.seq, w.logged, w.grams, w.maint.at = m.layout, m.seq, m.logged, w.grams[:m.grams], m.at
	clear(w.trashed)
}

// adopt makes the tables fit a shape.
func (w *writer) adopt(s *store.Shape) error {
	if w.layout.has(s) {
		return nil
	}
	w.dirty = true
	l, err := adopt(w.c, w.layout, s)
	if err != nil {
		return err
	}
	w.layout = l
	w.maint.look = true
	return nil
}

func (w *writer) dropEntity(e schema.EntityID) error {
	t := w.layout.tables[e]
	if t == nil {
		return nil
	}
	drop := "DROP TABLE " + name("r", e) + "; DROP TABLE " + name("t", e) + ";"
	if t.Links {
		drop += "DROP TABLE " + name("l", e) + ";"
	}
	if t.Grams {
		drop += "DROP TABLE " + name("f", e) + ";"
	}
	if err := w.c.script(drop); err != nil {
		return err
	}
	if err := w.c.run("DELETE FROM uniq WHERE ent=?", e); err != nil {
		return err
	}
	if err := w.c.run("DELETE FROM entities WHERE ent=?", e); err != nil {
		return err
	}
	w.layout = w.layout.without(e)
	delete(w.trashed, e)
	return nil
}
