package field

import "tongban/schema"

// createdBy shows who created the record.
type createdBy struct{ shownUser }

func (createdBy) Name() string { return "createdBy" }

func (createdBy) Traits(*schema.Field) Traits { return userTraits(schema.SysCreatedBy) }
