package sqlite

import (
	"context"
	"time"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

// checkDocs returns the versions of the documents that are there (0: none) if
// they are as the commit expects. An expired document is not there.
func (w *writer) checkDocs(ops []store.DocOp) ([]schema.Version, error) {
	if len(ops) == 0 {
		return nil, nil
	}
	now := w.f.e.opt.Now().UnixMilli()
	versions := make([]schema.Version, len(ops))
	for i := range ops {
		d := &ops[i]
		n, _, err := w.c.number("SELECT ver FROM docs WHERE kind=? AND key=? AND (exp=0 OR exp>?)", d.Kind, d.Key, now)
		if err != nil {
			return nil, err
		}
		versions[i] = schema.Version(n)
		if d.IfVersion != -1 && d.IfVersion != versions[i] {
			return nil, &store.Fault{Err: store.ErrConflict, Op: -1, Doc: i, Current: versions[i]}
		}
	}
	return versions, nil
}

// writeDocs writes and deletes documents and returns their new versions, 0 for
// those that are gone.
func (w *writer) writeDocs(c *store.Commit, versions []schema.Version) ([]schema.Version, error) {
	for i := range c.Docs {
		d := &c.Docs[i]
		w.dirty = true
		var err error
		if d.Body == nil {
			versions[i] = 0
			err = w.c.run("DELETE FROM docs WHERE kind=? AND key=?", d.Kind, d.Key)
		} else {
			versions[i]++
			err = w.c.run("INSERT OR REPLACE INTO docs(kind, key, ver, exp, body) VALUES(?,?,?,?,?)", d.Kind, d.Key, versions[i], d.ExpiresAt, d.Body)
		}
		if err != nil {
			return nil, err
		}
		if !d.Log {
			continue
		}
		line := logLine{op: store.OpDoc, version: versions[i], kind: d.Kind, key: d.Key}
		if err := w.log(line, &c.Origin); err != nil {
			return nil, err
		}
	}
	return versions, nil
}

// sweepDocs deletes some expired documents; more tells whether there are others.
func (w *writer) sweepDocs(now time.Time) (more bool, err error) {
	const most = 500
	err = w.c.run("DELETE FROM docs WHERE (kind, key) IN (SELECT kind, key FROM docs WHERE exp>0 AND exp<=?"+limit(most)+")", now.UnixMilli())
	return err == nil && w.c.c.Changes() == most, err
}

// Doc implements store.Reader.
func (r *reader) Doc(ctx context.Context, kind, key string) (store.Doc, error) {
	d := store.Doc{Kind: kind, Key: key}
	if r.c == nil {
		return d, store.ErrNotFound
	}
	if err := ctx.Err(); err != nil {
		return d, err
	}
	found := false
	err := r.c.rows("SELECT ver, exp, body FROM docs WHERE kind=? AND key=? AND (exp=0 OR exp>?)", []any{kind, key, r.now().UnixMilli()},
		func(s *zs.Stmt) error {
			found = true
			readDoc(s, &d)
			return nil
		})
	if err == nil && !found {
		err = store.ErrNotFound
	}
	return d, err
}

// Docs implements store.Reader.
func (r *reader) Docs(ctx context.Context, kind, prefix, after string, most int) ([]store.Doc, error) {
	if r.c == nil || most <= 0 {
		return nil, ctx.Err()
	}
	sql := "SELECT ver, exp, body, key FROM docs WHERE kind=? AND key>? AND (exp=0 OR exp>?)"
	args := []any{kind, after, r.now().UnixMilli()}
	if prefix != "" {
		sql += " AND key>=?"
		args = append(args, prefix)
		if end := prefixEnd(prefix); end != "" {
			sql += " AND key<?"
			args = append(args, end)
		}
	}
	var out []store.Doc
	err := r.c.limited(ctx, defaultTime, func() error {
		return r.c.rows(sql+" ORDER BY key"+limit(int64(most)), args, func(s *zs.Stmt) error {
			d := store.Doc{Kind: kind, Key: s.ColumnText(3)}
			readDoc(s, &d)
			out = append(out, d)
			return nil
		})
	})
	return out, err
}

func readDoc(s *zs.Stmt, d *store.Doc) {
	d.Version, d.ExpiresAt, d.Body = schema.Version(s.ColumnInt64(0)), s.ColumnInt64(1), columnBytes(s, 2)
}

// prefixEnd returns the least text above all that start with prefix, "" where
// there is none. It may cut through a character: texts compare by bytes.
func prefixEnd(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xFF {
			b[i]++
			return string(b[:i+1])
		}
	}
	return ""
}
