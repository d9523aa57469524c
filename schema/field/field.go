// Package field holds the field types: how a value of each is read, checked,
// written and described. It is the one place that knows; storage knows only
// kinds, the pages mirror it in frontend/src/fields, and both read the same
// corpus in testdata.
//
// Limits: text, url 2,000 characters; longText 100,000; email 254; phone 40;
// 500 choices of 100 characters; 100 choices, 100 users, 1,000 links, 100
// files in one value. Characters are Unicode code points.
package field

import (
	"time"

	"tongban/schema"
)

// Env is what reading a value may depend on besides the value.
type Env struct {
	Now      time.Time
	Zone     *time.Location // of the tenant; nil: UTC
	Me       schema.UserID
	Typecast bool   // also accept text where JSON wants another type, and names for ids
	Find     Finder // may be nil: names are not found then
	// Rate says what one unit of a currency is worth in another now; nil: nothing
	// is known.
	Rate Rate
}

// Finder finds ids by what people write: a user's e-mail or name, a record's title.
type Finder interface {
	User(text string) (schema.UserID, bool)
	Record(e schema.EntityID, text string) (schema.RecordID, bool)
}

// FileInfo describes an attached file to its reader.
type FileInfo struct {
	ID   schema.FileID
	Name string
	Size int64
	Type string // media type
	URL  string
}

// Names knows what ids are called. A record that the reader may not see, or a
// thing that is gone, has no name (ok is false). A Names may also implement
// Zoned. It is asked once per value: give it maps, not queries.
type Names interface {
	User(u schema.UserID) string
	Record(e schema.EntityID, r schema.RecordID) (title string, ok bool)
	File(f schema.FileID) (FileInfo, bool)
}

// Zoned is a Names that also says in which zone Text writes times; without it UTC.
type Zoned interface{ Zone() *time.Location }

// Traits says what can be done with a field.
type Traits struct {
	Kind     schema.Kind
	System   schema.FieldID // createdTime and its like: the system field that is shown
	SortKey  uint8          // as store.SortKey: 0 as it is, 1 pinyin, 2 natural
	Sortable bool
	// Groupable: grouping by it makes sense. Searchable: goes into the index
	// that the search box asks.
	Groupable, Searchable, ReadOnly, MayBeUnique, MayBeRequired bool
	Ops                                                         []string // filter ops, see schema/filter
	// Money: amounts of several currencies. Order, comparisons and figures go by
	// schema.ShadowBase, groups by schema.ShadowCode.
	Money bool
}

// Rated is a Names that also knows what one unit of a currency is worth in
// another now; without it amounts of other currencies have no worth.
type Rated interface {
	Rate(from, to string) (rate string, ok bool)
}

// Type is one type of field. Methods are pure and safe for concurrent use.
type Type interface {
	Name() string
	Traits(f *schema.Field) Traits
	// Check checks and completes a field's options, when it is created or
	// changed: it gives ids and colours to choices, the default scale and so on.
	Check(f *schema.Field) error
	// Parse reads decoded JSON input (numbers as json.Number) into storage form.
	// nil, "" and [] are the empty value, nil.
	Parse(f *schema.Field, in any, env *Env) (schema.Value, error)
	// ParseText reads what was typed, pasted or imported.
	ParseText(f *schema.Field, s string, env *Env) (schema.Value, error)
	// AppendJSON appends the value as the API shows it.
	AppendJSON(dst []byte, f *schema.Field, v schema.Value, n Names) []byte
	// Text is the value in one cell of text; ParseText reads it back.
	Text(f *schema.Field, v schema.Value, n Names) string
}

// all is the list of types, in the order in which pages offer them.
var all = []Type{
	text{},
	longText{},
	richText{},
	markdown{},
	number{},
	decimal{},
	currency{},
	percent{},
	duration{},
	rating{},
	progress{},
	checkbox{},
	date{},
	dateTime{},
	timeOfDay{},
	year{},
	singleSelect{},
	multiSelect{},
	cascader{},
	status{},
	user{},
	users{},
	department{},
	role{},
	phone{},
	email{},
	webAddress{},
	idCard{},
	attachment{},
	file{},
	image{},
	signature{},
	barcode{},
	location{},
	address{},
	geometry{},
	link{},
	lookup{},
	rollup{},
	count{},
	computedFormula{},
	sla{},
	autoNumber{},
	uuid{},
	secret{},
	jsonValue{},
	button{},
	section{},
	description{},
	createdTime{},
	createdBy{},
	updatedTime{},
	updatedBy{},
}

// All returns the types in the order in which pages offer them.
func All() []Type { return all }

// Of returns the type with a name.
func Of(name string) (Type, bool) {
	t, ok := byName[name]
	return t, ok
}

var byName = index(all)

func index(types []Type) map[string]Type {
	m := make(map[string]Type, len(types))
	for _, t := range types {
		m[t.Name()] = t
	}
	return m
}
