package api

import (
	"tongban/schema"
	"tongban/schema/fail"
)

type duplicateIn struct {
	Name    string `json:"name" max:"800"`
	Records bool   `json:"records"`
}

func duplicateEntity(c *call, in *duplicateIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	e, err := c.s.Records.DuplicateEntity(c.ctx(), c.actor(), ent, in.Name, in.Records)
	if err != nil {
		return nil, err
	}
	out, err := c.entityOf(e.ID)
	if err != nil {
		return nil, err
	}
	return created{out}, nil
}

func duplicateApp(c *call, in *duplicateIn) (any, error) {
	id, err := idOf[schema.AppID](c, "app", schema.PrefixApp)
	if err != nil {
		return nil, err
	}
	app, err := c.s.Records.DuplicateApp(c.ctx(), c.actor(), id, in.Name, in.Records)
	if err != nil {
		return nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	if out := c.appOf(s, app); out != nil {
		return created{out}, nil
	}
	return nil, fail.New(fail.NotFound, "app.notFound")
}
