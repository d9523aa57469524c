package install

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
	"tongban/templates"
)

// rowBatch is how many sample records are written at once.
const rowBatch = 500

// samples writes the sample records of all entities, in the order in which
// their links need each other.
func (in *installation) samples(ctx context.Context) error {
	rows := map[string]schema.RecordID{} // by the "#" of the row
	for i := range in.t.Entities {
		e := &in.t.Entities[i]
		list, err := templates.Samples(in.t.Key, e.Key, in.o.Locale)
		if err != nil {
			return err
		}
		for len(list) > 0 {
			n := min(rowBatch, len(list))
			if err := in.write(ctx, e, list[:n], rows); err != nil {
				return fmt.Errorf("samples of %s: %w", e.Key, err)
			}
			list = list[n:]
		}
	}
	return nil
}

func (in *installation) write(ctx context.Context, e *templates.Entity, list []templates.Row, rows map[string]schema.RecordID) error {
	snap, err := in.snapshot(ctx)
	if err != nil {
		return err
	}
	ent := snap.Entity(in.entities[e.Key])
	b := record.Batch{Actor: in.actor, Entity: ent.ID, Via: "template"}
	for i, row := range list {
		values, err := in.values(e, ent, row, rows, snap.Zone())
		if err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Values: values})
	}
	res, err := in.records.Write(ctx, b)
	if err != nil {
		return err
	}
	for i, row := range list {
		if name := row["#"]; name != "" {
			rows[name] = res.Rows[i].Record.ID
		}
	}
	return nil
}

func (in *installation) values(e *templates.Entity, ent *schema.Entity, row templates.Row, rows map[string]schema.RecordID, zone *time.Location) (schema.Values, error) {
	out := schema.Values{}
	env := &field.Env{Now: in.now(), Zone: zone, Me: in.actor.User}
	for key, cell := range row {
		if key == "#" {
			continue
		}
		f := ent.FieldNamed(key)
		if f == nil {
			return nil, fmt.Errorf("no field %q", key)
		}
		v, err := in.value(e, f, cell, rows, env)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", key, cell, err)
		}
		out[f.ID] = v
	}
	return out, nil
}

func (in *installation) value(e *templates.Entity, f *schema.Field, cell string, rows map[string]schema.RecordID, env *field.Env) (schema.Value, error) {
	switch f.Type {
	case "user":
		return []int64{int64(env.Me)}, nil // sample records belong to who installs them
	case "link":
		id, ok := rows[cell]
		if !ok {
			return nil, fail.New(fail.Invalid, "template.rowUnknown")
		}
		return []int64{int64(id)}, nil
	case "date", "dateTime":
		cell = relative(cell, env.Now.In(env.Zone))
	case "singleSelect", "multiSelect":
		parts := strings.Split(cell, ", ")
		for i := range parts {
			parts[i] = in.choiceName(e, f.Key, parts[i])
		}
		cell = strings.Join(parts, ", ")
	}
	typ, ok := field.Of(f.Type)
	if !ok {
		return nil, fail.New(fail.Invalid, "field.typeUnknown")
	}
	return typ.ParseText(f, cell, env)
}

var relativeTime = regexp.MustCompile(`^([+-]\d+)d(?: (\d\d):(\d\d))?$`)

// relative turns "+3d" and "-2d 10:30" into a date or a time of the wall clock, counted from now.
func relative(cell string, now time.Time) string {
	m := relativeTime.FindStringSubmatch(cell)
	if m == nil {
		return cell
	}
	days, err := strconv.Atoi(m[1])
	if err != nil {
		return cell
	}
	day := now.AddDate(0, 0, days).Format(time.DateOnly)
	if m[2] == "" {
		return day
	}
	return day + " " + m[2] + ":" + m[3]
}
