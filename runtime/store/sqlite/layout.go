package sqlite

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	zs "zombiezen.com/go/sqlite"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/textkey"
)

// The parts that every file has. Each entity adds r<id> (live records), t<id>
// (trash), l<id> (members of sets) and f<id> (grams for search).
const baseSchema = `
CREATE TABLE IF NOT EXISTS meta(k TEXT PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS docs(kind TEXT NOT NULL, key TEXT NOT NULL, ver INTEGER NOT NULL, exp INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS docs_exp ON docs(exp) WHERE exp > 0;
CREATE TABLE IF NOT EXISTS changes(seq INTEGER PRIMARY KEY, op TEXT NOT NULL, ent INTEGER NOT NULL, rec INTEGER NOT NULL, ver INTEGER NOT NULL,
  by INTEGER NOT NULL, at INTEGER NOT NULL, via TEXT NOT NULL, cs TEXT NOT NULL, depth INTEGER NOT NULL, bef BLOB, aft BLOB, kind TEXT, key TEXT);
CREATE INDEX IF NOT EXISTS changes_rec ON changes(ent, rec, ver) WHERE ent > 0;
CREATE INDEX IF NOT EXISTS changes_cs ON changes(cs) WHERE cs <> '';
CREATE TABLE IF NOT EXISTS numbers(name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS uniq(ent INTEGER NOT NULL, field INTEGER NOT NULL, val NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(ent, field, val)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entities(ent INTEGER PRIMARY KEY, body TEXT NOT NULL);
INSERT OR IGNORE INTO meta VALUES('format', 1);
`

// layout is what the tables of a file look like. It is immutable.
type layout struct {
	tables map[schema.EntityID]*table
}

// table describes the tables of one entity. It is immutable.
type table struct {
	Shape *store.Shape                 // the newest that was met
	Cols  map[schema.FieldID]columnNow // every column there is, dropped fields' too
	Links bool                         // l<id> exists
	Grams bool                         // f<id> exists
	Stale bool                         // the gram index may hold text that is not searched any more
	// GramAt is how far the gram index is, where a field waits to be in it: the
	// texts of the records up to this one are.
	GramAt schema.RecordID `json:",omitempty"`
	// Covers are the columns of indexes that serve figures.
	Covers [][]schema.FieldID `json:",omitempty"`
	sql    tableSQL
}

// columnNow is the state of a field's column. What the shape wants and is not
// here yet is built in the background.
type columnNow struct {
	Kind    schema.Kind
	Key     store.SortKey // p<id> holds these keys for all records
	HasKey  bool          // p<id> exists
	Indexed bool
	Grammed bool // all its texts are in the gram index
	Claimed bool // all its values are in uniq
}

// tableSQL are texts that are needed all the time.
type tableSQL struct {
	selected string // all columns of a record
	insert   string
	copied   string // columns that move between r and t, without the system ones that change
	byID     map[schema.FieldID]*store.FieldShape
}

func name(prefix string, e schema.EntityID) string {
	return prefix + strconv.FormatInt(int64(e), 10)
}

func col(prefix string, f schema.FieldID) string {
	return prefix + strconv.FormatInt(int64(f), 10)
}

func affinity(k schema.Kind) string {
	switch k {
	case schema.KindText, schema.KindSet, schema.KindJSON:
		return "TEXT"
	case schema.KindFloat:
		return "REAL"
	default:
		return "INTEGER"
	}
}

// complete makes the texts that follow from the state.
func (t *table) complete() {
	t.sql.byID = make(map[schema.FieldID]*store.FieldShape, len(t.Shape.Fields))
	cols := []string{"id", "ver", "ca", "ua", "cb", "ub"}
	for i := range t.Shape.Fields {
		f := &t.Shape.Fields[i]
		t.sql.byID[f.ID] = f
		cols = append(cols, col("c", f.ID))
		if t.Cols[f.ID].HasKey {
			cols = append(cols, col("p", f.ID))
		}
	}
	t.sql.selected = "a.id,a.ver,a.ca,a.ua,a.cb,a.ub"
	for i := range t.Shape.Fields {
		t.sql.selected += ",a." + col("c", t.Shape.Fields[i].ID)
	}
	t.sql.insert = "INSERT INTO " + name("r", t.Shape.Entity) + "(" + strings.Join(cols, ",") + ") VALUES(?" + strings.Repeat(",?", len(cols)-1) + ")"
	moved := []string{"ca", "cb"}
	for _, id := range slices.Sorted(maps.Keys(t.Cols)) {
		moved = append(moved, col("c", id))
		if t.Cols[id].HasKey {
			moved = append(moved, col("p", id))
		}
	}
	t.sql.copied = strings.Join(moved, ",")
}

