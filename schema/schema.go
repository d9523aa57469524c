// Package schema holds the words of the product and their rules, as plain
// data: it does no I/O, starts no goroutine and reads no clock.
//
// The words, each used for one thing in code, API, documentation and pages:
//
//	Tenant      a company; its people share one member list
//	App         a set of entities that belong together, such as a CRM
//	Entity      one kind of thing that is recorded (表 / table in the pages)
//	Field       one property of an entity's records
//	Record      one thing; it carries a version that rises by one a change
//	View        a saved way to look at an entity: filter, sort, group, fields
//	Role        what its holders may do with which records and fields
//	Member      a user's place in a tenant: roles and department
//	Department  a node of the tenant's tree of departments
//	Actor       who asks: a member, through a session or an API token
//	Origin      by which door a change came: api, import, undo, …
//
// Everything has a stable id; names are labels and may change at any time.
package schema

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Ids are time-ordered integers below 2^53, so that JavaScript holds them
// exactly. FieldID and OptionID are small numbers, unique in their entity and
// field, and never given twice. Outside the program ids are prefixed strings.
type (
	// TenantID names a tenant.
	TenantID int64
	// UserID names a user, over all tenants.
	UserID int64
	// AppID names an app.
	AppID int64
	// EntityID names an entity.
	EntityID int64
	// FieldID names a field of one entity.
	FieldID int32
	// OptionID names an option of one select field.
	OptionID int64
	// RecordID names a record.
	RecordID int64
	// ViewID names a view.
	ViewID int64
	// RoleID names a role; the built-in ones have fixed ids.
	RoleID int64
	// DeptID names a department.
	DeptID int64
	// FileID names a file.
	FileID int64
	// Version counts the committed changes of one record or document: 1 at its creation, no gaps.
	Version int64
	// Seq is a position in a tenant's change log: from 1, no gaps.
	Seq int64
)

// The fields that every record has, kept by the engine. Their ids are negative.
const (
	SysID        FieldID = -1
	SysVersion   FieldID = -2
	SysCreatedAt FieldID = -3
	SysUpdatedAt FieldID = -4
	SysCreatedBy FieldID = -5
	SysUpdatedBy FieldID = -6
)

// The prefixes of ids in the API.
const (
	PrefixTenant = "ten_"
	PrefixUser   = "usr_"
	PrefixApp    = "app_"
	PrefixEntity = "ent_"
	PrefixField  = "fld_"
	PrefixOption = "opt_"
	PrefixRecord = "rec_"
	PrefixView   = "viw_"
	PrefixRole   = "rol_"
	PrefixDept   = "dep_"
	PrefixToken  = "tok_"
	PrefixFile   = "fil_"
	PrefixImport = "imp_"

	PrefixCalendar = "cal_"
)

// FormatID writes an id as the API shows it, such as "rec_1k3f9z".
func FormatID[T ~int64 | ~int32](prefix string, id T) string {
	return prefix + strconv.FormatInt(int64(id), 36)
}

// ParseID reads what FormatID wrote. It accepts no other spelling.
func ParseID[T ~int64 | ~int32](prefix, s string) (T, bool) {
	digits, ok := strings.CutPrefix(s, prefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 36, 64)
	if err != nil || n <= 0 || int64(T(n)) != n || FormatID(prefix, T(n)) != s {
		return 0, false
	}
	return T(n), true
}

// Value is what a field of a record holds, in the form that storage keeps:
//
//	nil              empty; "" and [] are stored as nil too
//	string           Text
//	int64            Int (a decimal is scaled by its field), Time (ms since 1970, UTC), Option
//	float64          Float (never NaN or infinite)
//	bool             Bool
//	[]int64          Set: distinct ids in the user's order
//	json.RawMessage  JSON
//
// Nothing else crosses the border of runtime/store.
type Value any

// Values maps fields to what they hold. A missing field is empty.
type Values map[FieldID]Value

// Kind is the storage class of a field: many field types share one.
type Kind uint8

