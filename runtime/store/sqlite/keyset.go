package sqlite

import (
	"slices"
	"strings"

	"tongban/schema"
	"tongban/schema/query"
)

// afterParts writes what stands after a cursor. Where an index gives the
// order, each part is one range of it, and the parts follow each other; else
// there is one part, so that an unordered table is walked once only.
func afterParts(sorts []sortColumn, at *query.Cursor, id string) []statement {
	if at == nil {
		return []statement{{}}
	}
	keys, vals := keysOf(sorts, at, id)
	if keys[0].indexed {
		return ranges(keys, vals)
	}
	return []statement{beyond(keys, vals)}
}

// keysOf appends the id to the sort keys, in the direction of the last one.
func keysOf(sorts []sortColumn, at *query.Cursor, column string) ([]sortColumn, []schema.Value) {
	var keys []sortColumn
	var vals []schema.Value
	desc := false
	for i, s := range sorts {
		desc = s.Desc
		keys = append(keys, s)
		vals = append(vals, at.Vals[i])
		if s.Field == schema.SysID {
			return keys, vals
		}
	}
	id := sortColumn{Sort: query.Sort{Field: schema.SysID, Desc: desc}, column: column, kind: schema.KindInt, notNull: true, indexed: true}
	return append(keys, id), append(vals, int64(at.ID))
}

// ranges lists, from the innermost key outwards: the outer keys are equal, this
// one lies beyond. Descending, the empty values make a range of their own.
func ranges(keys []sortColumn, vals []schema.Value) []statement {
	var out []statement
	for i, key := range slices.Backward(keys) {
		prefix, args := equalPrefix(keys[:i], vals[:i])
		for _, step := range steps(key, vals[i]) {
			out = append(out, statement{prefix + step.sql, append(append([]any(nil), args...), step.args...)})
		}
	}
	return out
}

func equalPrefix(keys []sortColumn, vals []schema.Value) (string, []any) {
	var b strings.Builder
	var args []any
	for i, k := range keys {
		eq := equalTo(k, vals[i])
		b.WriteString(eq.sql + " AND ")
		args = append(args, eq.args...)
	}
	return b.String(), args
}

func equalTo(k sortColumn, v schema.Value) statement {
	if v == nil {
		return statement{sql: k.column + " IS NULL"}
	}
	return statement{k.column + "=?", []any{v}}
}

// steps are the ranges of one key that lie beyond a value, in their order.
func steps(k sortColumn, v schema.Value) []statement {
	switch {
	case !k.Desc && v == nil:
		return []statement{{sql: k.column + " IS NOT NULL"}}
	case !k.Desc:
		return []statement{{k.column + ">?", []any{v}}}
	case v == nil:
		return nil
	}
	out := []statement{{k.column + "<?", []any{v}}}
	if !k.notNull {
		out = append(out, statement{sql: k.column + " IS NULL"})
	}
	return out
}

// beyond writes the same as one condition.
func beyond(keys []sortColumn, vals []schema.Value) statement {
	parts := ranges(keys, vals)
	if len(parts) == 0 {
		return statement{sql: "0"}
	}
	var out statement
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = "(" + p.sql + ")"
		out.args = append(out.args, p.args...)
	}
	out.sql = "(" + strings.Join(texts, " OR ") + ")"
	return out
}