// clone returns a copy that may be changed until it is published.
func (t *table) clone() *table {
	c := *t
	c.Cols = maps.Clone(t.Cols)
	return &c
}

func (l *layout) with(t *table) *layout {
	t.complete()
	next := &layout{tables: maps.Clone(l.tables)}
	next.tables[t.Shape.Entity] = t
	return next
}

func (l *layout) without(e schema.EntityID) *layout {
	next := &layout{tables: maps.Clone(l.tables)}
	delete(next.tables, e)
	return next
}

// has reports whether the tables already fit a shape as far as a write needs.
func (l *layout) has(s *store.Shape) bool {
	t := l.tables[s.Entity]
	return t != nil && (t.Shape == s || t.Shape.Rev >= s.Rev)
}

func loadLayout(c *conn) (*layout, error) {
	l := &layout{tables: map[schema.EntityID]*table{}}
	err := c.rows("SELECT body FROM entities", nil, func(s *zs.Stmt) error {
		t := new(table)
		if err := json.Unmarshal([]byte(s.ColumnText(0)), t); err != nil {
			return fmt.Errorf("sqlite: read an entity's layout: %w", err)
		}
		t.complete()
		l.tables[t.Shape.Entity] = t
		return nil
	})
	return l, err
}

func saveTable(c *conn, t *table) error {
	body, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("sqlite: write an entity's layout: %w", err)
	}
	return c.run("INSERT OR REPLACE INTO entities(ent, body) VALUES(?, ?)", t.Shape.Entity, string(body))
}

// adopt makes the tables fit a shape, as far as it takes no time: columns and
// empty tables. It runs in a transaction of the writer.
func adopt(c *conn, l *layout, s *store.Shape) (*layout, error) {
	old := l.tables[s.Entity]
	t := &table{Cols: map[schema.FieldID]columnNow{}}
	if old != nil {
		t = old.clone()
	}
	t.Shape, t.GramAt = s, 0
	if old == nil {
		if err := createTables(c, t); err != nil {
			return nil, err
		}
	}
	for i := range s.Fields {
		if err := adoptField(c, t, &s.Fields[i]); err != nil {
			return nil, err
		}
	}
	for id, now := range t.Cols {
		f := s.Field(id)
		if now.Grammed && (f == nil || !f.Searchable) {
			now.Grammed, t.Stale = false, true
		}
		if now.Claimed && (f == nil || !f.Unique) {
			now.Claimed = false
			if err := c.run("DELETE FROM uniq WHERE ent=? AND field=?", s.Entity, id); err != nil {
				return nil, err
			}
		}
		t.Cols[id] = now
	}
	if err := saveTable(c, t); err != nil {
		return nil, err
	}
	return l.with(t), nil
}

// createTables makes the tables of an entity that is new, with all its columns and indexes.
func createTables(c *conn, t *table) error {
	e := t.Shape.Entity
	var cols strings.Builder
	cols.WriteString("(id INTEGER PRIMARY KEY, ver INTEGER NOT NULL, ca INTEGER NOT NULL, ua INTEGER NOT NULL, cb INTEGER NOT NULL, ub INTEGER NOT NULL")
	for i := range t.Shape.Fields {
		f := &t.Shape.Fields[i]
		cols.WriteString(", " + col("c", f.ID) + " " + affinity(f.Kind))
		if f.SortKey != store.SortRaw {
			cols.WriteString(", " + col("p", f.ID) + " TEXT")
		}
	}
	for _, prefix := range []string{"r", "t"} {
		if err := c.run("CREATE TABLE " + name(prefix, e) + cols.String() + ")"); err != nil {
			return err
		}
	}
	for i := range t.Shape.Fields {
		f := &t.Shape.Fields[i]
		now := columnNow{Kind: f.Kind, Key: f.SortKey, HasKey: f.SortKey != store.SortRaw, Claimed: f.Unique, Grammed: f.Searchable}
		if f.Indexed && indexable(f.Kind) {
			if err := c.run(createIndex(e, f)); err != nil {
				return err
			}
			now.Indexed = true
		}
		t.Cols[f.ID] = now
	}
	return nil
}

