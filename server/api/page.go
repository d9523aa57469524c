package api

import (
	"encoding/base64"
	"strconv"
	"strings"

	"tongban/schema/fail"
)

// paging are the query parameters of list routes.
var paging = []string{"limit", "cursor"}

// paged is the page of a whole list that limit and cursor ask for. A cursor
// names the last item of the page before it; where that is gone, the list goes
// on from where it stood.
func paged[T any](c *call, all []T, id func(*T) string) (items[T], error) {
	limit, err := c.limit()
	if err != nil {
		return items[T]{}, err
	}
	from := 0
	if v := c.query("cursor"); v != "" {
		b, err := base64.RawURLEncoding.DecodeString(v)
		at, last, ok := strings.Cut(string(b), ":")
		pos, perr := strconv.Atoi(at)
		if err != nil || perr != nil || !ok || pos < 0 {
			return items[T]{}, fail.New(fail.Invalid, "cursor.invalid").On("cursor")
		}
		from = min(pos, len(all))
		for i := range all {
			if id(&all[i]) == last {
				from = i + 1
			}
		}
	}
	rest := all[from:]
	if len(rest) <= limit {
		return list(rest), nil
	}
	out := list(rest[:limit])
	end := from + limit - 1
	out.NextCursor = base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(end) + ":" + id(&all[end])))
	return out, nil
}
