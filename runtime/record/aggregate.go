package record

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"time"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/schema/query"
	"tongban/schema/value"
)

const (
	maxGroups  = 3
	maxMetrics = 20
	maxSkip    = 1_000_000 // groups
)

var buckets = map[string]query.Bucket{
	"day": query.Day, "week": query.Week, "month": query.Month, "quarter": query.Quarter, "year": query.Year,
}

var figures = map[string]query.AggFn{
	"count": query.Count, "filled": query.CountFilled, "countDistinct": query.CountDistinct,
	"sum": query.Sum, "avg": query.Avg, "min": query.Min, "max": query.Max,
}

// Aggregate returns figures over groups of the records that the actor may
// read. What is hidden takes no part, as in Query. Figures of decimals are exact.
func (s *Service) Aggregate(ctx context.Context, a access.Actor, ent schema.EntityID, q AggRequest) (*AggResult, error) {
	snap, r, err := s.rights(ctx, a, ent)
	if err != nil {
		return nil, err
	}
	p, err := s.aggPlan(snap, r, &q)
	if err != nil {
		return nil, err
	}
	out := &AggResult{Groups: []AggGroup{}}
	err = s.share(ctx, snap, a, tollOf(snap, ent, p.query.Where, p.sorts(), "figures"), func(rd *reading) error {
		rows, err := rd.r.Aggregate(ctx, snap.Shape(ent), p.query)
		if err != nil {
			return fmt.Errorf("aggregate: %w", err)
		}
		if len(rows) > p.most {
			rows = rows[:p.most]
			out.Next = p.next(rows[p.most-1].Keys)
		}
		n, err := p.names(rd, rows)
		if err != nil {
			return err
		}
		for _, row := range rows {
			out.Groups = append(out.Groups, p.group(row, n))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.Total = len(out.Groups)
	return out, nil
}

// aggPlan is a request in the words of the store. An average of decimals is
// asked for as a sum and a count, because the store's is a float.
type aggPlan struct {
	query   *query.AggQuery
	keys    []aggKey
	metrics []aggMetric
	most    int // groups of a page
	binding uint64
}

// sorts are the groups as an order.
func (p *aggPlan) sorts() []query.Sort {
	out := make([]query.Sort, len(p.query.Groups))
	for i, g := range p.query.Groups {
		out[i].Field = g.Field
	}
	return out
}

type aggKey struct {
	f      *schema.Field
	bucket query.Bucket
}

type aggMetric struct {
	fn  query.AggFn
	f   *schema.Field
	at  int // index of its measure
	avg bool
}

func (s *Service) aggPlan(snap *catalog.Snapshot, r *access.Rights, q *AggRequest) (*aggPlan, error) {
	switch {
	case !r.May(access.Read):
		return nil, fail.New(fail.NotFound, "entity.notFound")
	case len(q.GroupBy) > maxGroups:
		return nil, fail.New(fail.Invalid, "aggregate.tooManyGroups").On("groupBy").With("max", maxGroups)
	case len(q.Metrics) == 0 || len(q.Metrics) > maxMetrics:
		return nil, fail.New(fail.Invalid, "aggregate.badMetrics").On("metrics").With("max", maxMetrics)
	case q.Limit < 0 || q.Limit > maxLimit:
		return nil, fail.New(fail.Invalid, "query.badLimit").On("limit").With("max", maxLimit)
	}
	view, err := s.viewOf(snap, r, q.View)
	if err != nil {
		return nil, err
	}
	c := s.conditions(snap, r)
	if err := c.all(q.Filter, q.Search, view); err != nil {
		return nil, err
	}
	p := &aggPlan{query: &query.AggQuery{WeekStart: snap.WeekStart()}, most: cmp.Or(q.Limit, maxLimit)}
	p.query.Limit = p.most + 1 // one more tells that there is more
	for i := range q.GroupBy {
		if err := p.addKey(c, snap, &q.GroupBy[i]); err != nil {
			return nil, err
		}
	}
	for i := range q.Metrics {
		if err := p.addMetric(c, &q.Metrics[i]); err != nil {
			return nil, err
		}
	}
	p.query.Where = c.where()
	p.binding = bindingOf("groups", strconv.FormatInt(int64(r.Entity().ID), 36), string(q.Filter), q.Search, viewBinding(view), fmt.Sprint(q.GroupBy))
	if q.Cursor != "" {
		if err := p.goOn(q.Cursor); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// secret says that keys may be ids of records whose name the actor may not see:
// no cursor may hold them.
func (p *aggPlan) secret() bool {
	return slices.ContainsFunc(p.keys, func(k aggKey) bool { return linksTo(k.f) != 0 })
}

// next is the cursor of the page that follows a group: its keys, or how many
// groups there were until then.
func (p *aggPlan) next(keys []schema.Value) string {
	if p.secret() {
		return encodeCursor(p.binding, &query.Cursor{ID: schema.RecordID(p.query.Skip + p.most)})
	}
	return encodeCursor(p.binding, &query.Cursor{Vals: keys})
}

func (p *aggPlan) goOn(cursor string) error {
	n := len(p.keys)
	if p.secret() {
		n = 0
	}
	at, err := decodeCursor(cursor, p.binding, n)
	switch {
	case err != nil:
		return err
	case !p.secret():
		p.query.After = at.Vals
	case at.ID < 0 || at.ID > maxSkip:
		return fail.New(fail.Invalid, "cursor.invalid").On("cursor")
	default:
		p.query.Skip = int(at.ID)
	}
	return nil
}

func (p *aggPlan) addKey(c *conditions, snap *catalog.Snapshot, k *AggKey) error {
	id, err := c.field(k.Field, func(t field.Traits) bool { return t.Groupable }, "field.notGroupable")
	if err != nil {
		return err
	}
	g := query.GroupBy{Field: c.place(id, schema.ShadowCode), Desc: k.Desc}
	f := c.entity.FieldNamed(k.Field)
	if f == nil {
		f = systemField(id)
	}
	t, _ := field.Of(f.Type)
	isTime := t.Traits(f).Kind == schema.KindTime
	if k.Bucket != "" {
		b, ok := buckets[k.Bucket]
		if !ok || !isTime {
			return fail.New(fail.Invalid, "aggregate.badBucket").On(k.Field).With("bucket", k.Bucket)
		}
		g.Bucket = b
		if f.Type != "date" { // a date is a day already, wherever one is
			if g.Zone, err = zoneOf(snap, k.TimeZone); err != nil {
				return err
			}
		}
	}
	p.query.Groups = append(p.query.Groups, g)
	p.narrow(c, id)
	p.keys = append(p.keys, aggKey{f: f, bucket: g.Bucket})
	return nil
}

// narrow leaves links to records that the actor may not read out of the groups
// and figures by a field.
func (p *aggPlan) narrow(c *conditions, id schema.FieldID) {
	l, ok := c.limited(id)
	if !ok || slices.ContainsFunc(p.query.Members, func(m query.Members) bool { return m.Field == id }) {
		return
	}
	p.query.Members = append(p.query.Members, query.Members{Field: l.field, Entity: l.entity, Where: l.rows})
}

func zoneOf(snap *catalog.Snapshot, name string) (*time.Location, error) {
	if name == "" {
		return snap.Zone(), nil
	}
	z, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fail.New(fail.Invalid, "aggregate.badZone").On("timeZone")
	}
	return z, nil
}

// systemField stands for a system field that the entity has no field for.
func systemField(id schema.FieldID) *schema.Field {
	f := &schema.Field{ID: id, Type: "createdTime"}
	if id == schema.SysCreatedBy || id == schema.SysUpdatedBy {
		f.Type = "createdBy"
	}
	return f
}

func (p *aggPlan) addMetric(c *conditions, m *Metric) error {
	fn, ok := figures[m.Op]
	if !ok {
		return fail.New(fail.Invalid, "aggregate.badMetric").On("metrics").With("op", m.Op)
	}
	out := aggMetric{fn: fn, at: len(p.query.Measures)}
	if fn == query.Count && m.Field == "" {
		p.query.Measures = append(p.query.Measures, query.Measure{Fn: fn})
		p.metrics = append(p.metrics, out)
		return nil
	}
	id, err := c.field(m.Field, func(t field.Traits) bool { return measurable(fn, t) }, "aggregate.notMeasurable")
	if err != nil {
		return err
	}
	p.narrow(c, id)
	out.f, id = c.measured(m.Field, id, fn)
	switch {
	case fn == query.Count:
		p.query.Measures = append(p.query.Measures, query.Measure{Fn: query.CountFilled, Field: id})
	case fn == query.Avg && isScaled(out.f):
		out.avg = true
		p.query.Measures = append(p.query.Measures, query.Measure{Fn: query.Sum, Field: id}, query.Measure{Fn: query.CountFilled, Field: id})
	default:
		p.query.Measures = append(p.query.Measures, query.Measure{Fn: fn, Field: id})
	}
	p.metrics = append(p.metrics, out)
	return nil
}

// isScaled says whether a field holds, or shows, decimals.
func isScaled(f *schema.Field) bool {
	shown, _, ok := field.Shown(f)
	return ok && (shown.Type == "decimal" || shown.Type == "currency")
}

// measurable says of what kinds a figure can be made.
func measurable(fn query.AggFn, t field.Traits) bool {
	switch fn {
	case query.Count, query.CountFilled:
		return true
	case query.CountDistinct:
		return t.Kind != schema.KindJSON && t.Kind != schema.KindSet
	case query.Sum, query.Avg:
		return t.Money || t.Kind == schema.KindInt && t.System == 0 || t.Kind == schema.KindFloat
	}
	return t.Money || t.Kind == schema.KindInt && t.System == 0 || t.Kind == schema.KindFloat || t.Kind == schema.KindTime
}

// names finds what the keys are called.
func (p *aggPlan) names(rd *reading, rows []query.AggRow) (*names, error) {
	wanted := map[schema.EntityID][]schema.RecordID{}
	for i, k := range p.keys {
		to := linksTo(k.f)
		if to == 0 {
			continue
		}
		for _, row := range rows {
			if id, ok := row.Keys[i].(int64); ok {
				wanted[to] = append(wanted[to], schema.RecordID(id))
			}
		}
	}
	titles, err := rd.titles(wanted)
	return &names{snap: rd.snap, titles: titles}, err
}

func (p *aggPlan) group(row query.AggRow, n *names) AggGroup {
	g := AggGroup{Keys: make([]json.RawMessage, len(p.keys)), Metrics: make([]json.RawMessage, len(p.metrics))}
	for i, k := range p.keys {
		g.Keys[i] = k.json(row.Keys[i], n)
	}
	for i, m := range p.metrics {
		g.Metrics[i] = m.json(row.Vals)
	}
	return g
}

// json shows a key as a value of the field; the members of a set one by one, and
// a bucket as the day that it starts on. A linked record that may not be seen has no name.
func (k *aggKey) json(v schema.Value, n *names) json.RawMessage {
	id, isID := v.(int64)
	switch {
	case v == nil:
		return json.RawMessage("null")
	case k.bucket != query.NoBucket && isID:
		return append(time.UnixMilli(id).UTC().AppendFormat([]byte{'"'}, time.DateOnly), '"')
	case isID && (k.f.Type == "user" || k.f.Type == "users" || k.f.Type == "createdBy" || k.f.Type == "updatedBy"):
		return n.appendUser(nil, schema.UserID(id))
	case isID && linksTo(k.f) != 0:
		title, ok := n.Record(linksTo(k.f), schema.RecordID(id))
		if !ok {
			return json.RawMessage("null")
		}
		dst := append(appendID([]byte(`{"id":"`), schema.PrefixRecord, id), `","name":`...)
		return append(field.AppendString(dst, title), '}')
	}
	t, ok := field.Of(k.f.Type)
	if !ok {
		return json.RawMessage("null")
	}
	if code, isText := v.(string); isText && t.Traits(k.f).Money { // groups are the currencies
		return field.AppendString(nil, code)
	}
	if isID && t.Traits(k.f).Kind == schema.KindSet {
		return memberJSON(t, k.f, id, n)
	}
	return t.AppendJSON(nil, k.f, v, n)
}

// memberJSON shows one id of a set as the field shows it within the list.
func memberJSON(t field.Type, f *schema.Field, id int64, n *names) json.RawMessage {
	raw := t.AppendJSON(nil, f, []int64{id}, n)
	var list []json.RawMessage
	if len(raw) > 0 && raw[0] == '[' && json.Unmarshal(raw, &list) == nil {
		if len(list) == 0 {
			return json.RawMessage("null")
		}
		return list[0]
	}
	return raw
}

func (m *aggMetric) json(vals []schema.Value) json.RawMessage {
	v := vals[m.at]
	switch {
	case v == nil:
		return json.RawMessage("null")
	case m.avg:
		return m.exactAverage(v, vals[m.at+1])
	case m.fn == query.Count || m.fn == query.CountFilled || m.fn == query.CountDistinct:
		return appendNumber(v)
	case m.fn == query.Avg || (m.fn == query.Sum && !isScaled(m.f)):
		return appendNumber(v)
	}
	t, ok := field.Of(m.f.Type)
	if !ok {
		return json.RawMessage("null")
	}
	return t.AppendJSON(nil, m.f, v, nil)
}

// exactAverage divides in whole numbers and shows two digits more than the field has.
func (m *aggMetric) exactAverage(sum, count schema.Value) json.RawMessage {
	total, ok1 := sum.(int64)
	n, ok2 := count.(int64)
	if !ok1 || !ok2 || n == 0 {
		return json.RawMessage("null")
	}
	const extra = 2
	scale := 2
	if shown, _, ok := field.Shown(m.f); ok && shown.Options.Scale != nil {
		scale = *shown.Options.Scale
	}
	num := new(big.Int).Mul(big.NewInt(total), big.NewInt(100)) // extra digits
	num.Mul(num, big.NewInt(2)).Add(num, big.NewInt(n*int64(num.Sign())))
	q := num.Quo(num, big.NewInt(2*n)) // half away from zero
	if !q.IsInt64() {
		return appendNumber(float64(total) / float64(n) / math.Pow10(scale))
	}
	return append(append([]byte{'"'}, value.FormatDecimal(q.Int64(), scale+extra)...), '"')
}

func appendNumber(v schema.Value) json.RawMessage {
	switch v := v.(type) {
	case int64:
		return strconv.AppendInt(nil, v, 10)
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return json.RawMessage("null")
		}
		b, err := json.Marshal(v)
		if err == nil {
			return b
		}
	}
	return json.RawMessage("null")
}

// AppendJSON appends {"groups":[{"keys":[…],"metrics":[…]}],"total":n}.
func (r *AggResult) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"groups":[`...)
	for i, g := range r.Groups {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"keys":`...)
		dst = appendList(dst, g.Keys)
		dst = append(dst, `,"metrics":`...)
		dst = append(appendList(dst, g.Metrics), '}')
	}
	dst = append(dst, `],"total":`...)
	return append(strconv.AppendInt(dst, int64(r.Total), 10), '}')
}

func appendList(dst []byte, list []json.RawMessage) []byte {
	dst = append(dst, '[')
	for i, x := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, x...)
	}
	return append(dst, ']')
}
