package field

// The filter ops that kinds of fields share; schema/filter gives them meaning.
var (
	opsText   = []string{"eq", "ne", "contains", "notContains", "startsWith", "endsWith", "in", "notIn", "gt", "gte", "lt", "lte", "between", "isEmpty", "isNotEmpty"}
	opsLong   = []string{"contains", "notContains", "startsWith", "endsWith", "eq", "ne", "isEmpty", "isNotEmpty"}
	opsNumber = []string{"eq", "ne", "gt", "gte", "lt", "lte", "between", "in", "notIn", "isEmpty", "isNotEmpty"}
	opsMoney  = []string{"eq", "ne", "gt", "gte", "lt", "lte", "between", "in", "notIn", "hasAny", "hasNone", "isEmpty", "isNotEmpty"}
	opsTime   = []string{"eq", "ne", "gt", "gte", "lt", "lte", "between", "within", "in", "notIn", "isEmpty", "isNotEmpty"}
	opsBool   = []string{"eq", "ne", "isEmpty", "isNotEmpty"}
	opsOption = []string{"eq", "ne", "in", "notIn", "hasAny", "hasNone", "isEmpty", "isNotEmpty"}
	opsSet    = []string{"hasAny", "hasAll", "hasNone", "eq", "ne", "in", "notIn", "isEmpty", "isNotEmpty"}
	opsJoined = []string{"contains", "notContains", "isEmpty", "isNotEmpty"}
	opsFilled = []string{"isEmpty", "isNotEmpty"}
)
