package record

import (
	"strconv"
	"time"

	"tongban/runtime/access"
	"tongban/schema"
	"tongban/schema/field"
)

// Row is one record as one actor may see it.
type Row struct {
	Record *schema.Record
	Access access.Access
	// Deleted: only id and version are to be shown.
	Deleted bool
	page    *page
	derived map[schema.FieldID][]int64 // what links here, by derived link field
	// computed holds what was computed for this answer.
	computed map[schema.FieldID]computedValue
}

// page is what the rows of one answer share.
type page struct {
	entity *schema.Entity
	cols   []*column
	names  *names
}

// Entity is the entity of the record.
func (r *Row) Entity() *schema.Entity { return r.page.entity }

// Names knows the users, records and files that the row's values name.
func (r *Row) Names() field.Names { return r.page.names }

// Value is what a field holds for this reader; nil where it may not be read.
func (r *Row) Value(f *schema.Field) schema.Value {
	if !r.Access.Read.Has(f.ID) {
		return nil
	}
	if f.Options.Derived {
		if set := r.derived[f.ID]; len(set) > 0 {
			return set
		}
		return nil
	}
	if c, ok := r.computed[f.ID]; ok {
		return c.value
	}
	if t, ok := field.Of(f.Type); ok {
		if sys := t.Traits(f).System; sys != 0 {
			return r.Record.Get(sys)
		}
	}
	return r.Record.Values[f.ID]
}

// AppendJSON appends the record as the API shows it:
// {"id","version","createdAt","createdBy","updatedAt","updatedBy","fields","can"}.
// Empty fields are left out.
func (r *Row) AppendJSON(dst []byte, by KeyMode) []byte {
	rec := r.Record
	dst = append(dst, `{"id":"`...)
	dst = appendID(dst, schema.PrefixRecord, int64(rec.ID))
	dst = append(dst, `","version":`...)
	dst = strconv.AppendInt(dst, int64(rec.Version), 10)
	if r.Deleted {
		return append(dst, '}')
	}
	dst = append(dst, `,"createdAt":`...)
	dst = appendTime(dst, rec.CreatedAt)
	dst = append(dst, `,"createdBy":`...)
	dst = r.page.names.appendUser(dst, rec.CreatedBy)
	dst = append(dst, `,"updatedAt":`...)
	dst = appendTime(dst, rec.UpdatedAt)
	dst = append(dst, `,"updatedBy":`...)
	dst = r.page.names.appendUser(dst, rec.UpdatedBy)
	dst = append(dst, `,"fields":`...)
	dst = r.AppendFields(dst, by)
	dst = append(dst, `,"can":`...)
	dst = r.appendCan(dst, by)
	return append(dst, '}')
}

// AppendFields appends the object of the record's fields alone.
func (r *Row) AppendFields(dst []byte, by KeyMode) []byte {
	dst = append(dst, '{')
	first := true
	for i := range r.page.cols {
		c := r.page.cols[i]
		if !r.Access.Read.Has(c.f.ID) {
			continue
		}
		v, code := r.shown(c), ""
		if v == nil {
			if code = r.Failed(c.f); code == "" {
				continue
			}
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, c.quote[by]...)
		if code != "" {
			dst = append(appendText(append(dst, `{"error":`...), code), '}')
			continue
		}
		dst = c.t.AppendJSON(dst, c.f, v, r.namesFor(c))
	}
	return append(dst, '}')
}

func (r *Row) namesFor(c *column) field.Names {
	if c.files {
		return placed{r.page.names, r.page.entity.ID, r.Record.ID}
	}
	return r.page.names
}

// held is the value of a column as it is stored, or was computed for this answer.
func (r *Row) held(c *column) schema.Value {
	if got, ok := r.computed[c.f.ID]; ok {
		return got.value
	}
	return r.Record.Get(c.from)
}

// shown is the value of a column, without the links that the reader may not see.
func (r *Row) shown(c *column) schema.Value {
	if c.shows != 0 {
		if set := r.page.names.visible(c.shows, setOf(r.held(c))); len(set) > 0 {
			return set
		}
		return nil
	}
	if !c.link {
		return r.held(c)
	}
	set := r.derived[c.f.ID]
	if !c.f.Options.Derived {
		set, _ = r.Record.Values[c.f.ID].([]int64)
	}
	set = r.page.names.visible(c.f.Options.Entity, set)
	if len(set) == 0 {
		return nil
	}
	return set
}

// appendCan tells what the reader may do: only fields that may not be written are named.
func (r *Row) appendCan(dst []byte, by KeyMode) []byte {
	write := r.Access.May(access.Write)
	dst = append(dst, `{"write":`...)
	dst = strconv.AppendBool(dst, write)
	dst = append(dst, `,"delete":`...)
	dst = strconv.AppendBool(dst, r.Access.May(access.Delete))
	first := true
	for i := range r.page.cols {
		c := r.page.cols[i]
		var right string
		switch {
		case r.Access.Masked.Has(c.f.ID) && !r.Access.Read.Has(c.f.ID):
			if r.Record.Get(c.from) == nil {
				continue
			}
			right = `"masked"`
		case !write || !r.Access.Read.Has(c.f.ID) || r.Access.Write.Has(c.f.ID):
			continue
		default:
			right = `"read"`
		}
		if first {
			dst = append(dst, `,"fields":{`...)
			first = false
		} else {
			dst = append(dst, ',')
		}
		dst = append(dst, c.quote[by]...)
		dst = append(dst, right...)
	}
	if !first {
		dst = append(dst, '}')
	}
	return append(dst, '}')
}

func appendID(dst []byte, prefix string, id int64) []byte {
	return strconv.AppendInt(append(dst, prefix...), id, 36)
}

func appendTime(dst []byte, ms int64) []byte {
	dst = append(dst, '"')
	dst = time.UnixMilli(ms).UTC().AppendFormat(dst, "2006-01-02T15:04:05.000Z07:00")
	return append(dst, '"')
}

// setOf returns the members of a stored set.
func setOf(v schema.Value) []int64 {
	s, _ := v.([]int64)
	return s
}

func appendText(dst []byte, s string) []byte { return field.AppendString(dst, s) }
