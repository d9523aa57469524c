package sqlite

import (
	"context"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
)

var _ store.Trimmer = (*Engine)(nil)

// Trim implements store.Trimmer.
func (e *Engine) Trim(ctx context.Context, t schema.TenantID, before int64, most int) (more bool, err error) {
	defer told(ctx, &err)
	f, err := e.acquire(ctx, t, false)
	if err != nil || f == nil {
		return false, err
	}
	defer e.release(f)
	err = f.do(ctx, func(w *writer) error {
		more, err = w.trim(before, most)
		return err
	})
	return more, err
}

func (w *writer) trim(before int64, most int) (more bool, err error) {
	floor, _, err := w.c.number("SELECT v FROM meta WHERE k='trimmed'")
	if err != nil {
		return false, err
	}
	to, n, young := floor, 0, false
	err = w.c.rows("SELECT seq, at FROM changes WHERE seq>? ORDER BY seq"+limit(int64(most)), []any{floor}, func(s *zs.Stmt) error {
		if young = young || s.ColumnInt64(1) >= before; !young { // it stays, and so do all behind it
			to = s.ColumnInt64(0)
			n++
		}
		return nil
	})
	if err != nil || to == floor {
		return false, err
	}
	var of []schema.EntityID
	err = w.c.rows("SELECT DISTINCT ent FROM changes WHERE seq>? AND seq<=?", []any{floor, to}, func(s *zs.Stmt) error {
		of = append(of, schema.EntityID(s.ColumnInt64(0)))
		return nil
	})
	if err != nil {
		return false, err
	}
	for _, ent := range of {
		q := "DELETE FROM changes WHERE seq>? AND seq<=? AND ent=?"
		if w.layout.tables[ent] != nil {
			q += " AND rec NOT IN (SELECT id FROM " + name("t", ent) + ")"
		}
		if err := w.c.run(q, floor, to, ent); err != nil {
			return false, err
		}
	}
	return n == most, w.c.run("INSERT OR REPLACE INTO meta VALUES('trimmed', ?)", to)
}
