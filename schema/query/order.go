package query

import (
	"cmp"
	"time"

	"tongban/schema"
)

// CompareValues orders two values of one kind, as Sort does: empty comes
// first. Texts compare by their bytes: give it sort keys. Values of different
// kinds, and sets, are equal to it.
func CompareValues(a, b schema.Value) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	c, _ := compare(a, b)
	return c
}

// SortValues returns the values by which a record is put into order, with the
// sort keys of its texts: what a Cursor holds.
func SortValues(sorts []Sort, r *schema.Record, in Lookup) []schema.Value {
	vals := make([]schema.Value, len(sorts))
	for i, s := range sorts {
		vals[i] = r.Get(s.Field)
		if text, ok := vals[i].(string); ok && in != nil {
			vals[i] = in.SortKey(s.Field, text)
		}
	}
	return vals
}

// CompareRecords orders two records by sorts and then by id, as every engine does.
func CompareRecords(sorts []Sort, a, b *schema.Record, in Lookup) int {
	at := Cursor{Vals: SortValues(sorts, b, in), ID: b.ID}
	return CompareTo(sorts, a, &at, in)
}

// CompareTo tells whether a record stands before (-1), at (0) or after (1) a
// place in an order.
func CompareTo(sorts []Sort, r *schema.Record, at *Cursor, in Lookup) int {
	vals := SortValues(sorts, r, in)
	desc := false
	for i, s := range sorts {
		desc = s.Desc
		if c := CompareValues(vals[i], at.Vals[i]); c != 0 {
			return turn(c, desc)
		}
	}
	return turn(cmp.Compare(r.ID, at.ID), desc)
}

func turn(c int, desc bool) int {
	if desc {
		return -c
	}
	return c
}

// BucketOf rounds a time (ms) down to its bucket in zone (nil: UTC) and
// returns the ms of the bucket's first midnight, read as though it were UTC.
func BucketOf(ms int64, b Bucket, zone *time.Location, weekStart time.Weekday) int64 {
	t := time.UnixMilli(ms).UTC()
	if zone != nil {
		t = t.In(zone)
	}
	y, m, d := t.Date()
	switch b {
	case Week:
		d -= (int(t.Weekday()) - int(weekStart) + 7) % 7
	case Month:
		d = 1
	case Quarter:
		m, d = (m-1)/3*3+1, 1
	case Year:
		m, d = 1, 1
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC).UnixMilli()
}
