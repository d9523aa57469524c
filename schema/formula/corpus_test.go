package formula_test

import (
	"bufio"
	"encoding/json"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/formula"
	"tongban/schema/value"
)

// fill writes the values that cases without "want" have, to be looked at by a person.
var fill = flag.Bool("fill", false, "fill in missing results of the corpus")

// testCase is one line of the corpus.
type testCase struct {
	F     string           `json:"f"`
	Row   map[string]typed `json:"row,omitempty"`
	Env   *envJSON         `json:"env,omitempty"`
	Want  *typed           `json:"want,omitempty"`
	Error string           `json:"error,omitempty"` // the code of a compile error
	Pos   *int             `json:"pos,omitempty"`
	Note  string           `json:"note,omitempty"`
}

// typed is a value with its type: t is a kind, "list" (of one kind: of), "blank" or "error".
type typed struct {
	T     string  `json:"t"`
	V     any     `json:"v,omitempty"`
	Scale int     `json:"scale,omitempty"`
	Of    string  `json:"of,omitempty"`
	List  []typed `json:"list,omitempty"`
	// Computed says that nobody gives the field its values.
	Computed bool `json:"computed,omitempty"`
}

type envJSON struct {
	Now       string                `json:"now,omitempty"`
	Zone      string                `json:"zone,omitempty"`
	Locale    string                `json:"locale,omitempty"`
	WeekStart *int                  `json:"weekStart,omitempty"`
	Me        string                `json:"me,omitempty"`
	Record    int64                 `json:"record,omitempty"`
	Created   string                `json:"created,omitempty"`
	Updated   string                `json:"updated,omitempty"`
	Calendars map[string]calendarIn `json:"calendars,omitempty"`
	Rates     map[string]string     `json:"rates,omitempty"` // "USD/CNY" or "USD/CNY@2026-01-01"
	Regions   map[string]string     `json:"regions,omitempty"`
	Changed   map[string]string     `json:"changed,omitempty"` // when fields were, by name
}

type calendarIn struct {
	Zone  string                    `json:"zone,omitempty"`
	Hours [7][]formula.Span         `json:"hours"`
	Days  map[string][]formula.Span `json:"days,omitempty"`
}

const usualNow = "2026-03-15T02:30:00Z"

func (e *envJSON) env() *formula.Env {
	if e == nil {
		e = &envJSON{}
	}
	pick := func(s, otherwise string) string {
		if s == "" {
			return otherwise
		}
		return s
	}
	now, _ := time.Parse(time.RFC3339Nano, pick(e.Now, usualNow))
	zone, _ := value.Zone(pick(e.Zone, "Asia/Shanghai"))
	env := &formula.Env{Now: now, Zone: zone, Locale: pick(e.Locale, "zh-CN"), WeekStart: time.Monday}
	if e.WeekStart != nil {
		env.WeekStart = time.Weekday(*e.WeekStart)
	}
	if e.Me != "" {
		env.Me = formula.Text(e.Me)
	}
	env.Calendar = func(name string) *formula.Calendar {
		in, ok := e.Calendars[name]
		if !ok {
			return nil
		}
		z, _ := value.Zone(pick(in.Zone, "Asia/Shanghai"))
		return &formula.Calendar{Zone: z, Hours: in.Hours, Days: in.Days}
	}
	env.Rate = func(from, to string, at time.Time) (string, bool) {
		r, ok := e.Rates[from+"/"+to+"@"+at.Format(time.DateOnly)]
		if !ok {
			r, ok = e.Rates[from+"/"+to]
		}
		return r, ok
	}
	env.Region = func(code string) (string, bool) { r, ok := e.Regions[code]; return r, ok }
	return env
}

// value makes a formula value of what the corpus says.
func (v typed) value(t testing.TB) formula.Value {
	text, _ := v.V.(string)
	number, _ := v.V.(float64)
	switch v.T {
	case "text":
		return formula.Text(text)
	case "number":
		return formula.Number(number)
	case "decimal":
		_, frac, _ := strings.Cut(text, ".")
		n, err := value.ParseDecimal(text, len(frac))
		require.NoError(t, err)
		return formula.Decimal(n, len(frac))
	case "bool":
		b, _ := v.V.(bool)
		return formula.Bool(b)
	case "date":
		ms, err := value.ParseDate(text)
		require.NoError(t, err)
		return formula.Date(ms)
	case "dateTime":
		ms, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		return formula.DateTime(ms.UnixMilli())
	case "error":
		return formula.Failed(formula.ErrCode(text))
	case "list":
		var list []formula.Value
		for _, x := range v.List {
			list = append(list, x.value(t))
		}
		return formula.List(list...)
	}
	return formula.Blank()
}

