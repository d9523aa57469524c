package field

import "tongban/schema"

// subTable shows the records of another entity that belong to this one as a
// table in it: the derived side of a link that the other entity stores.
type subTable struct{ link }

func (subTable) Name() string { return "subTable" }

func (subTable) Check(f *schema.Field) error {
	if f.Options.Entity == 0 {
		return bad(f, "noEntity")
	}
	f.Options.Many, f.Options.Derived = true, true
	return nil
}

// IsLink reports that a field's values are records of another entity.
func IsLink(f *schema.Field) bool { return f.Type == "link" || f.Type == "subTable" }
