package mongo

import (
	"context"
	"fmt"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// keys makes an ascending index key.
func keys(fields ...string) bson.D {
	d := make(bson.D, len(fields))
	for i, f := range fields {
		d[i] = bson.E{Key: f, Value: 1}
	}
	return d
}

func index(name string, key bson.D, more ...func(*options.IndexOptionsBuilder)) driver.IndexModel {
	o := options.Index().SetName(name)
	for _, m := range more {
		m(o)
	}
	return driver.IndexModel{Keys: key, Options: o}
}

func unique(o *options.IndexOptionsBuilder) { o.SetUnique(true) }

func where(filter bson.D) func(*options.IndexOptionsBuilder) {
	return func(o *options.IndexOptionsBuilder) { o.SetPartialFilterExpression(filter) }
}

func expire(seconds int32) func(*options.IndexOptionsBuilder) {
	return func(o *options.IndexOptionsBuilder) { o.SetExpireAfterSeconds(seconds) }
}

func exists(path string) bson.D {
	return bson.D{{Key: path, Value: bson.D{{Key: "$exists", Value: true}}}}
}

// createIndexes declares the fixed set of indexes: it does not grow with
// tenants, entities or fields.
func (e *Engine) createIndexes(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, longLife)
	defer cancel()
	rows := []driver.IndexModel{
		index("record", keys("t", "e", "r"), unique),
		index("tokens", keys("t", "e", "x", "r")),
		index("updated", keys("t", "e", "ua", "r")),
	}
	for n := 1; n <= slotCount; n++ {
		path := "s." + strconv.Itoa(n)
		rows = append(rows, index("slot"+strconv.Itoa(n), keys("t", "e", path, "r"), where(exists(path))))
	}
	sets := []struct {
		in   *driver.Collection
		what []driver.IndexModel
	}{
		{e.rows, rows},
		{e.trash, []driver.IndexModel{
			index("record", keys("t", "e", "r"), unique),
			index("updated", keys("t", "e", "ua", "r")),
		}},
		{e.changes, []driver.IndexModel{
			index("pending", keys("o", "c", "n"), where(bson.D{{Key: "u", Value: true}})),
			index("log", keys("t", "q"), where(exists("q"))),
			index("record", keys("t", "e", "r", "v"), where(exists("r"))),
			index("set", keys("t", "cs", "q"), where(exists("cs"))),
		}},
		{e.seqs, []driver.IndexModel{index("moved", keys("m"))}},
		{e.docs, []driver.IndexModel{
			index("key", keys("t", "k", "y"), unique),
			index("expiry", keys("z"), expire(3600)),
		}},
		{e.uniq, []driver.IndexModel{index("entity", keys("t", "e", "f"))}},
		{e.counters, []driver.IndexModel{index("tenant", keys("t"))}},
		{e.entities, []driver.IndexModel{index("tenant", keys("t"))}},
		{e.marks, []driver.IndexModel{index("expiry", keys("z"), expire(86400))}},
	}
	for _, s := range sets {
		if _, err := s.in.Indexes().CreateMany(ctx, s.what); err != nil {
			return fmt.Errorf("mongo: indexes of %s: %w", s.in.Name(), err)
		}
	}
	return nil
}
