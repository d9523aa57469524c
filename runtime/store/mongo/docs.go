package mongo

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"tongban/runtime/store"
	"tongban/schema"
)

// loadDocs reads the documents that the commit names and compares versions.
func (a *attempt) loadDocs(ctx context.Context) error {
	byKind := map[string][]string{}
	for _, d := range a.j.commit.Docs {
		byKind[d.Kind] = append(byKind[d.Kind], d.Key)
	}
	found := map[[2]string]bson.Raw{}
	for kind, names := range byKind {
		filter := bson.D{{Key: "t", Value: int64(a.j.tenant)}, {Key: "k", Value: kind}, {Key: "y", Value: bson.D{{Key: "$in", Value: names}}}}
		cur, err := a.e.docs.Find(ctx, filter, options.Find().SetBatchSize(int32(len(names)+1)))
		if err != nil {
			return err
		}
		err = eachDoc(ctx, cur, func(raw bson.Raw) error {
			found[[2]string{kind, textAt(raw, "y")}] = slices.Clone(raw)
			a.least = max(a.least, intAt(raw, "o"))
			return nil
		})
		if err != nil {
			return err
		}
	}
	now := a.e.now().UnixMilli()
	for i, d := range a.j.commit.Docs {
		a.docs[i] = found[[2]string{d.Kind, d.Key}]
		var current schema.Version
		if a.docs[i] != nil && !expired(a.docs[i], now) {
			current = schema.Version(intAt(a.docs[i], "v"))
		}
		if d.IfVersion != -1 && d.IfVersion != current {
			return &store.Fault{Err: store.ErrConflict, Op: -1, Doc: i, Current: current}
		}
		if d.Body != nil {
			a.receipt.DocVersions[i] = current + 1
		}
	}
	return nil
}

// buildDocs makes what the commit does to documents.
func (a *attempt) buildDocs(context.Context) error {
	if len(a.j.commit.Docs) == 0 {
		return nil
	}
	order := a.e.clock.next(a.e.now(), a.least)
	for i := range a.j.commit.Docs {
		d := &a.j.commit.Docs[i]
		a.buildDoc(i, d, order)
		if d.Log {
			change := a.change(store.OpDoc, len(a.j.commit.Ops)+i, order, a.receipt.DocVersions[i])
			a.changes = append(a.changes, append(change, bson.E{Key: "dk", Value: d.Kind}, bson.E{Key: "dy", Value: d.Key}))
		}
	}
	return nil
}

func (a *attempt) buildDoc(i int, d *store.DocOp, order int64) {
	old := a.docs[i]
	at := docFilter(a.j.tenant, d.Kind, d.Key)
	if d.Body == nil {
		if old != nil {
			a.docWrites = append(a.docWrites, driver.NewDeleteOneModel().SetFilter(at))
		}
		return
	}
	doc := append(slices.Clone(at), bson.E{Key: "v", Value: int64(a.receipt.DocVersions[i])}, bson.E{Key: "b", Value: bson.Binary{Data: d.Body}},
		bson.E{Key: "x", Value: d.ExpiresAt}, bson.E{Key: "o", Value: order})
	if d.ExpiresAt > 0 {
		doc = append(doc, bson.E{Key: "z", Value: bson.DateTime(d.ExpiresAt)}) // the server sweeps by it
	}
	if old == nil {
		a.docWrites = append(a.docWrites, driver.NewInsertOneModel().SetDocument(doc))
		return
	}
	a.docWrites = append(a.docWrites, driver.NewReplaceOneModel().SetFilter(at).SetReplacement(doc))
}

// takeNumbers gives the ops their numbers, a block of each counter at once. A
// commit that fails gives them back.
func (a *attempt) takeNumbers(ctx context.Context) error {
	wanted := map[string]int64{}
	for i := range a.j.commit.Ops {
		for _, n := range a.j.commit.Ops[i].Numbers {
			wanted[n.Counter]++
		}
	}
	next := map[string]int64{}
	for _, counter := range slices.Sorted(maps.Keys(wanted)) {
		n := wanted[counter]
		raw, err := a.e.counters.FindOneAndUpdate(ctx,
			bson.D{{Key: "_id", Value: counterID(a.j.tenant, counter)}, {Key: "t", Value: int64(a.j.tenant)}},
			bson.D{{Key: "$inc", Value: bson.D{{Key: "n", Value: n}}}},
			options.FindOneAndUpdate().SetUpsert(true).SetReturnDocument(options.After)).Raw()
		if err != nil {
			return err
		}
		next[counter] = intAt(raw, "n") - n
	}
	for i := range a.j.commit.Ops {
		for _, n := range a.j.commit.Ops[i].Numbers {
			next[n.Counter]++
			if a.receipt.Numbers[i] == nil {
				a.receipt.Numbers[i] = schema.Values{}
			}
			a.receipt.Numbers[i][n.Field] = numberText(n, next[n.Counter])
		}
	}
	return nil
}

func numberText(n store.Number, value int64) string {
	digits := strconv.FormatInt(value, 10)
	return n.Prefix + strings.Repeat("0", max(0, n.Width-len(digits))) + digits + n.Suffix
}