// The kinds.
const (
	KindText Kind = iota + 1
	KindInt
	KindFloat
	KindBool
	KindTime
	KindOption
	KindSet
	KindJSON
)

// Record is one record as storage keeps it. Times are ms since 1970, UTC.
type Record struct {
	ID        RecordID
	Version   Version
	CreatedAt int64
	UpdatedAt int64
	CreatedBy UserID
	UpdatedBy UserID
	Values    Values
}

// Get returns the value of a field, system fields included.
func (r *Record) Get(f FieldID) Value {
	switch f {
	case SysID:
		return int64(r.ID)
	case SysVersion:
		return int64(r.Version)
	case SysCreatedAt:
		return r.CreatedAt
	case SysUpdatedAt:
		return r.UpdatedAt
	case SysCreatedBy:
		return int64(r.CreatedBy)
	case SysUpdatedBy:
		return int64(r.UpdatedBy)
	}
	return r.Values[f]
}

// App groups entities. Order sorts apps and entities in lists.
type App struct {
	ID       AppID   `json:"id"`
	Name     string  `json:"name"`
	Icon     string  `json:"icon,omitempty"`
	Color    string  `json:"color,omitempty"` // a palette key: gray, red, … pink
	Template string  `json:"template,omitempty"`
	Order    float64 `json:"order"`
	// Unfinished is when (ms) the installation of the app began, while it has not
	// ended: such an app is listed nowhere.
	Unfinished int64   `json:"unfinished,omitempty"`
	Version    Version `json:"-"`
}

// Entity is one kind of record. Fields stand in the order in which pages show
// them; a deleted field stays, marked, so that history can still be read.
type Entity struct {
	ID         EntityID `json:"id"`
	App        AppID    `json:"app"`
	Key        string   `json:"key"` // unique in the app
	Name       string   `json:"name"`
	RecordName string   `json:"recordName,omitempty"` // what one record is called: 商机
	Icon       string   `json:"icon,omitempty"`
	Color      string   `json:"color,omitempty"`
	Order      float64  `json:"order"`
	Fields     []Field  `json:"fields"`
	Title      FieldID  `json:"title"` // the field whose text names a record
	NextField  FieldID  `json:"nextField"`
	Shadows    []Shadow `json:"shadows,omitempty"`
	Rules      []Rule   `json:"rules,omitempty"`
	Rev        int64    `json:"rev"` // rises with each change of the entity
	Deleted    bool     `json:"deleted,omitempty"`
	Version    Version  `json:"-"` // of the metadata document that holds the entity
}

// Shadow is a stored value that belongs to a field, or to the whole record,
// and that no page shows by itself. Its id is given like a field's.
type Shadow struct {
	ID     FieldID `json:"id"`
	For    FieldID `json:"for,omitempty"` // 0: the record
	Use    string  `json:"use"`           // one of the Shadow names
	Kind   Kind    `json:"kind"`
	Unique bool    `json:"unique,omitempty"`
}

// What shadows are for.
const (
	// ShadowUnique holds the key of a field that is unique together with others (Text).
	ShadowUnique = "unique"
	// ShadowErrors holds the error values of a record's computed fields: a JSON
	// object from field id (base 10) to error code, such as {"7":"#DIV/0!"}.
	ShadowErrors = "errors"
	// ShadowClock holds the running state of an sla field (JSON).
	ShadowClock = "clock"
	// ShadowWas holds the values of a field as they were before it was given another type.
	ShadowWas = "was"
	// ShadowBase holds the amount of a field of several currencies in its own
	// currency, by the newest rates (Int, scaled by the field); empty where no rate is known.
	ShadowBase = "base"
	// ShadowCode holds the currency of such an amount (Text).
	ShadowCode = "code"
	// ShadowChanged holds when somebody last gave a field its value (Int, ms; 0 for
	// never), where a formula asks for it. Records from before the formula may lack it.
	ShadowChanged = "changed"
)

// Rule refuses a record for which its formula is not true. The formula is kept
// by field id. Message is shown to the person, by language; Field is where.
type Rule struct {
	Formula string            `json:"formula"`
	Message map[string]string `json:"message,omitempty"` // "zh-CN", "en"
	Field   FieldID           `json:"field,omitempty"`
}

