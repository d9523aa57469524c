package field

import "tongban/schema"

// parseSet reads a list, or one bare member, into distinct ids in order.
func parseSet(f *schema.Field, in any, most int, one func(any) (int64, error)) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	list, ok := in.([]any)
	if !ok {
		list = []any{in}
	}
	if len(list) > most {
		return nil, bad(f, "tooMany").With("max", most)
	}
	ids := make([]int64, 0, len(list))
	seen := make(map[int64]bool, len(list))
	for _, e := range list {
		id, err := one(e)
		if err != nil {
			return nil, err
		}
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// appendSet appends a list of what one appends for each id; it may append nothing.
func appendSet(dst []byte, v schema.Value, one func([]byte, int64) []byte) []byte {
	ids, ok := v.([]int64)
	if !ok {
		return appendNull(dst)
	}
	dst = append(dst, '[')
	for _, id := range ids {
		before := len(dst)
		if before > 0 && dst[before-1] != '[' {
			dst = append(dst, ',')
		}
		start := len(dst)
		if dst = one(dst, id); len(dst) == start {
			dst = dst[:before]
		}
	}
	return append(dst, ']')
}

// setText joins the names of a set, leaving out what has none.
func setText(v schema.Value, name func(int64) string) string {
	ids, ok := v.([]int64)
	if !ok {
		return ""
	}
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		if n := name(id); n != "" {
			names = append(names, n)
		}
	}
	return Join(names)
}

// anyList turns texts into decoded JSON.
func anyList(texts []string) []any {
	out := make([]any, len(texts))
	for i, s := range texts {
		out[i] = s
	}
	return out
}

// refID reads an id given bare or in the object that the API shows.
func refID(in any) (string, bool) {
	switch v := in.(type) {
	case string:
		return v, true
	case map[string]any:
		s, ok := v["id"].(string)
		return s, ok
	}
	return "", false
}
