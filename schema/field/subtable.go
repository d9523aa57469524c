package field

import "tongban/schema"

// SubTable is the name under which the API offers the derived side of a link
// that stands as a table in its record. It is kept as a link with this Format:
// the records are the other entity's, and so is what links them.
const SubTable = "subTable"

// IsSubTable reports that a link is shown as a table in its record.
func IsSubTable(f *schema.Field) bool {
	return f.Type == "link" && f.Options.Derived && f.Options.Format == SubTable
}
