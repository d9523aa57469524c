package api

import (
	"encoding/base64"

	"tongban/runtime/catalog"
	"tongban/runtime/comment"
	"tongban/schema"
	"tongban/schema/fail"
)

const prefixComment = "cmt_"

func commentRoutes() []Route {
	const path = "/entities/{ent}/records/{rec}/comments"
	return []Route{
		{Method: "GET", Path: path, Need: Records, Query: []string{"limit", "cursor"}, Summary: "List a record's comments, oldest first", Handle: get(listComments), Out: items[commentJSON]{}},
		{Method: "POST", Path: path, Need: Records, Body: smallest, Status: 201, Summary: "Comment on a record", Handle: with(addComment), Out: commentJSON{}},
		{Method: "PATCH", Path: path + "/{cmt}", Need: Records, Body: smallest, Summary: "Change one's own comment", Handle: with(editComment), Out: commentJSON{}},
		{Method: "DELETE", Path: path + "/{cmt}", Need: Records, Status: 204, Summary: "Delete one's own comment", Handle: get(deleteComment)},
	}
}

type commentJSON struct {
	ID       string   `json:"id"`
	Text     string   `json:"text"`
	By       refJSON  `json:"by"`
	At       string   `json:"at"`
	EditedAt *string  `json:"editedAt,omitempty"`
	Mentions []string `json:"mentions"`
}

func userRef(s *catalog.Snapshot, u schema.UserID) refJSON {
	out := refJSON{ID: schema.FormatID(schema.PrefixUser, u)}
	if m := s.Member(u); m != nil {
		out.Name = m.Name
	}
	return out
}

func commentOf(s *catalog.Snapshot, c *comment.Comment) commentJSON {
	out := commentJSON{
		ID: schema.FormatID(prefixComment, c.ID), Text: c.Text, By: userRef(s, c.By), At: stamp(c.At), EditedAt: stampOr(c.EditedAt), Mentions: []string{},
	}
	for _, u := range c.Mentions {
		out.Mentions = append(out.Mentions, schema.FormatID(schema.PrefixUser, u))
	}
	return out
}

func listComments(c *call) (any, error) {
	ent, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	limit, err := c.limit()
	if err != nil {
		return nil, err
	}
	after, err := base64.RawURLEncoding.DecodeString(c.query("cursor"))
	if err != nil {
		return nil, fail.New(fail.Invalid, "cursor.invalid").On("cursor")
	}
	all, next, err := c.s.Comments.List(c.ctx(), c.actor(), comment.Place{Entity: ent, Record: rec}, string(after), limit)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	out := make([]commentJSON, 0, len(all))
	for i := range all {
		out = append(out, commentOf(s, &all[i]))
	}
	l := list(out)
	l.NextCursor = base64.RawURLEncoding.EncodeToString([]byte(next))
	return l, nil
}

type commentIn struct {
	Text string `json:"text" max:"40000"`
}

func addComment(c *call, in *commentIn) (any, error) {
	ent, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	cm, err := c.s.Comments.Add(c.ctx(), c.actor(), comment.Place{Entity: ent, Record: rec}, in.Text)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return created{commentOf(s, cm)}, nil
}

func editComment(c *call, in *commentIn) (any, error) {
	ent, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	id, err := idOf[int64](c, "cmt", prefixComment)
	if err != nil {
		return nil, err
	}
	cm, err := c.s.Comments.Edit(c.ctx(), c.actor(), comment.Place{Entity: ent, Record: rec}, id, in.Text)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	return commentOf(s, cm), nil
}

func deleteComment(c *call) (any, error) {
	ent, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	id, err := idOf[int64](c, "cmt", prefixComment)
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Comments.Delete(c.ctx(), c.actor(), comment.Place{Entity: ent, Record: rec}, id)
}
