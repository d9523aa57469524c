package field

import "tongban/schema"

// updatedBy shows who updated the record.
type updatedBy struct{ shownUser }

func (updatedBy) Name() string { return "updatedBy" }

func (updatedBy) Traits(*schema.Field) Traits { return userTraits(schema.SysUpdatedBy) }
