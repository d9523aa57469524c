package field

import "tongban/schema"

// createdTime shows when the record was created.
type createdTime struct{ shownTime }

func (createdTime) Name() string { return "createdTime" }

func (createdTime) Traits(*schema.Field) Traits { return timeTraits(schema.SysCreatedAt) }
