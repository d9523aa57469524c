package filter

import (
	"time"

	"tongban/schema/query"
	"tongban/schema/value"
)

// span is the time that a value means: from its start to before its end, in ms.
type span struct{ from, to int64 }

const day = int64(24 * time.Hour / time.Millisecond)

// time compiles the ops of days and moments. A value is a span: one ms for a
// moment, one day for a day, so that a day given for a moment means all of it.
func (l *leaf) time() (query.Expr, error) {
	switch l.op {
	case "within":
		s, err := l.relative()
		if err != nil {
			return nil, err
		}
		return l.inside(s), nil
	case "in", "notIn":
		return l.timeList()
	case "between":
		return l.between(func(lo, hi any) (query.Expr, error) {
			var x query.And
			if lo != nil {
				s, err := l.span(lo)
				if err != nil {
					return nil, err
				}
				x = append(x, query.Cmp{Field: l.id, Op: query.Ge, Val: s.from})
			}
			if hi != nil {
				s, err := l.span(hi)
				if err != nil {
					return nil, err
				}
				x = append(x, query.Cmp{Field: l.id, Op: query.Lt, Val: s.to})
			}
			return x, nil
		})
	}
	s, err := l.span(l.value)
	if err != nil {
		return nil, err
	}
	switch l.op {
	case "eq":
		return l.inside(s), nil
	case "ne":
		return query.Not{X: l.inside(s)}, nil
	case "gt":
		return query.Cmp{Field: l.id, Op: query.Ge, Val: s.to}, nil
	case "gte":
		return query.Cmp{Field: l.id, Op: query.Ge, Val: s.from}, nil
	case "lt":
		return query.Cmp{Field: l.id, Op: query.Lt, Val: s.from}, nil
	}
	return query.Cmp{Field: l.id, Op: query.Lt, Val: s.to}, nil // lte
}

// inside matches times in a span.
func (l *leaf) inside(s span) query.Expr {
	if s.to == s.from+1 || l.f.Type == "date" && s.to == s.from+day {
		return query.Cmp{Field: l.id, Op: query.Eq, Val: s.from}
	}
	return query.And{
		query.Cmp{Field: l.id, Op: query.Ge, Val: s.from},
		query.Cmp{Field: l.id, Op: query.Lt, Val: s.to},
	}
}

func (l *leaf) timeList() (query.Expr, error) {
	list, err := l.list()
	if err != nil {
		return nil, err
	}
	var x query.Or
	for _, in := range list {
		if blank(in) {
			x = append(x, query.Empty{Field: l.id})
			continue
		}
		s, err := l.span(in)
		if err != nil {
			return nil, err
		}
		x = append(x, l.inside(s))
	}
	if l.op == "notIn" {
		return query.Not{X: x}, nil
	}
	return x, nil
}

// span reads a day or a moment.
func (l *leaf) span(in any) (span, error) {
	s, ok := in.(string)
	if !ok {
		return span{}, l.bad("filter.badValue").With("want", "date")
	}
	zone := l.zone()
	switch s {
	case "@today":
		return l.day(value.Day(l.env.Now.UnixMilli(), zone)), nil
	case "@now":
		if l.f.Type == "date" {
			return l.day(value.Day(l.env.Now.UnixMilli(), zone)), nil
		}
		now := l.env.Now.UnixMilli()
		return span{now, now + 1}, nil
	}
	if ms, err := value.ParseDate(s); err == nil {
		return l.day(ms), nil
	}
	ms, err := value.ParseTime(s, zone)
	if err != nil {
		return span{}, l.bad("filter.badValue").With("want", "date")
	}
	if l.f.Type == "date" {
		return l.day(value.Day(ms, zone)), nil
	}
	return span{ms, ms + 1}, nil
}

// day is the span of a day: a day for a date field, moments in the zone for others.
func (l *leaf) day(first int64) span {
	return span{l.start(first, 0), l.start(first, 1)}
}

// start is where the day n days after first begins.
func (l *leaf) start(first int64, n int) int64 {
	if l.f.Type == "date" {
		return first + int64(n)*day
	}
	d := time.UnixMilli(first).UTC()
	return time.Date(d.Year(), d.Month(), d.Day()+n, 0, 0, 0, 0, l.zone()).UnixMilli()
}

// zone is the field's own, or the tenant's.
func (l *leaf) zone() *time.Location {
	if z, ok := value.Zone(l.f.Options.TimeZone); ok {
		return z
	}
	if l.env.Zone != nil {
		return l.env.Zone
	}
	return time.UTC
}