// typ is the type of a field that holds such values.
func (v typed) typ() formula.Type {
	if v.T == "list" || v.T == "blank" {
		k, _ := formula.KindNamed(v.Of)
		return formula.Type{Kind: k, List: v.T == "list", Scale: v.Scale}
	}
	k, _ := formula.KindNamed(v.T)
	t := formula.Type{Kind: k}
	if k == formula.KindDecimal {
		text, _ := v.V.(string)
		_, frac, _ := strings.Cut(text, ".")
		t.Scale = len(frac)
	}
	return t
}

// typedOf is the way back.
func typedOf(v formula.Value) typed {
	switch {
	case v.IsList():
		out := typed{T: "list", List: []typed{}}
		for _, x := range v.Elements() {
			out.List = append(out.List, typedOf(x))
		}
		return out
	case v.IsError():
		return typed{T: "error", V: string(v.Err())}
	case v.IsBlank():
		return typed{T: "blank"}
	}
	out := typed{T: v.Kind().String()}
	switch v.Kind() {
	case formula.KindNumber:
		out.V = v.Float()
	case formula.KindBool:
		out.V = v.IsTrue()
	case formula.KindDecimal:
		n, scale := v.Scaled()
		out.V = value.FormatDecimal(n, scale)
	case formula.KindDateTime:
		out.V = string(value.AppendTime(nil, v.Ms()))
	default:
		out.V = v.String()
	}
	return out
}

// names are the fields of a case, in order of the first line that names them.
type names struct {
	keys  []string
	types map[string]formula.Type
	calc  map[string]bool
}

func namesOf(row map[string]typed) *names {
	n := &names{types: map[string]formula.Type{}, calc: map[string]bool{}}
	for k, v := range row {
		n.keys = append(n.keys, k)
		n.types[k], n.calc[k] = v.typ(), v.Computed
	}
	return n
}

func (n *names) FieldNamed(s string) (schema.FieldID, formula.Type, bool) {
	for i, k := range n.keys {
		if k == s || schema.FormatID(schema.PrefixField, schema.FieldID(i+1)) == s {
			return schema.FieldID(i + 1), n.types[k], true
		}
	}
	return 0, formula.Type{}, false
}

func (n *names) Name(f schema.FieldID) (string, bool) {
	if f < 1 || int(f) > len(n.keys) {
		return "", false
	}
	return n.keys[f-1], true
}

func (n *names) FieldNames() []string { return n.keys }

func (n *names) Edited(f schema.FieldID) bool { return !n.calc[n.keys[f-1]] }

type row struct {
	values           []formula.Value
	changed          []int64
	id               schema.RecordID
	created, updated int64
}

func (r *row) Value(f schema.FieldID) formula.Value {
	if f < 1 || int(f) > len(r.values) {
		return formula.Blank()
	}
	return r.values[f-1]
}
func (r *row) ID() schema.RecordID { return r.id }
func (r *row) CreatedAt() int64    { return r.created }
func (r *row) UpdatedAt() int64    { return r.updated }

func (r *row) ChangedAt(f schema.FieldID) int64 {
	if f < 1 || int(f) > len(r.changed) {
		return 0
	}
	return r.changed[f-1]
}

func (c *testCase) record(t testing.TB, n *names) *row {
	r := &row{id: 1}
	for _, k := range n.keys {
		r.values = append(r.values, c.Row[k].value(t))
		at := int64(0)
		if c.Env != nil && c.Env.Changed[k] != "" {
			moment, err := time.Parse(time.RFC3339Nano, c.Env.Changed[k])
			require.NoError(t, err)
			at = moment.UnixMilli()
		}
		r.changed = append(r.changed, at)
	}
	if e := c.Env; e != nil {
		if e.Record != 0 {
			r.id = schema.RecordID(e.Record)
		}
		for s, into := range map[string]*int64{e.Created: &r.created, e.Updated: &r.updated} {
			if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
				*into = at.UnixMilli()
			}
		}
	}
	return r
}

