// Package storetest is the suite that every storage engine must pass. It
// compares an engine with a model in memory that follows the definitions of
// schema/query word by word, and tries the promises of store.Engine one by one.
//
// STORETEST_SEED picks the random cases (default 1), STORETEST_ROUNDS how many
// random data sets are tried, STORETEST_QUERIES how many queries on each.
package storetest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/query"
)

// Run tries an engine. open returns one that runs on the real clock and sees to
// it that it is closed after the test; it is called once.
func Run(t *testing.T, open func(t *testing.T) store.Engine) {
	t.Helper()
	e := open(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(newBench(t, e)) })
	}
}

var cases = []struct {
	name string
	run  func(*bench)
}{
	{"a record lives through create, update, trash, restore and purge", testLife},
	{"values of every kind come back as they were stored", testKinds},
	{"a commit that fails says where and leaves nothing behind", testFaults},
	{"a version that is not the expected one is a conflict", testConflict},
	{"ops on records that are not there are refused", testNotFound},
	{"unique values are claimed, released and swapped", testUnique},
	{"the trash gives unique values free and restore claims them again", testUniqueTrash},
	{"numbers are given without gaps by parallel commits", testNumbers},
	{"a fill sets values and tells nobody, a quiet update leaves who and when", testFill},
	{"what is derived from values follows a fill", testFillDerived},
	{"many filled texts are found", testFillMany},
	{"documents obey their versions", testDocVersions},
	{"documents are listed by prefix, in pages", testDocList},
	{"an expired document is not there", testDocExpiry},
	{"documents and records change together or not at all", testDocAtomic},
	{"the log has every change once, in order", testLog},
	{"the log is trimmed from its beginning", testTrim},
	{"history runs backwards, a change set forwards", testHistory},
	{"listeners hear of commits", testListen},
	{"a view sees one snapshot", testSnapshot},
	{"tenants never see each other", testTenancy},
	{"links are found from both sides", testLinks},
	{"the trash can be searched", testTrashQuery},
	{"queries that do not fit the shape are refused", testBadQuery},
	{"an entity and a tenant that are dropped leave nothing", testDrop},
	{"fields come and go while others write", testSchemaChange},
	{"pages are steady while others write", testPaging},
	{"of writers on one record exactly one wins each version", testRace},
	{"a query ends in time", testTooSlow},
	{"a search finds every text that holds what is sought", testSearch},
	{"random queries agree with the model", testModel},
	{"a plan tells what serves a query and what it looks at", testExplain},
	{"anchors are the cursors that paging gives", testAnchors},
	{"an answer that is given again is as new as the last commit", testAnswers},
	{"groups come in pages", testGroupPages},
}

// bench is what a case works with: an engine and a tenant of its own.
type bench struct {
	*testing.T
	e      store.Engine
	tenant schema.TenantID
	rnd    *rand.Rand
	nextID *atomic.Int64
}

var lastTenant atomic.Int64

