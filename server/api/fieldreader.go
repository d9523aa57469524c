package api

import (
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/formula"
)

// reader is who is shown an entity's fields; nil rights: one who may read all.
type reader struct {
	e      *schema.Entity
	rights *access.Rights
	// plain leaves the conditions of links and lookups out: they name another
	// entity's fields. All but designers only meet their effect.
	plain bool
}

func readerOf(e *schema.Entity, r *access.Rights) reader {
	if slices.ContainsFunc(e.Live(), func(f *schema.Field) bool { return !r.Readable(f.ID) }) {
		return reader{e: e, rights: r, plain: !r.Actor().IsDesigner()}
	}
	return reader{e: e, plain: !r.Actor().IsDesigner()}
}

// print writes a formula with the names of now; "" for one that looks at what
// the reader may not read.
func (r reader) print(src string) string {
	if src == "" {
		return ""
	}
	names := catalog.FormulaNames(r.e)
	if r.rights != nil {
		p, err := formula.Compile(src, names)
		if err != nil || slices.ContainsFunc(p.Fields(), func(f schema.FieldID) bool { return !r.rights.Readable(f) }) {
			return ""
		}
	}
	return formula.Print(src, names)
}