// Field is one property of an entity. The formulas among its settings are kept
// by field id (schema/formula writes them so), so that renaming breaks none.
type Field struct {
	ID          FieldID         `json:"id"`
	Key         string          `json:"key"` // unique in the entity: letters, digits, underscore
	Name        string          `json:"name"`
	Type        string          `json:"type"` // a name from schema/field.All
	Description string          `json:"description,omitempty"`
	Required    bool            `json:"required,omitempty"`
	RequiredIf  string          `json:"requiredIf,omitempty"` // a formula: required where it is true
	ReadOnlyIf  string          `json:"readOnlyIf,omitempty"` // a formula over the record as it was: not to be changed where it is true
	Unique      bool            `json:"unique,omitempty"`
	UniqueWith  []FieldID       `json:"uniqueWith,omitempty"` // unique together with these; Unique is false then
	Default     json.RawMessage `json:"default,omitempty"`    // a JSON value, "@me", "@now" or {"formula":"…"}
	Options     Options         `json:"options"`
	Deleted     bool            `json:"deleted,omitempty"`
	DeletedAt   int64           `json:"deletedAt,omitempty"` // ms
	Moving      *Moving         `json:"moving,omitempty"`    // it is being given another type
	Was         *Was            `json:"was,omitempty"`       // what it can be taken back to
	Past        []Past          `json:"past,omitempty"`      // the types that it had, the oldest first
}

// Moving is a change of a field's type that is under way. While the phase is
// MoveCopy the field still has its old type, and its values are copied into the
// shadow; while it is MoveFill it has the new one and is filled from there.
type Moving struct {
	Phase  string  `json:"phase"`
	Back   bool    `json:"back,omitempty"` // the change undoes an earlier one
	Shadow FieldID `json:"shadow"`
	Keep   FieldID `json:"keep,omitempty"` // a field of its own that gets the old values, too
	To     *Was    `json:"to"`
	// Inverse names the other side of a link that is to be made.
	Inverse string `json:"inverse,omitempty"`
}

// The phases of Moving.
const (
	MoveCopy = "copy"
	MoveFill = "fill"
)

// Was is what a field is, or was, apart from its name and its place. Shadow
// holds the values of records that were not edited in it since, until Until (ms).
type Was struct {
	Type       string          `json:"type"`
	Options    Options         `json:"options"`
	Required   bool            `json:"required,omitempty"`
	Unique     bool            `json:"unique,omitempty"`
	UniqueWith []FieldID       `json:"uniqueWith,omitempty"`
	Default    json.RawMessage `json:"default,omitempty"`
	Shadow     FieldID         `json:"shadow,omitempty"`
	At         int64           `json:"at,omitempty"`
	Until      int64           `json:"until,omitempty"`
}

// Past is a type that a field had until a moment (ms): history of before is
// read with it.
type Past struct {
	Type    string  `json:"type"`
	Options Options `json:"options"`
	Until   int64   `json:"until"`
}

// As is the field with another type.
func (f *Field) As(w *Was) *Field {
	c := *f
	c.Type, c.Options, c.Required, c.Unique, c.UniqueWith, c.Default = w.Type, w.Options, w.Required, w.Unique, w.UniqueWith, w.Default
	return &c
}

// Now is what the field is.
func (f *Field) Now() *Was {
	return &Was{Type: f.Type, Options: f.Options, Required: f.Required, Unique: f.Unique, UniqueWith: f.UniqueWith, Default: f.Default}
}

// Then is the field as it was at a moment (ms).
func (f *Field) Then(at int64) *Field {
	for i := range f.Past {
		if at < f.Past[i].Until {
			c := *f
			c.Type, c.Options = f.Past[i].Type, f.Past[i].Options
			return &c
		}
	}
	return f
}

