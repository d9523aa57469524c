package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/textkey"
)

// maxStmts is how many prepared statements a connection keeps.
const maxStmts = 256

// conn is a connection with a bounded cache of prepared statements. One
// goroutine at a time uses it.
type conn struct {
	c     *zs.Conn
	stmts map[string]*stmt
	clock int64
	gen   int64 // of the file's statistics when it was opened
}

type stmt struct {
	*zs.Stmt
	used int64
}

const commonPragmas = `PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=OFF; PRAGMA trusted_schema=OFF;`

func openWriter(path string) (*conn, error) {
	c, err := open(path, zs.OpenReadWrite|zs.OpenCreate)
	if err != nil {
		return nil, err
	}
	err = c.script(`PRAGMA page_size=4096; PRAGMA journal_mode=WAL;` + commonPragmas +
		`PRAGMA wal_autocheckpoint=8000; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-24000; PRAGMA analysis_limit=1000;`)
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// openReader opens a connection that only reads. frozen: nobody writes to the
// file as long as it is open, and all of it stands in the file itself.
func openReader(path string, frozen bool) (*conn, error) {
	flags := zs.OpenReadWrite
	if frozen {
		path = (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "immutable=1"}).String()
		flags = zs.OpenReadOnly | zs.OpenURI
	}
	c, err := open(path, flags)
	if err != nil {
		return nil, err
	}
	if err := c.script(commonPragmas + `PRAGMA query_only=1; PRAGMA cache_size=-6000;`); err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

func open(path string, flags zs.OpenFlags) (*conn, error) {
	c, err := zs.OpenConn(path, flags)
	if err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", path, err)
	}
	c.SetBusyTimeout(10 * time.Second)
	err = c.CreateFunction("fold", &zs.FunctionImpl{
		NArgs: 1, Deterministic: true, AllowIndirect: true,
		Scalar: func(_ zs.Context, args []zs.Value) (zs.Value, error) {
			if args[0].Type() == zs.TypeNull {
				return zs.Value{}, nil
			}
			return zs.TextValue(textkey.Fold(args[0].Text())), nil
		},
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: open %s: %w", path, err), c.Close())
	}
	return &conn{c: c, stmts: map[string]*stmt{}}, nil
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.stmts {
		errs = append(errs, s.Finalize())
	}
	c.stmts = nil
	return errors.Join(append(errs, c.c.Close())...)
}

// prep returns the prepared statement of a text, ready to be bound.
func (c *conn) prep(sql string) (*zs.Stmt, error) {
	c.clock++
	if s := c.stmts[sql]; s != nil {
		s.used = c.clock
		return s.Stmt, s.Reset()
	}
	if len(c.stmts) >= maxStmts {
		if err := c.evict(); err != nil {
			return nil, err
		}
	}
	s, rest, err := c.c.PrepareTransient(sql)
	if err != nil {
		return nil, err
	}
	if rest != 0 {
		return nil, errors.Join(fmt.Errorf("sqlite: more than one statement in %q", sql), s.Finalize())
	}
	c.stmts[sql] = &stmt{Stmt: s, used: c.clock}
	return s, nil
}

// evict forgets the half of the statements that was not used for longest.
func (c *conn) evict() error {
	limit := c.clock - maxStmts
	for {
		for sql, s := range c.stmts {
			if s.used <= limit {
				delete(c.stmts, sql)
				if err := s.Finalize(); err != nil {
					return fmt.Errorf("sqlite: %w", err)
				}
			}
		}
		if len(c.stmts) <= maxStmts/2 {
			return nil
		}
		limit += maxStmts / 8
	}
}

// script runs statements that return nothing of interest.
func (c *conn) script(sql string) error {
	for sql = strings.TrimSpace(sql); sql != ""; sql = strings.TrimSpace(sql) {
		s, rest, err := c.c.PrepareTransient(sql)
		if err != nil {
			return err
		}
		for more := true; more; {
			if more, err = s.Step(); err != nil {
				return errors.Join(err, s.Finalize())
			}
		}
		if err := s.Finalize(); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
		sql = sql[len(sql)-rest:]
	}
	return nil
}

// run executes a statement that returns no rows.
func (c *conn) run(sql string, args ...any) error {
	s, err := c.prep(sql)
	if err != nil {
		return err
	}
	bindAll(s, args)
	_, err = s.Step()
	return err
}

// rows executes a statement and calls fn for each row.
func (c *conn) rows(sql string, args []any, fn func(*zs.Stmt) error) error {
	s, err := c.prep(sql)
	if err != nil {
		return err
	}
	bindAll(s, args)
	for {
		more, err := s.Step()
		if err != nil || !more {
			return err
		}
		if err := fn(s); err != nil {
			if reset := s.Reset(); reset != nil {
				return errors.Join(err, reset)
			}
			return err
		}
	}
}

// limit writes how many rows are wanted. It is no parameter: a statement with
// such a one is prepared anew each time it runs.
func limit(n int64) string { return " LIMIT " + strconv.FormatInt(n, 10) }

// number returns the first column of the first row; ok is false where there is none.
func (c *conn) number(sql string, args ...any) (n int64, ok bool, err error) {
	err = c.rows(sql, args, func(s *zs.Stmt) error {
		n, ok = s.ColumnInt64(0), s.ColumnType(0) != zs.TypeNull
		return nil
	})
	return n, ok, err
}

// limited runs fn so that it stops when ctx ends or d has passed.
func (c *conn) limited(ctx context.Context, d time.Duration, fn func() error) (err error) {
	// SQLite forgets an interrupt that comes while no statement is under way. One
	// that is never finished keeps it from missing one that comes just before fn
	// begins: the query would run on without limit.
	hold, err := c.prep("VALUES(1),(2)")
	if err != nil {
		return err
	}
	if _, err := hold.Step(); err != nil {
		return err
	}
	timed, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	c.c.SetInterrupt(timed.Done())
	err = fn()
	c.c.SetInterrupt(nil)
	if reset := hold.Reset(); reset != nil {
		return errors.Join(err, reset)
	}
	if err == nil || zs.ErrCode(err) != zs.ResultInterrupt {
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return store.ErrTooSlow
}

func bindAll(s *zs.Stmt, args []any) {
	for i, a := range args {
		bind(s, i+1, a)
	}
}

// bind binds a value of storage, or an id.
func bind(s *zs.Stmt, i int, v any) {
	switch v := v.(type) {
	case nil:
		s.BindNull(i)
	case string:
		s.BindText(i, v)
	case int64:
		s.BindInt64(i, v)
	case float64:
		s.BindFloat(i, v)
	case bool:
		s.BindBool(i, v)
	case []byte:
		s.BindBytes(i, v)
	case json.RawMessage:
		s.BindText(i, string(v))
	case []int64:
		s.BindText(i, string(appendInts(nil, v)))
	default:
		bindID(s, i, v)
	}
}

func bindID(s *zs.Stmt, i int, v any) {
	switch v := v.(type) {
	case int:
		s.BindInt64(i, int64(v))
	case schema.RecordID:
		s.BindInt64(i, int64(v))
	case schema.EntityID:
		s.BindInt64(i, int64(v))
	case schema.FieldID:
		s.BindInt64(i, int64(v))
	case schema.Version:
		s.BindInt64(i, int64(v))
	case schema.Seq:
		s.BindInt64(i, int64(v))
	case schema.UserID:
		s.BindInt64(i, int64(v))
	}
}
