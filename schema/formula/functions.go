package formula

import (
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Function describes a function, for the check, the editor and the documents.
type Function struct {
	Name     string            `json:"name"`
	Category string            `json:"category"`
	Params   []Param           `json:"params"`
	Returns  string            `json:"returns"` // a kind, numeric, first, union, list or any
	Volatile bool              `json:"volatile,omitempty"`
	Doc      map[string]string `json:"doc"` // by language
	Examples []Example         `json:"examples"`
}

// Param is a parameter. The last ones may be optional, the very last repeated.
type Param struct {
	Name     string `json:"name"`
	Type     string `json:"type"` // any, text, number, bool, date, list, field
	Optional bool   `json:"optional,omitempty"`
	Repeat   bool   `json:"repeat,omitempty"`
}

// Example is a formula without fields and the text of its value.
type Example struct {
	Formula string `json:"formula"`
	Result  string `json:"result"`
}

// FunctionsJSON is functions.json, for the editor.
//
//go:embed functions.json
var FunctionsJSON []byte

type registry struct {
	list  []Function
	byKey map[string]*Function
	names []string
	err   error
}

var load = sync.OnceValue(func() *registry {
	r := &registry{byKey: map[string]*Function{}}
	if r.err = json.Unmarshal(FunctionsJSON, &r.list); r.err != nil {
		return r
	}
	for i := range r.list {
		r.byKey[r.list[i].Name] = &r.list[i]
		r.names = append(r.names, r.list[i].Name)
	}
	return r
})

// Functions lists all functions, in the order of functions.json.
func Functions() []Function { return slices.Clone(load().list) }

// Lookup finds a function by its name in any case.
func Lookup(name string) (*Function, bool) {
	f, ok := load().byKey[strings.ToUpper(name)]
	return f, ok
}

func functionNames() []string { return load().names }

// param is the parameter that the i-th argument is for.
func (f *Function) param(i int) Param {
	if i >= len(f.Params) {
		if n := f.repeated(); n > 0 {
			return f.Params[len(f.Params)-n+(i-len(f.Params))%n]
		}
		return Param{Type: "any"}
	}
	return f.Params[i]
}

// repeated counts the parameters at the end that may come again.
func (f *Function) repeated() (n int) {
	for i := len(f.Params) - 1; i >= 0 && f.Params[i].Repeat; i-- {
		n++
	}
	return n
}

// counts says how many arguments there may be; most is -1 for any number.
func (f *Function) counts() (least, most int) {
	for _, p := range f.Params {
		if !p.Optional {
			least++
		}
	}
	if f.repeated() > 0 {
		return least, -1
	}
	return least, len(f.Params)
}

// impl computes a function of arguments that are what its parameters want:
// never errors (but inside of lists), never blank for date.
type impl func(c *ctx, a []Value) Value

// functions holds what evaluates its arguments first; lazies hold the others.
var functions = merge(textFunctions, numberFunctions, listFunctions, dateFunctions, moreFunctions, chinaFunctions)

func merge(parts ...map[string]impl) map[string]impl {
	all := map[string]impl{}
	for _, m := range parts {
		maps.Copy(all, m)
	}
	return all
}