// Options are the settings of all field types; each type reads its own.
type Options struct {
	Choices    []Choice `json:"choices,omitempty"`    // singleSelect, multiSelect
	NextChoice OptionID `json:"nextChoice,omitempty"` // internal counter
	Scale      *int     `json:"scale,omitempty"`      // decimal, currency (default 2), number, percent
	Min        *float64 `json:"min,omitempty"`        // number, percent
	Max        *float64 `json:"max,omitempty"`        // number, percent, rating (default 5)
	Unit       string   `json:"unit,omitempty"`
	Currency   string   `json:"currency,omitempty"` // ISO 4217
	// Currencies are those in which a currency field may hold amounts, Currency
	// among them: the one that counts where none is named, and into which amounts are
	// converted. None: Currency alone.
	Currencies []string `json:"currencies,omitempty"`
	TimeZone   string   `json:"timeZone,omitempty"` // dateTime
	Pattern    string   `json:"pattern,omitempty"`  // autoNumber: "GW{yyyyMMdd}{000}"
	Reset      string   `json:"reset,omitempty"`    // autoNumber: never, day, month, year
	Region     string   `json:"region,omitempty"`   // phone: "CN"
	Many       bool     `json:"many,omitempty"`     // user, link
	Entity     EntityID `json:"entity,omitempty"`   // link: the entity that it points to
	Inverse    FieldID  `json:"inverse,omitempty"`  // link: the field on the other side
	// Derived marks the side of a link pair that stores nothing: its value is
	// the records whose Inverse field holds this record.
	Derived bool `json:"derived,omitempty"`

	Format      string            `json:"format,omitempty"`      // duration: h:mm, h:mm:ss, d h; time: HH:mm, HH:mm:ss; barcode: qr, code128, ean13
	Match       string            `json:"match,omitempty"`       // text types: a regular expression (RE2) that the whole text must match
	Message     map[string]string `json:"message,omitempty"`     // said where Match does not, by language
	MaxLength   *int              `json:"maxLength,omitempty"`   // text types, in code points
	Tree        string            `json:"tree,omitempty"`        // cascader, address: "CN", the shipped regions; else Choices with Parent
	Transitions []Transition      `json:"transitions,omitempty"` // status; none: every change is allowed
	Link        FieldID           `json:"link,omitempty"`        // lookup, rollup, count: a link field of this entity
	Field       FieldID           `json:"field,omitempty"`       // lookup, rollup: a field of the entity that the link leads to
	Op          string            `json:"op,omitempty"`          // rollup: sum avg min max count countDistinct concat and or
	Filter      json.RawMessage   `json:"filter,omitempty"`      // link, lookup, rollup, count: which records, filter JSON by id
	Sort        []ViewSort        `json:"sort,omitempty"`        // lookup
	Limit       int               `json:"limit,omitempty"`       // lookup
	Formula     string            `json:"formula,omitempty"`     // formula
	Result      string            `json:"result,omitempty"`      // formula, rollup: text number decimal bool date dateTime; internal
	Volatile    bool              `json:"volatile,omitempty"`    // formula: depends on the time or the reader; never stored; internal
	// Open shows a lookup's or rollup's values also to those who may not see
	// all of the records that they come from.
	Open   bool       `json:"open,omitempty"`
	Label  string     `json:"label,omitempty"`  // button
	Action *Action    `json:"action,omitempty"` // button
	Clock  *ClockRule `json:"clock,omitempty"`  // sla
	// Of is the field whose values a lookup (or a min, max or concat rollup)
	// shows: set when metadata is loaded, never stored.
	Of *Field `json:"-"`
}

// Transition allows a status to change from one state to another. From 0 is
// the state of a new record. No roles: everybody; When is a formula by field id.
type Transition struct {
	From  OptionID `json:"from"`
	To    OptionID `json:"to"`
	Roles []RoleID `json:"roles,omitempty"`
	When  string   `json:"when,omitempty"`
}

// Action is what a button does. Exactly one member is set.
type Action struct {
	Automation string `json:"automation,omitempty"`
	URL        string `json:"url,omitempty"`  // a formula by field id that gives the address
	Form       ViewID `json:"form,omitempty"` // the form view that opens
}