func newBench(t *testing.T, e store.Engine) *bench {
	base := time.Now().UnixMilli()
	lastTenant.CompareAndSwap(0, base)
	b := &bench{T: t, e: e, tenant: schema.TenantID(lastTenant.Add(1)), nextID: new(atomic.Int64)}
	b.nextID.Store(base << 10)
	b.rnd = rand.New(rand.NewPCG(uint64(setting("STORETEST_SEED", 1)), 7))
	return b
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// id returns a record id that is new in the whole installation.
func (b *bench) id() schema.RecordID { return schema.RecordID(b.nextID.Add(1)) }

// entity returns an entity id that is new in the whole installation.
func (b *bench) entity() schema.EntityID { return schema.EntityID(b.nextID.Add(1)) }

func (b *bench) commit(c *store.Commit) (*store.Receipt, error) {
	return b.e.Commit(b.Context(), b.tenant, c)
}

// do commits ops that must succeed.
func (b *bench) do(ops ...store.Op) *store.Receipt {
	b.Helper()
	r, err := b.commit(&store.Commit{Origin: origin(), Ops: ops})
	require.NoError(b, err)
	require.Len(b, r.Versions, len(ops))
	require.Len(b, r.Numbers, len(ops))
	return r
}

// fails commits ops that must fail, and returns the details.
func (b *bench) fails(want error, ops ...store.Op) *store.Fault {
	b.Helper()
	_, err := b.commit(&store.Commit{Origin: origin(), Ops: ops})
	require.ErrorIs(b, err, want)
	var fault *store.Fault
	require.ErrorAs(b, err, &fault)
	return fault
}

func origin() store.Origin {
	return store.Origin{Actor: 7, Via: "test", At: 1_700_000_000_000}
}

func (b *bench) view(fn func(store.Reader)) {
	b.Helper()
	require.NoError(b, b.e.View(b.Context(), b.tenant, func(r store.Reader) error {
		fn(r)
		return nil
	}))
}

func (b *bench) get(s *store.Shape, id schema.RecordID) *schema.Record {
	b.Helper()
	var rec *schema.Record
	b.view(func(r store.Reader) {
		recs, err := r.Get(b.Context(), s, []schema.RecordID{id}, nil)
		require.NoError(b, err)
		require.Len(b, recs, 1)
		rec = recs[0]
	})
	return rec
}

// find returns all records that match, page by page.
func (b *bench) find(s *store.Shape, q query.Query) []*schema.Record {
	b.Helper()
	var out []*schema.Record
	b.view(func(r store.Reader) { out = b.walk(r, s, q) })
	return out
}

func (b *bench) walk(r store.Reader, s *store.Shape, q query.Query) []*schema.Record {
	b.Helper()
	if q.Limit == 0 {
		q.Limit = 1000
	}
	var out []*schema.Record
	for range 10_000 {
		page, err := r.Find(b.Context(), s, &q)
		require.NoError(b, err)
		require.LessOrEqual(b, len(page.Records), q.Limit)
		out = append(out, page.Records...)
		if page.Next == nil {
			return out
		}
		require.Len(b, page.Records, q.Limit, "a page with a next one is full")
		q.After = page.Next
	}
	require.Fail(b, "the pages never end")
	return nil
}

func (b *bench) ids(s *store.Shape, where query.Expr) []schema.RecordID {
	b.Helper()
	return idsOf(b.find(s, query.Query{Where: where}))
}

func idsOf(recs []*schema.Record) []schema.RecordID {
	out := make([]schema.RecordID, 0, len(recs))
	for _, r := range recs {
		out = append(out, r.ID)
	}
	return out
}

// changes returns the log from a position, once it has reached want lines: an
// engine may give positions after the commit.
func (b *bench) changes(after schema.Seq, want int) []store.Change {
	b.Helper()
	var out []store.Change
	require.Eventually(b, func() bool {
		out = nil
		err := b.e.View(b.Context(), b.tenant, func(r store.Reader) error {
			at := after
			for {
				got, err := r.Changes(b.Context(), at, 300)
				if err != nil || len(got) == 0 {
					return err
				}
				out = append(out, got...)
				at = got[len(got)-1].Seq
			}
		})
		return err == nil && len(out) >= want
	}, 20*time.Second, 10*time.Millisecond, "the log reaches %d lines", want)
	return out
}

func create(s *store.Shape, id schema.RecordID, v schema.Values) store.Op {
	return store.Op{Kind: store.OpCreate, Shape: s, ID: id, Set: v}
}

func update(s *store.Shape, r *schema.Record, set schema.Values) store.Op {
	before := schema.Values{}
	for f := range set {
		if v := r.Values[f]; v != nil {
			before[f] = v
		}
	}
	return store.Op{Kind: store.OpUpdate, Shape: s, ID: r.ID, IfVersion: r.Version, Set: set, Before: before}
}

func act(kind store.OpKind, s *store.Shape, id schema.RecordID, v schema.Version) store.Op {
	return store.Op{Kind: kind, Shape: s, ID: id, IfVersion: v}
}

// trashOp trashes a record as its caller loaded it.
func trashOp(s *store.Shape, r *schema.Record) store.Op {
	op := act(store.OpTrash, s, r.ID, r.Version)
	op.Before = r.Values
	return op
}

// restoreOp restores a record as its caller loaded it.
func restoreOp(s *store.Shape, r *schema.Record) store.Op {
	op := act(store.OpRestore, s, r.ID, r.Version)
	op.Before = r.Values
	return op
}

// fields of the plain shape that most cases use
const (
	fName schema.FieldID = iota + 1
	fCount
	fTags
	fCode
	fDue
	fNumber
)

func (b *bench) plain() *store.Shape {
	return &store.Shape{Entity: b.entity(), Rev: 1, Fields: []store.FieldShape{
		{ID: fName, Kind: schema.KindText, SortKey: store.SortPinyin, Searchable: true, Indexed: true},
		{ID: fCount, Kind: schema.KindInt, Indexed: true},
		{ID: fTags, Kind: schema.KindSet},
		{ID: fCode, Kind: schema.KindText, Unique: true},
		{ID: fDue, Kind: schema.KindTime},
		{ID: fNumber, Kind: schema.KindText, SortKey: store.SortNatural},
	}}
}

func show(v any) string { return fmt.Sprintf("%#v", v) }
