package sqlite

import (
	"context"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

// logLine is what a row of the log says beside its origin.
type logLine struct {
	op            store.OpKind
	entity        schema.EntityID
	record        schema.RecordID
	version       schema.Version
	before, after []byte
	kind, key     string
}

const insertChange = "INSERT INTO changes(seq,op,ent,rec,ver,by,at,via,cs,depth,bef,aft,kind,key) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"

const selectChange = "SELECT seq,op,ent,rec,ver,by,at,via,cs,depth,bef,aft,kind,key FROM changes "

// log appends a change. The number that it takes is given back if the commit fails.
func (w *writer) log(l logLine, o *store.Origin) error {
	s, err := w.c.prep(insertChange)
	if err != nil {
		return err
	}
	b := binder{s: s}
	b.int(int64(w.seq) + 1)
	b.text(string(l.op))
	b.int(int64(l.entity))
	b.int(int64(l.record))
	b.int(int64(l.version))
	b.int(int64(o.Actor))
	b.int(o.At)
	b.text(o.Via)
	b.text(o.ChangeSet)
	b.int(int64(o.Depth))
	b.blob(l.before)
	b.blob(l.after)
	if l.op == store.OpDoc {
		b.text(l.kind)
		b.text(l.key)
	} else {
		b.null()
		b.null()
	}
	if _, err := s.Step(); err != nil {
		return err
	}
	w.seq++
	w.logged = true
	return nil
}

func readChange(s *zs.Stmt) (store.Change, error) {
	c := store.Change{
		Seq: schema.Seq(s.ColumnInt64(0)), Op: store.OpKind(s.ColumnText(1)), Entity: schema.EntityID(s.ColumnInt64(2)),
		Record: schema.RecordID(s.ColumnInt64(3)), Version: schema.Version(s.ColumnInt64(4)),
		Origin: store.Origin{Actor: schema.UserID(s.ColumnInt64(5)), At: s.ColumnInt64(6), Via: s.ColumnText(7), ChangeSet: s.ColumnText(8), Depth: s.ColumnInt(9)},
	}
	var err error
	if c.Before, err = parseValues(columnBytes(s, 10)); err != nil {
		return c, err
	}
	if c.After, err = parseValues(columnBytes(s, 11)); err != nil {
		return c, err
	}
	if c.Op == store.OpDoc {
		c.DocKind, c.DocKey = s.ColumnText(12), s.ColumnText(13)
	}
	return c, nil
}

func (r *reader) changes(ctx context.Context, where string, args ...any) ([]store.Change, error) {
	if r.c == nil {
		return nil, ctx.Err()
	}
	var out []store.Change
	err := r.c.limited(ctx, defaultTime, func() error {
		return r.c.rows(selectChange+where, args, func(s *zs.Stmt) error {
			c, err := readChange(s)
			out = append(out, c)
			return err
		})
	})
	return out, err
}

// History implements store.Reader.
func (r *reader) History(ctx context.Context, e schema.EntityID, id schema.RecordID, before schema.Version, most int) ([]store.Change, error) {
	if before <= 0 {
		before = 1 << 62
	}
	return r.changes(ctx, "WHERE ent>0 AND ent=? AND rec=? AND ver<? ORDER BY ver DESC"+limit(int64(max(most, 0))), e, id, before)
}

// ChangeSet implements store.Reader.
func (r *reader) ChangeSet(ctx context.Context, id string, most int) ([]store.Change, error) {
	if id == "" {
		return nil, ctx.Err()
	}
	return r.changes(ctx, "WHERE cs<>'' AND cs=? ORDER BY seq"+limit(int64(max(most, 0))), id)
}

// Changes implements store.Reader.
func (r *reader) Changes(ctx context.Context, after schema.Seq, most int) ([]store.Change, error) {
	if r.c == nil {
		return nil, ctx.Err()
	}
	floor, _, err := r.c.number("SELECT v FROM meta WHERE k='trimmed'")
	if err != nil {
		return nil, err
	}
	if int64(after) < floor {
		return nil, store.ErrTrimmed
	}
	return r.changes(ctx, "WHERE seq>? ORDER BY seq"+limit(int64(max(most, 0))), after)
}

// LastSeq implements store.Reader.
func (r *reader) LastSeq(ctx context.Context) (schema.Seq, error) {
	if r.c == nil {
		return 0, ctx.Err()
	}
	// Where all has been trimmed, what was kept of the trash is not the newest.
	n, _, err := r.c.number("SELECT max(coalesce((SELECT max(seq) FROM changes),0),coalesce((SELECT v FROM meta WHERE k='trimmed'),0))")
	return schema.Seq(n), err
}