func corpus(t testing.TB, each func(file string, line int, c *testCase)) {
	files, err := filepath.Glob("testdata/*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, name := range files {
		f, err := os.Open(name)
		require.NoError(t, err)
		scan := bufio.NewScanner(f)
		scan.Buffer(nil, 1<<20)
		for line := 1; scan.Scan(); line++ {
			if strings.TrimSpace(scan.Text()) == "" {
				continue
			}
			c := &testCase{}
			require.NoError(t, json.Unmarshal(scan.Bytes(), c), "%s:%d", name, line)
			each(name, line, c)
		}
		require.NoError(t, f.Close())
	}
}

func TestTheCorpusHolds(t *testing.T) {
	filled := map[string][]byte{}
	seen := 0
	corpus(t, func(file string, line int, c *testCase) {
		seen++
		n := namesOf(c.Row)
		p, err := formula.Compile(c.F, n)
		if err != nil {
			var fe *formula.Error
			require.ErrorAs(t, err, &fe)
			if *fill && c.Want == nil && c.Error == "" {
				c.Error, c.Pos = fe.Code, &fe.Pos
			}
			if c.Error != fe.Code || c.Pos != nil && *c.Pos != fe.Pos {
				t.Errorf("%s:%d: %s: %v", file, line, c.F, err)
			}
		} else {
			got := p.Eval(c.Env.env(), c.record(t, n))
			out := typedOf(got)
			if *fill && c.Want == nil && c.Error == "" {
				c.Want = &out
			}
			if c.Error != "" || c.Want == nil || !alike(*c.Want, out) {
				t.Errorf("%s:%d: %s: got %v, want %v %s", file, line, c.F, out, c.Want, c.Error)
			}
			back := formula.Print(p.Stored(), n)
			again, err := formula.Compile(back, n)
			require.NoError(t, err, "%s printed as %s", c.F, back)
			require.Equal(t, p.Stored(), again.Stored())
		}
		if *fill {
			b, err := json.Marshal(c)
			require.NoError(t, err)
			b = []byte(strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&").Replace(string(b)))
			filled[file] = append(append(filled[file], b...), '\n')
		}
	})
	for name, b := range filled {
		require.NoError(t, os.WriteFile(name, b, 0o600))
	}
	t.Logf("%d cases", seen)
}

// alike compares results; numbers to twelve digits, as libraries differ in the last.
func alike(a, b typed) bool {
	if a.T != b.T || len(a.List) != len(b.List) {
		return false
	}
	for i := range a.List {
		if !alike(a.List[i], b.List[i]) {
			return false
		}
	}
	x, ok := a.V.(float64)
	y, ok2 := b.V.(float64)
	if ok && ok2 {
		return math.Abs(x-y) <= 1e-12*math.Max(1, math.Abs(x))
	}
	return a.V == b.V
}

var called = regexp.MustCompile(`[A-Za-z_]+\s*[(\x{ff08}]`)

func TestEveryFunctionHasEightCases(t *testing.T) {
	count := map[string]int{}
	corpus(t, func(_ string, _ int, c *testCase) {
		once := map[string]bool{}
		for _, name := range called.FindAllString(c.F, -1) {
			name = strings.ToUpper(strings.TrimRight(name, "( \uff08"))
			if !once[name] {
				count[name]++
			}
			once[name] = true
		}
	})
	require.NotEmpty(t, formula.Functions())
	for _, f := range formula.Functions() {
		require.GreaterOrEqual(t, count[f.Name], 8, f.Name)
	}
}

// exampleEnv has the calendar that examples name: Monday to Friday, 9 to 12 and 13 to 18.
func exampleEnv() *formula.Env {
	day := []formula.Span{{From: 540, To: 720}, {From: 780, To: 1080}}
	e := &envJSON{Calendars: map[string]calendarIn{"standard": {Hours: [7][]formula.Span{nil, day, day, day, day, day, nil}}}}
	return e.env()
}

func TestExamplesGiveWhatTheySay(t *testing.T) {
	for _, f := range formula.Functions() {
		require.NotEmpty(t, f.Examples, f.Name)
		require.NotEmpty(t, f.Doc["zh-CN"], f.Name)
		require.NotEmpty(t, f.Doc["en"], f.Name)
		for _, x := range f.Examples {
			p, err := formula.Compile(x.Formula, nil)
			require.NoError(t, err, x.Formula)
			if *fill {
				t.Logf("EX\t%s\t%s", x.Formula, p.Eval(exampleEnv(), nil))
				continue
			}
			require.Equal(t, x.Result, p.Eval(exampleEnv(), nil).String(), x.Formula)
		}
	}
}
