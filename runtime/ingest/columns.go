package ingest

import (
	"context"
	"errors"
	"io"
	"slices"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

// target is where one column goes.
type target struct {
	column int
	header string
	id     schema.FieldID
	f      *schema.Field
	t      field.Type
	text   bool // keeps what the sheet shows
}

// checkRequest refuses what is wrong with a request before the file is read.
func (w *world) checkRequest(r *ImportRequest) error {
	if err := checkSource(&r.Source); err != nil {
		return err
	}
	for header, name := range r.Mapping {
		if name == nil {
			continue
		}
		if _, err := w.fieldFor(*name); err != nil {
			return err.With("header", shownText(header))
		}
	}
	for _, name := range r.UpsertOn {
		if _, err := w.fieldFor(name); err != nil {
			return err
		}
	}
	if r.CreateFields || r.CreateChoices {
		return access.Designer(w.actor)
	}
	return nil
}

// checkSource looks at what is said of the file before the file is.
func checkSource(s *Source) error {
	if s.Encoding != "" {
		if _, err := encodingName(s.Encoding); err != nil {
			return err
		}
	}
	if s.Delimiter != "" {
		_, err := delimiterOf(s.Delimiter)
		return err
	}
	return nil
}

// fieldFor finds a field that an import may fill.
func (w *world) fieldFor(name string) (*schema.Field, *fail.Error) {
	f := w.entity.FieldNamed(name)
	if f == nil || w.rights.Right(f.ID) == schema.Hidden {
		return nil, fail.New(fail.Invalid, "field.unknown").On(name)
	}
	if f.Type == field.Secret {
		return nil, fail.New(fail.Invalid, "import.secret").On(name)
	}
	if !slices.Contains(w.writable(), f) {
		return nil, fail.New(fail.Invalid, "field.readOnly").On(name)
	}
	return f, nil
}

// plan decides where each column goes: as the mapping says, else to the field
// that has the header's name or key. The ids run parallel to headers; 0 leaves
// a column out.
func (w *world) plan(headers []string, r *ImportRequest) ([]schema.FieldID, *fail.Error) {
	out := make([]schema.FieldID, len(headers))
	used := map[schema.FieldID]string{}
	open := slices.Clone(headers)
	for i, h := range headers {
		name, ok := r.Mapping[h]
		if !ok {
			continue
		}
		open[i] = ""
		if name == nil {
			continue
		}
		f, err := w.fieldFor(*name)
		if err != nil {
			return nil, err
		}
		if first, twice := used[f.ID]; twice {
			return nil, fail.New(fail.Invalid, "import.fieldTwice").On(f.Key).With("first", shownText(first)).With("second", shownText(h))
		}
		used[f.ID], out[i] = h, f.ID
	}
	for h := range r.Mapping {
		if !slices.Contains(headers, h) {
			return nil, fail.New(fail.Invalid, "import.unknownHeader").On("mapping").With("header", shownText(h))
		}
	}
	left := slices.DeleteFunc(w.matchable(), func(f *schema.Field) bool { return used[f.ID] != "" })
	to, _ := match(open, left, sure)
	for i, f := range to {
		if f != nil {
			out[i] = f.ID
		}
	}
	return out, nil
}

// createFields makes fields for the columns that lead nowhere, of the types
// that their first values suggest.
func (w *world) createFields(ctx context.Context, t table, headers []string, to []schema.FieldID, r *ImportRequest) error {
	p := &Preview{Headers: headers}
	profiles, err := p.look(t)
	if err != nil {
		return err
	}
	for i, h := range headers {
		if _, mapped := r.Mapping[h]; h == "" || to[i] != 0 || mapped {
			continue
		}
		typ := profiles[i].guess()
		in := catalog.FieldInput{Name: cutText(h, catalog.MaxName-1), Type: typ, Options: profiles[i].options(typ)}
		f, err := w.svc.o.Catalog.AddField(ctx, w.actor, w.entity.ID, in)
		if err != nil {
			return err
		}
		to[i] = f.ID
	}
	return nil
}

// targets looks up the fields of a plan. A field that is gone is left out.
func (w *world) targets(headers []string, to []schema.FieldID) []target {
	var out []target
	for i, id := range to {
		f := w.entity.Field(id)
		if id == 0 || f == nil {
			continue
		}
		if t, ok := field.Of(f.Type); ok {
			text := f.Type == "text" || f.Type == "longText" || f.Type == "singleSelect"
			out = append(out, target{column: i, header: headers[i], id: id, f: f, t: t, text: text})
		}
	}
	return out
}

// scan reads a table to its end and counts its rows after the header. What is
// wrong with the file as a whole comes out here.
func scan(t table) (rows int, err error) {
	for {
		if _, err := t.next(); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return rows, err
		}
		if rows++; rows > MaxRows {
			return rows, refuse("tooManyRows").With("max", MaxRows)
		}
	}
}
