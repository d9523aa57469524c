package record

import (
	"tongban/schema"
	"tongban/schema/field"
)

// placed is names that say where an attached file stands: who may read this
// record may fetch the file by the address that names it.
type placed struct {
	*names
	entity schema.EntityID
	record schema.RecordID
}

var _ field.Zoned = placed{}

// File describes an attached file.
func (p placed) File(f schema.FileID) (field.FileInfo, bool) {
	info, ok := p.names.File(f)
	if ok && info.URL != "" {
		info.URL += "?entity=" + schema.FormatID(schema.PrefixEntity, p.entity) + "&record=" + schema.FormatID(schema.PrefixRecord, p.record)
	}
	return info, ok
}
