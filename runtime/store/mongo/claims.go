package mongo

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/textkey"
)

// claim is a unique value that an op wants for its record.
type claim struct {
	op     int
	entity schema.EntityID
	field  schema.FieldID
	record schema.RecordID
}

// claims are the unique values that a commit takes and gives back. What one op
// gives back another may take, in whatever order they stand.
type claims struct {
	taken  map[string]claim
	freed  map[string]schema.RecordID
	order  []string // of taken
	clash  error    // two ops of the commit want one value
	writes []driver.WriteModel
}

func newClaims() claims {
	return claims{taken: map[string]claim{}, freed: map[string]schema.RecordID{}}
}

// claimID names a value of a unique field. Long ones are hashed.
func claimID(t schema.TenantID, e schema.EntityID, f *store.FieldShape, v schema.Value) string {
	head := fmt.Sprintf("%d.%d.%s.", t, e, nameOf(f.ID, f.Kind))
	var s string
	switch v := v.(type) {
	case string:
		s = textkey.Unique(v)
	case float64:
		s = strconv.FormatUint(math.Float64bits(v+0), 16) // -0 is 0
	default:
		s = fmt.Sprint(v)
	}
	if len(s) > 64 {
		sum := sha256.Sum256([]byte(s))
		return head + "#" + base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return head + "=" + s
}

// note compares an op's unique values before and after.
func (c *claims) note(i int, op *store.Op, l *layout, before, after schema.Values) {
	heldBefore := op.Kind == store.OpUpdate || op.Kind == store.OpTrash || op.Kind == store.OpFill
	heldAfter := op.Kind != store.OpTrash && op.Kind != store.OpPurge
	for j := range l.Shape.Fields {
		f := &l.Shape.Fields[j]
		if !f.Unique {
			continue
		}
		var old, now string
		if v := before[f.ID]; v != nil && heldBefore {
			old = claimID(l.Tenant, l.Entity, f, v)
		}
		if v := after[f.ID]; v != nil && heldAfter {
			now = claimID(l.Tenant, l.Entity, f, v)
		}
		if old == now {
			continue
		}
		if old != "" {
			c.freed[old] = op.ID
		}
		if now != "" {
			c.take(now, claim{i, l.Entity, f.ID, op.ID})
		}
	}
}

func (c *claims) take(id string, want claim) {
	if first, twice := c.taken[id]; twice {
		if c.clash == nil {
			c.clash = want.duplicate(first.record)
		}
		return
	}
	c.taken[id] = want
	c.order = append(c.order, id)
}

func (w claim) duplicate(holder schema.RecordID) error {
	return &store.Fault{Err: store.ErrDuplicate, Op: w.op, Doc: -1, Record: w.record, Field: w.field, Holder: holder}
}

// claim looks who holds the values that the commit wants.
func (a *attempt) claim(ctx context.Context) error {
	c := &a.claims
	if c.clash != nil {
		return c.clash
	}
	holders, err := a.e.holders(ctx, c.order)
	if err != nil {
		return err
	}
	for _, id := range c.order {
		want := c.taken[id]
		holder, held := holders[id]
		switch {
		case !held:
			c.writes = append(c.writes, driver.NewInsertOneModel().SetDocument(claimDoc(a.j.tenant, id, want)))
		case holder == want.record:
		case c.freed[id] == holder:
			c.writes = append(c.writes, driver.NewReplaceOneModel().SetFilter(bson.D{{Key: "_id", Value: id}}).SetReplacement(claimDoc(a.j.tenant, id, want)))
		default:
			return want.duplicate(holder)
		}
		delete(c.freed, id)
	}
	for id, holder := range c.freed {
		c.writes = append(c.writes, driver.NewDeleteOneModel().SetFilter(bson.D{{Key: "_id", Value: id}, {Key: "r", Value: int64(holder)}}))
	}
	return nil
}

func claimDoc(t schema.TenantID, id string, c claim) bson.D {
	return bson.D{
		{Key: "_id", Value: id},
		{Key: "t", Value: int64(t)},
		{Key: "e", Value: int64(c.entity)},
		{Key: "f", Value: int64(c.field)},
		{Key: "r", Value: int64(c.record)},
	}
}

// holders finds who holds unique values.
func (e *Engine) holders(ctx context.Context, ids []string) (map[string]schema.RecordID, error) {
	out := map[string]schema.RecordID{}
	for part := range slices.Chunk(ids, 1000) {
		cur, err := e.uniq.Find(ctx, bson.D{{Key: "_id", Value: bson.D{{Key: "$in", Value: part}}}})
		if err != nil {
			return nil, err
		}
		err = eachDoc(ctx, cur, func(raw bson.Raw) error {
			out[textAt(raw, "_id")] = schema.RecordID(intAt(raw, "r"))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
