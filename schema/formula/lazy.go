package formula

import (
	"strconv"

	"tongban/schema"
)

func itoa(n int) string { return strconv.Itoa(n) }

// lazies build the functions that do not evaluate all their arguments, or that
// look at errors.
var lazies = map[string]func(args []*node) eval{
	"IF": buildIf, "IFS": buildIfs, "SWITCH": buildSwitch,
	"AND": func(args []*node) eval { return junction(args, true) },
	"OR":  func(args []*node) eval { return junction(args, false) },
	"IFERROR": func(args []*node) eval {
		x, y := args[0].run, args[1].run
		return func(c *ctx) Value {
			if v := x(c); v.kind != kindError || v.s == string(ErrLimit) && c.steps < 0 {
				return v
			}
			return y(c)
		}
	},
	"ISERROR": func(args []*node) eval {
		x := args[0].run
		return func(c *ctx) Value { return Bool(x(c).kind == kindError) }
	},
	"TRUE":      constant(Bool(true)),
	"FALSE":     constant(Bool(false)),
	"BLANK":     constant(Blank()),
	"ERROR":     constant(Failed(ErrError)),
	"RECORD_ID": func([]*node) eval { return recordID },
	"CREATED_TIME": func([]*node) eval {
		return func(c *ctx) Value { return DateTime(c.row.CreatedAt()) }
	},
	lastModified: buildLastModified,
	"ME":         func([]*node) eval { return func(c *ctx) Value { return c.env.Me } },
	"NOW":        func([]*node) eval { return now },
	"DATENOW":    func([]*node) eval { return now },
	"TODAY": func([]*node) eval {
		return func(c *ctx) Value { return Date(floorDay(wall(c.env.Now.UnixMilli(), c.zone))) }
	},
	"CONCATENATE": buildConcat, "CONCAT": buildConcat,
}

// lastModified is the function whose arguments are fields, not their values.
const lastModified = "LAST_MODIFIED_TIME"

// buildLastModified gives when the record was changed, or the newest of the
// moments when some of its fields were; blank where none ever was.
func buildLastModified(args []*node) eval {
	if len(args) == 0 {
		return func(c *ctx) Value { return DateTime(c.row.UpdatedAt()) }
	}
	fields := make([]schema.FieldID, len(args))
	for i, a := range args {
		fields[i] = ungrouped(a).field
	}
	return func(c *ctx) Value {
		last := int64(0)
		for _, f := range fields {
			last = max(last, c.row.ChangedAt(f))
		}
		if last == 0 {
			return Blank()
		}
		return DateTime(last)
	}
}

// ungrouped is a part without the parentheses around it.
func ungrouped(n *node) *node {
	for n.op == opGroup {
		n = n.args[0]
	}
	return n
}

func constant(v Value) func([]*node) eval {
	return func([]*node) eval { return func(*ctx) Value { return v } }
}

func now(c *ctx) Value { return DateTime(c.env.Now.UnixMilli()) }

func recordID(c *ctx) Value {
	if c.row.ID() == 0 {
		return Blank()
	}
	return Text(schema.FormatID(schema.PrefixRecord, c.row.ID()))
}

func buildIf(args []*node) eval {
	cond, yes := args[0].run, args[1].run
	no := func(*ctx) Value { return Value{} }
	if len(args) > 2 {
		no = args[2].run
	}
	return func(c *ctx) Value {
		ok, failed := c.condition(cond(c))
		switch {
		case failed.kind == kindError:
			return failed
		case ok:
			return yes(c)
		}
		return no(c)
	}
}

func buildIfs(args []*node) eval {
	return func(c *ctx) Value {
		for i := 0; i+1 < len(args); i += 2 {
			ok, failed := c.condition(args[i].run(c))
			if failed.kind == kindError {
				return failed
			}
			if ok {
				return args[i+1].run(c)
			}
		}
		return Value{}
	}
}

func buildSwitch(args []*node) eval {
	return func(c *ctx) Value {
		x := args[0].run(c)
		if x.kind == kindError {
			return x
		}
		i := 1
		for ; i+1 < len(args); i += 2 {
			switch v := equal(c, x, args[i].run(c), true); {
			case v.kind == kindError:
				return v
			case v.IsTrue():
				return args[i+1].run(c)
			}
		}
		if i < len(args) {
			return args[i].run(c)
		}
		return Value{}
	}
}

// junction is AND and OR: from left to right, until the result is certain. The
// elements of a list count one by one.
func junction(args []*node, and bool) eval {
	return func(c *ctx) Value {
		for _, a := range args {
			v := a.run(c)
			if v.kind == KindBool {
				if (v.n != 0) != and {
					return Bool(!and)
				}
				continue
			}
			if v.kind != kindList {
				v = Value{kind: kindList, list: &[]Value{v}}
			}
			if !c.spend(len(*v.list)) {
				return Failed(ErrLimit)
			}
			for _, x := range *v.list {
				ok, failed := c.condition(x)
				if failed.kind == kindError {
					return failed
				}
				if ok != and {
					return Bool(!and)
				}
			}
		}
		return Bool(and)
	}
}

// buildConcat joins the texts of all arguments, lists with ", ".
func buildConcat(args []*node) eval {
	return func(c *ctx) Value {
		buf := make([]byte, 0, 64)
		for _, a := range args {
			v := a.run(c)
			if v.kind != KindText {
				if v.kind == kindList {
					v = c.single(v)
				}
				if v.kind == kindError {
					return v
				}
				v = Text(textOf(v, c.zone))
			}
			if buf = append(buf, v.s...); len(buf) > MaxText || !c.spend(len(v.s)>>5) {
				return Failed(ErrLimit)
			}
		}
		return Text(string(buf))
	}
}
