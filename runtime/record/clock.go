package record

import (
	"tongban/runtime/catalog"
	"tongban/schema"
)

func (ev *evaluator) due(*catalog.Computed, *schema.Record) schema.Value { return nil }