// ClockRule says how an sla field runs: Minutes of working time of Calendar
// (0: the clock on the wall) from the moment when Start is true, not counted
// while Pause is true, until Stop is true. All three are formulas by field id;
// an empty Start means from the record's creation.
type ClockRule struct {
	Minutes  int    `json:"minutes,omitempty"`
	Formula  string `json:"formula,omitempty"` // gives the minutes instead, by record
	Calendar int64  `json:"calendar,omitempty"`
	Start    string `json:"start,omitempty"`
	Pause    string `json:"pause,omitempty"`
	Stop     string `json:"stop,omitempty"`
}

// Choice is one option of a select field. Color is a palette key.
type Choice struct {
	ID      OptionID `json:"id"`
	Name    string   `json:"name"`
	Color   string   `json:"color"`
	Deleted bool     `json:"deleted,omitempty"`
	Parent  OptionID `json:"parent,omitempty"` // cascader
	Done    bool     `json:"done,omitempty"`   // status: nothing more is to be done
}

// Field returns the live field with an id, or nil.
func (e *Entity) Field(id FieldID) *Field {
	for i := range e.Fields {
		if e.Fields[i].ID == id && !e.Fields[i].Deleted {
			return &e.Fields[i]
		}
	}
	return nil
}

// FieldNamed returns the live field with an API id, a key or a name, in this
// order of preference, or nil.
func (e *Entity) FieldNamed(s string) *Field {
	if id, ok := ParseID[FieldID](PrefixField, s); ok {
		if f := e.Field(id); f != nil {
			return f
		}
	}
	for i := range e.Fields {
		if e.Fields[i].Key == s && !e.Fields[i].Deleted {
			return &e.Fields[i]
		}
	}
	for i := range e.Fields {
		if e.Fields[i].Name == s && !e.Fields[i].Deleted {
			return &e.Fields[i]
		}
	}
	return nil
}

// Live returns the fields that are not deleted, in order.
func (e *Entity) Live() []*Field {
	out := make([]*Field, 0, len(e.Fields))
	for i := range e.Fields {
		if !e.Fields[i].Deleted {
			out = append(out, &e.Fields[i])
		}
	}
	return out
}

// DefaultFormula is the formula that gives the field's default, or "".
func (f *Field) DefaultFormula() string {
	if len(f.Default) == 0 || f.Default[0] != '{' {
		return ""
	}
	var d struct {
		Formula string `json:"formula"`
	}
	if json.Unmarshal(f.Default, &d) != nil {
		return ""
	}
	return d.Formula
}

// Shadow returns the shadow of a field (0: the record) for a use, or nil.
func (e *Entity) Shadow(f FieldID, use string) *Shadow {
	for i := range e.Shadows {
		if e.Shadows[i].For == f && e.Shadows[i].Use == use {
			return &e.Shadows[i]
		}
	}
	return nil
}

// Behind is a live field by its id or that of a shadow of it, or nil.
func (e *Entity) Behind(id FieldID) *Field {
	for i := range e.Shadows {
		if e.Shadows[i].ID == id {
			id = e.Shadows[i].For
			break
		}
	}
	return e.Field(id)
}

// Place is the shadow of a field for a use, else the field itself.
func (e *Entity) Place(f FieldID, use string) FieldID {
	if sh := e.Shadow(f, use); sh != nil {
		return sh.ID
	}
	return f
}

// View is a saved way to look at an entity. Filter is filter JSON, kept by
// field id so that renaming never breaks it.
type View struct {
	ID      ViewID          `json:"id"`
	Entity  EntityID        `json:"entity"`
	Name    string          `json:"name"`
	Type    string          `json:"type"` // "grid"
	Filter  json.RawMessage `json:"filter,omitempty"`
	Sort    []ViewSort      `json:"sort,omitempty"`
	Group   []ViewSort      `json:"group,omitempty"`
	Fields  []ViewField     `json:"fields,omitempty"` // order, width and visibility; missing fields come last, shown
	Options json.RawMessage `json:"options,omitempty"`
	Owner   UserID          `json:"owner,omitempty"` // set: private to this user
	Order   float64         `json:"order"`
	Version Version         `json:"-"`
}

