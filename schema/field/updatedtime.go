package field

import "tongban/schema"

// updatedTime shows when the record was updated.
type updatedTime struct{ shownTime }

func (updatedTime) Name() string { return "updatedTime" }

func (updatedTime) Traits(*schema.Field) Traits { return timeTraits(schema.SysUpdatedAt) }