func indexable(k schema.Kind) bool { return k != schema.KindSet && k != schema.KindJSON }

// createIndex indexes what a field is sorted by; the record id follows by itself.
func createIndex(e schema.EntityID, f *store.FieldShape) string {
	column := col("c", f.ID)
	if f.SortKey != store.SortRaw {
		column = col("p", f.ID)
	}
	return "CREATE INDEX IF NOT EXISTS " + indexName(e, f.ID) + " ON " + name("r", e) + "(" + column + ")"
}

func indexName(e schema.EntityID, f schema.FieldID) string {
	return name("i", e) + col("_", f)
}

// adoptField adds what a field needs. A new column is empty, so that all that
// is derived from it is complete at once.
func adoptField(c *conn, t *table, f *store.FieldShape) error {
	e := t.Shape.Entity
	now, exists := t.Cols[f.ID]
	if !exists {
		if err := addColumn(c, e, col("c", f.ID), affinity(f.Kind)); err != nil {
			return err
		}
		now = columnNow{Kind: f.Kind, Key: f.SortKey, Claimed: f.Unique, Grammed: f.Searchable}
	}
	// A key column that is new on an old column waits to be filled.
	if now.Kind != f.Kind {
		if err := remake(c, t, f); err != nil {
			return err
		}
		now = columnNow{Kind: f.Kind, Key: f.SortKey, Claimed: f.Unique, Grammed: f.Searchable}
	}
	if f.SortKey != store.SortRaw && !now.HasKey {
		if err := addColumn(c, e, col("p", f.ID), "TEXT"); err != nil {
			return err
		}
		now.HasKey = true
	}
	if f.Kind == schema.KindSet && !t.Links {
		if err := c.run("CREATE TABLE " + name("l", e) + "(field INTEGER NOT NULL, val INTEGER NOT NULL, rid INTEGER NOT NULL, PRIMARY KEY(field, val, rid)) WITHOUT ROWID"); err != nil {
			return err
		}
		t.Links = true
	}
	if f.Searchable && !t.Grams {
		if err := c.run("CREATE VIRTUAL TABLE " + name("f", e) + " USING fts5(g, content='', contentless_delete=1, detail=none, tokenize='ascii')"); err != nil {
			return err
		}
		t.Grams = true
	}
	t.Cols[f.ID] = now
	return nil
}

// remake empties the column of a field that holds values of another kind from
// now on, as the result of a changed formula does.
func remake(c *conn, t *table, f *store.FieldShape) error {
	e := t.Shape.Entity
	if err := c.run("DROP INDEX IF EXISTS " + indexName(e, f.ID)); err != nil {
		return err
	}
	for _, prefix := range []string{"r", "t"} {
		columns := []string{col("c", f.ID)}
		if t.Cols[f.ID].HasKey {
			columns = append(columns, col("p", f.ID))
		}
		for _, column := range columns {
			if err := c.run("ALTER TABLE " + name(prefix, e) + " DROP COLUMN " + column); err != nil {
				return err
			}
		}
	}
	if t.Links {
		if err := c.run("DELETE FROM "+name("l", e)+" WHERE field=?", f.ID); err != nil {
			return err
		}
	}
	if err := c.run("DELETE FROM uniq WHERE ent=? AND field=?", e, f.ID); err != nil {
		return err
	}
	t.Stale = t.Stale || t.Cols[f.ID].Grammed
	return addColumn(c, e, col("c", f.ID), affinity(f.Kind))
}

func addColumn(c *conn, e schema.EntityID, column, kind string) error {
	for _, prefix := range []string{"r", "t"} {
		if err := c.run("ALTER TABLE " + name(prefix, e) + " ADD COLUMN " + column + " " + kind); err != nil {
			return err
		}
	}
	return nil
}

// claim is the form in which a unique value is kept.
func claim(v schema.Value) any {
	switch v := v.(type) {
	case string:
		return textkey.Unique(v)
	case json.RawMessage:
		return string(v)
	case bool:
		if v {
			return int64(1)
		}
		return int64(0)
	}
	return v
}
