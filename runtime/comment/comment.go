// Package comment keeps what people say about a record. Whoever may read the
// record reads its comments; the right to comment decides who writes. It knows
// no HTTP.
package comment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tongban/runtime/access"
	"tongban/runtime/catalog"
	"tongban/runtime/ids"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

// Kind is the kind of the documents, as it stands in the change log.
const Kind = "comment"

const maxText = 10_000 // characters

var mention = regexp.MustCompile(`@\[(usr_[0-9a-z]+)\]`)

// Comment is one thing said.
type Comment struct {
	ID       int64           `json:"id"`
	Entity   schema.EntityID `json:"entity"`
	Record   schema.RecordID `json:"record"`
	By       schema.UserID   `json:"by"`
	At       int64           `json:"at"`
	EditedAt int64           `json:"editedAt,omitempty"`
	Text     string          `json:"text"`
	Mentions []schema.UserID `json:"mentions,omitempty"`
	version  schema.Version
}

// Place is the record that is spoken about.
type Place struct {
	Entity schema.EntityID
	Record schema.RecordID
}

// Options are what a Service needs; all are required.
type Options struct {
	Engine  store.Engine
	Records *record.Service
	Catalog *catalog.Catalog
	IDs     *ids.Source
	Now     func() time.Time
}

// Service is safe for concurrent use.
type Service struct{ o Options }

// New returns a Service.
func New(o Options) *Service { return &Service{o} }

func (p Place) prefix() string {
	return strconv.FormatInt(int64(p.Entity), 36) + "/" + strconv.FormatInt(int64(p.Record), 36) + "/"
}

// idWidth makes keys sort as ids do: ids are below 2^53.
const idWidth = 11

func (c *Comment) key() string {
	id := strconv.FormatInt(c.ID, 36)
	return Place{c.Entity, c.Record}.prefix() + strings.Repeat("0", max(0, idWidth-len(id))) + id
}

// List returns a record's comments, oldest first, after a key that an earlier
// call gave, and the key for the next page, "" at the end.
func (s *Service) List(ctx context.Context, a access.Actor, at Place, after string, limit int) ([]Comment, string, error) {
	if _, err := s.o.Records.Get(ctx, a, at.Entity, at.Record); err != nil {
		return nil, "", err
	}
	if after != "" && !strings.HasPrefix(after, at.prefix()) {
		return nil, "", fail.New(fail.Invalid, "cursor.invalid").On("cursor")
	}
	var out []Comment
	next := ""
	err := s.o.Engine.View(ctx, a.Tenant, func(rd store.Reader) error {
		docs, err := rd.Docs(ctx, Kind, at.prefix(), after, limit+1)
		if err != nil {
			return err
		}
		if len(docs) > limit {
			docs = docs[:limit]
			next = docs[limit-1].Key
		}
		for _, d := range docs {
			var c Comment
			if err := json.Unmarshal(d.Body, &c); err != nil {
				return fmt.Errorf("read comment: %w", err)
			}
			out = append(out, c)
		}
		return nil
	})
	return out, next, err
}

// Add says something about a record.
func (s *Service) Add(ctx context.Context, a access.Actor, at Place, text string) (*Comment, error) {
	if err := s.may(ctx, a, at); err != nil {
		return nil, err
	}
	c := &Comment{ID: s.o.IDs.Next(), Entity: at.Entity, Record: at.Record, By: a.User, At: s.o.Now().UnixMilli()}
	if err := s.say(ctx, a, c, text); err != nil {
		return nil, err
	}
	return c, s.put(ctx, a, c, 0)
}

// may refuses who may not comment on the record, or not know of it.
func (s *Service) may(ctx context.Context, a access.Actor, at Place) error {
	row, err := s.o.Records.Get(ctx, a, at.Entity, at.Record)
	if err != nil {
		return err
	}
	if a.ReadOnly || !row.Access.May(access.Comment) {
		return fail.New(fail.Forbidden, "comment.notAllowed")
	}
	return nil
}

func (s *Service) say(ctx context.Context, a access.Actor, c *Comment, text string) error {
	if strings.TrimSpace(text) == "" {
		return fail.New(fail.Invalid, "comment.empty").On("text")
	}
	if utf8.RuneCountInString(text) > maxText {
		return fail.New(fail.Invalid, "text.long").With("max", maxText).On("text")
	}
	snap, err := s.o.Catalog.Tenant(ctx, a.Tenant)
	if err != nil {
		return err
	}
	c.Text, c.Mentions = text, nil
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		id, ok := schema.ParseID[schema.UserID](schema.PrefixUser, m[1])
		if ok && snap.Member(id) != nil && !slices.Contains(c.Mentions, id) {
			c.Mentions = append(c.Mentions, id)
		}
	}
	return nil
}

func (s *Service) put(ctx context.Context, a access.Actor, c *Comment, v schema.Version) error {
	b, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write comment: %w", err)
	}
	return s.commit(ctx, a, store.DocOp{Kind: Kind, Key: c.key(), IfVersion: v, Body: b, Log: true})
}

func (s *Service) commit(ctx context.Context, a access.Actor, op store.DocOp) error {
	_, err := s.o.Engine.Commit(ctx, a.Tenant, &store.Commit{
		Origin: store.Origin{Actor: a.User, Via: Kind, ChangeSet: schema.FormatID("cs_", s.o.IDs.Next()), At: s.o.Now().UnixMilli()},
		Docs:   []store.DocOp{op},
	})
	if errors.Is(err, store.ErrConflict) {
		return fail.New(fail.Conflict, "comment.changed").Because(err)
	}
	return err
}

// own loads a comment that the actor wrote and may still touch.
func (s *Service) own(ctx context.Context, a access.Actor, at Place, id int64) (*Comment, error) {
	if err := s.may(ctx, a, at); err != nil {
		return nil, err
	}
	c := &Comment{ID: id, Entity: at.Entity, Record: at.Record}
	err := s.o.Engine.View(ctx, a.Tenant, func(rd store.Reader) error {
		d, err := rd.Doc(ctx, Kind, c.key())
		if err != nil {
			return err
		}
		c.version = d.Version
		return json.Unmarshal(d.Body, c)
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, fail.New(fail.NotFound, "comment.notFound")
	}
	return c, err
}

// Edit changes one's own comment.
func (s *Service) Edit(ctx context.Context, a access.Actor, at Place, id int64, text string) (*Comment, error) {
	c, err := s.own(ctx, a, at, id)
	if err != nil {
		return nil, err
	}
	if c.By != a.User {
		return nil, fail.New(fail.Forbidden, "comment.notOwn")
	}
	if err := s.say(ctx, a, c, text); err != nil {
		return nil, err
	}
	c.EditedAt = s.o.Now().UnixMilli()
	return c, s.put(ctx, a, c, c.version)
}

// Delete takes back one's own comment; administrators may delete any.
func (s *Service) Delete(ctx context.Context, a access.Actor, at Place, id int64) error {
	c, err := s.own(ctx, a, at, id)
	if err != nil {
		return err
	}
	if c.By != a.User && !a.IsAdmin() {
		return fail.New(fail.Forbidden, "comment.notOwn")
	}
	return s.commit(ctx, a, store.DocOp{Kind: Kind, Key: c.key(), IfVersion: c.version, Log: true})
}
