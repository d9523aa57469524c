// Package region knows the provinces, cities and counties of China by their
// codes of GB/T 2260, as regions.txt lists them. Codes are six digits; those
// of a province end in 0000, those of a city in 00.
package region

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed regions.txt
var list string

// Region is one place.
type Region struct {
	Code   int64
	Parent int64 // 0: a province
	Name   string
}

type table struct {
	all      []Region
	byCode   map[int64]int
	children map[int64][]int
}

var load = sync.OnceValue(read)

func read() *table {
	t := &table{byCode: map[int64]int{}, children: map[int64][]int{}}
	for line := range strings.Lines(list) {
		code, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.ParseInt(code, 10, 64)
		if !ok || err != nil {
			continue
		}
		t.byCode[n] = len(t.all)
		t.all = append(t.all, Region{Code: n, Name: name})
	}
	for i := range t.all {
		r := &t.all[i]
		r.Parent = t.parent(r.Code)
		t.children[r.Parent] = append(t.children[r.Parent], i)
	}
	return t
}

// parent is the nearest listed place that holds a place: a county whose city
// is not listed belongs to its province.
func (t *table) parent(code int64) int64 {
	for _, size := range []int64{100, 10_000} {
		up := code / size * size
		if _, ok := t.byCode[up]; ok && up != code {
			return up
		}
	}
	return 0
}

// All lists the places in the order of their codes. Callers must not change it.
func All() []Region { return load().all }

// Find returns the place with a code.
func Find(code int64) (Region, bool) {
	t := load()
	i, ok := t.byCode[code]
	if !ok {
		return Region{}, false
	}
	return t.all[i], true
}

// ByCode reads a code of six digits.
func ByCode(s string) (Region, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || len(s) != 6 {
		return Region{}, false
	}
	return Find(n)
}

// Name is what the place with a code of six digits is called.
func Name(code string) (string, bool) {
	r, ok := ByCode(code)
	return r.Name, ok
}

// Path lists a place after those that hold it, from the province on.
func Path(code int64) []Region {
	var out []Region
	for r, ok := Find(code); ok; r, ok = Find(r.Parent) {
		out = append(out, r)
	}
	slices.Reverse(out)
	return out
}

// Named finds a place by the names on the way to it. Levels may be left out
// where one place alone has the name below the ones before.
func Named(path []string) (Region, bool) {
	var at Region
	for i, name := range path {
		next, ok := below(at.Code, name)
		if !ok || i == 0 && name == "" {
			return Region{}, false
		}
		at = next
	}
	return at, at.Code != 0
}

// below finds a place by name within another: first among its parts, then deeper.
func below(code int64, name string) (Region, bool) {
	t := load()
	level := t.children[code]
	for len(level) > 0 {
		var found []int
		var deeper []int
		for _, i := range level {
			if t.all[i].Name == name {
				found = append(found, i)
			}
			deeper = append(deeper, t.children[t.all[i].Code]...)
		}
		if len(found) > 0 {
			return t.all[found[0]], len(found) == 1
		}
		level = deeper
	}
	return Region{}, false
}

// Start finds the deepest place whose path of names a text begins with, and
// returns what follows the names.
func Start(s string) (Region, string, bool) {
	t := load()
	at, rest, ok := Region{}, s, false
	for {
		i, after := t.starts(at.Code, rest)
		if i < 0 {
			return at, rest, ok
		}
		at, rest, ok = t.all[i], after, true
	}
}

// starts finds the part of a place whose name a text begins with; a level may
// be left out. -1: none.
func (t *table) starts(code int64, s string) (int, string) {
	s = strings.TrimLeft(s, " /")
	best := -1
	consider := func(i int) {
		name := t.all[i].Name
		if strings.HasPrefix(s, name) && (best < 0 || len(name) > len(t.all[best].Name)) {
			best = i
		}
	}
	for _, i := range t.children[code] {
		consider(i)
	}
	if best < 0 && code != 0 {
		for _, i := range t.children[code] {
			for _, j := range t.children[t.all[i].Code] {
				consider(j)
			}
		}
	}
	if best < 0 {
		return -1, s
	}
	return best, s[len(t.all[best].Name):]
}

// Format writes a code as six digits.
func Format(code int64) string {
	s := strconv.FormatInt(code, 10)
	return strings.Repeat("0", max(0, 6-len(s))) + s
}
