package sqlite

import (
	"slices"
	"unicode/utf8"

	"tongban/schema"
	"tongban/schema/query"
	"tongban/schema/textkey"
)

// text writes a search in texts: the gram index narrows where it can, then the
// texts themselves are looked at.
func (c *compiler) text(x query.TextOp, sc *scope) error {
	if x.Mode > query.Suffix {
		return badQuery("text comparison %d", x.Mode)
	}
	fields, err := sc.searched(x)
	if err != nil {
		return err
	}
	val := textkey.Fold(x.Val)
	if len(fields) == 0 {
		c.write("0")
		return nil
	}
	grams, exact := sc.grams(x, fields, val)
	c.write("(")
	switch {
	case grams != "":
		c.inGrams(grams, sc)
		if !exact {
			c.write(" AND (")
			c.textInAny(x, fields, val, sc)
			c.write(")")
		}
	default:
		c.halfGrammed(x, fields, val, sc)
	}
	c.write(")")
	return nil
}

// halfGrammed writes a search while the gram index lacks texts of some of the
// fields: all that it has is found through it, the rest is looked at.
func (c *compiler) halfGrammed(x query.TextOp, fields []schema.FieldID, val string, sc *scope) {
	grams := textkey.QueryGrams(x.Val)
	indexed, rest := sc.grammed(fields)
	if sc.trash || !sc.t.Grams || len(grams) == 0 {
		indexed, rest = nil, fields
	} else if sc.t.GramAt > 0 {
		indexed = fields
	}
	if len(indexed) == 0 {
		c.textInAny(x, rest, val, sc)
		return
	}
	c.inGrams(matchGrams(grams), sc)
	c.write(" AND (")
	c.textInAny(x, indexed, val, sc)
	c.write(") OR ")
	if sc.t.GramAt > 0 {
		c.write(sc.alias, ".id>")
		c.arg(int64(sc.t.GramAt))
		c.write(" AND ")
	}
	c.write("(")
	c.textInAny(x, rest, val, sc)
	c.write(")")
}

// inGrams asks the gram index.
func (c *compiler) inGrams(grams string, sc *scope) {
	index := name("f", sc.shape.Entity)
	c.write(sc.alias, ".id IN (SELECT rowid FROM ", index, " WHERE ", index, " MATCH ")
	c.arg(grams)
	c.write(")")
}

// grammed parts fields into those whose texts are all in the gram index, and
// those that have to be looked at.
func (sc *scope) grammed(fields []schema.FieldID) (ready, rest []schema.FieldID) {
	for _, f := range fields {
		if sc.t.Cols[f].Grammed {
			ready = append(ready, f)
		} else {
			rest = append(rest, f)
		}
	}
	return ready, rest
}

func (c *compiler) textInAny(x query.TextOp, fields []schema.FieldID, val string, sc *scope) {
	for i, f := range fields {
		if i > 0 {
			c.write(" OR ")
		}
		c.textIn(sc.alias+"."+col("c", f), x.Mode, val)
	}
}

// driver returns the position of the first search in a list that can be walked
// through the gram index, -1 where there is none.
func (sc *scope) driver(list []query.Expr) int {
	if sc.trash || sc.t == nil {
		return -1
	}
	return slices.IndexFunc(list, func(x query.Expr) bool {
		text, ok := x.(query.TextOp)
		if !ok || text.Neg || text.Mode > query.Suffix {
			return false
		}
		fields, err := sc.searched(text)
		if err != nil || len(fields) == 0 {
			return false
		}
		grams, _ := sc.grams(text, fields, "")
		return grams != ""
	})
}

// driven writes the search that the query walks by: the gram query, and what
// is left to look at.
func (c *compiler) driven(x query.TextOp, sc *scope) (exact bool, err error) {
	fields, err := sc.searched(x)
	if err != nil {
		return false, err
	}
	val := textkey.Fold(x.Val)
	grams, exact := sc.grams(x, fields, val)
	c.arg(grams)
	if !exact {
		c.write(" AND (")
		c.textInAny(x, fields, val, sc)
		c.write(")")
	}
	return exact, nil
}

// searched returns the fields that a TextOp looks at and that have a column.
func (sc *scope) searched(x query.TextOp) ([]schema.FieldID, error) {
	if x.Field != 0 {
		_, k, err := sc.field(x.Field)
		switch {
		case err != nil:
			return nil, err
		case k != schema.KindText:
			return nil, badQuery("field %d is no text", x.Field)
		case !sc.has(x.Field):
			return nil, nil
		}
		return []schema.FieldID{x.Field}, nil
	}
	var out []schema.FieldID
	for i := range sc.shape.Fields {
		f := &sc.shape.Fields[i]
		if f.Searchable && slices.Contains(x.Fields, f.ID) && sc.has(f.ID) {
			out = append(out, f.ID)
		}
	}
	return out, nil
}

// grams returns the index query that narrows a search, "" where the index
// cannot help; exact says that nothing else has to be looked at.
func (sc *scope) grams(x query.TextOp, fields []schema.FieldID, val string) (match string, exact bool) {
	if sc.trash || !sc.t.Grams {
		return "", false
	}
	for _, f := range fields {
		if !sc.t.Cols[f].Grammed {
			return "", false
		}
	}
	grams := textkey.QueryGrams(x.Val)
	if len(grams) == 0 {
		return "", false
	}
	exact = x.Mode == query.Contains && len(grams) == 1 && grams[0] == val && sc.covers(fields)
	return matchGrams(grams), exact
}

// covers reports whether the gram index holds texts of these fields alone.
func (sc *scope) covers(fields []schema.FieldID) bool {
	if sc.t.Stale {
		return false
	}
	for i := range sc.t.Shape.Fields {
		f := &sc.t.Shape.Fields[i]
		if f.Searchable && !slices.Contains(fields, f.ID) {
			return false
		}
	}
	return true
}

func (c *compiler) textIn(column string, m query.TextMode, val string) {
	if val == "" {
		c.write(column, " IS NOT NULL")
		return
	}
	runes := utf8.RuneCountInString(val)
	switch m {
	case query.Contains:
		c.write("instr(fold(", column, "),")
		c.arg(val)
		c.write(")>0")
	case query.Prefix:
		c.write("substr(fold(", column, "),1,")
		c.arg(runes)
		c.write(")=")
		c.arg(val)
	default:
		c.write("substr(fold(", column, "),")
		c.arg(-runes)
		c.write(")=")
		c.arg(val)
	}
}