// ViewSort is one key of a view's order.
type ViewSort struct {
	Field FieldID `json:"field"`
	Desc  bool    `json:"desc,omitempty"`
}

// ViewField is how one column stands in a view.
type ViewField struct {
	Field   FieldID `json:"field"`
	Hidden  bool    `json:"hidden,omitempty"`
	Width   int     `json:"width,omitempty"`   // px
	Summary string  `json:"summary,omitempty"` // footer: sum, avg, min, max, count, filled, empty, countDistinct
}

// Tenant is a company.
type Tenant struct {
	ID        TenantID `json:"id"`
	Name      string   `json:"name"`
	Locale    string   `json:"locale"`    // zh-CN or en
	TimeZone  string   `json:"timeZone"`  // IANA name
	WeekStart int      `json:"weekStart"` // 0 Sunday … 6; default 1
	CreatedAt int64    `json:"createdAt"`
	Version   Version  `json:"-"`
}

// Member is a user's place in a tenant. Name and Email repeat the user's, so
// that one list serves every page.
type Member struct {
	User       UserID   `json:"user"`
	Name       string   `json:"name"`
	Email      string   `json:"email"`
	Roles      []RoleID `json:"roles"`
	Department DeptID   `json:"department,omitempty"`
	Suspended  bool     `json:"suspended,omitempty"`
	Leave      *Leave   `json:"leave,omitempty"`
	JoinedAt   int64    `json:"joinedAt"`
	Version    Version  `json:"-"`
}

// Leave is when a member is away, first and last day included, and who stands
// in for them.
type Leave struct {
	From    string `json:"from"` // 2026-11-25
	To      string `json:"to"`
	StandIn UserID `json:"standIn,omitempty"`
}

// Department is a node of the tenant's tree.
type Department struct {
	ID      DeptID  `json:"id"`
	Name    string  `json:"name"`
	Parent  DeptID  `json:"parent,omitempty"`
	Manager UserID  `json:"manager,omitempty"`
	Order   float64 `json:"order"`
	Version Version `json:"-"`
}

// The built-in roles. Their ids are fixed; custom roles get generated ones.
const (
	RoleOwner   RoleID = 1
	RoleAdmin   RoleID = 2
	RoleBuilder RoleID = 3
	RoleMember  RoleID = 4
	RoleViewer  RoleID = 5
)

// Role is a custom role. App limits it to one app; 0 means the whole tenant.
type Role struct {
	ID          RoleID  `json:"id"`
	Name        string  `json:"name"`
	Description string  `json:"description,omitempty"`
	App         AppID   `json:"app,omitempty"`
	Grants      []Grant `json:"grants"`
	Version     Version `json:"-"`
}

// Grant says what a role may do with one entity.
type Grant struct {
	Entity  EntityID          `json:"entity"`
	Read    bool              `json:"read,omitempty"`
	Create  bool              `json:"create,omitempty"`
	Write   bool              `json:"write,omitempty"`
	Delete  bool              `json:"delete,omitempty"`
	Export  bool              `json:"export,omitempty"`
	Comment bool              `json:"comment,omitempty"`
	Scope   Scope             `json:"scope"`
	Fields  map[FieldID]Right `json:"fields,omitempty"` // unnamed fields: write where Write is given, else read
}

// Scope limits a grant to some records: all, own, department, departmentTree,
// or those that match a filter. "Own" are the records whose Owner field holds
// the caller, or, where the entity has no user field, that the caller made.
type Scope struct {
	Kind   string          `json:"kind"` // all, own, department, departmentTree, filter
	Filter json.RawMessage `json:"filter,omitempty"`
	Owner  FieldID         `json:"owner,omitempty"` // 0: the first field of type user, else createdBy
}

// Right is what a grant gives on one field.
type Right string

// The rights, from none to all. Masked shows that there is a value, not which.
const (
	Hidden     Right = "hidden"
	Masked     Right = "masked"
	ReadRight  Right = "read"
	WriteRight Right = "write"
)
