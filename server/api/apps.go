package api

import (
	"tongban/runtime/catalog"
	"tongban/runtime/install"
	"tongban/schema"
	"tongban/schema/fail"
)

func appRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/apps", Need: Signed, Query: paging, Summary: "List the apps with their entities", Handle: get(listApps), Out: items[appJSON]{}},
		{Method: "POST", Path: "/apps", Need: Designer, Body: smallest, Status: 201, Summary: "Make an app, empty or from a template", Handle: with(createApp), Out: appJSON{}},
		{Method: "GET", Path: "/apps/{app}", Need: Signed, Summary: "Get an app with its entities", Handle: get(getApp), Out: appJSON{}},
		{Method: "PATCH", Path: "/apps/{app}", Need: Designer, Body: smallest, Summary: "Change an app", Handle: with(patchApp), Out: appJSON{}},
		{Method: "DELETE", Path: "/apps/{app}", Need: Designer, Status: 204, Summary: "Delete an app with all its entities", Handle: get(deleteApp)},
		{Method: "GET", Path: "/apps/{app}/entities", Need: Signed, Query: paging, Summary: "List an app's entities", Handle: get(listEntities), Out: items[summaryJSON]{}},
		{Method: "POST", Path: "/apps/{app}/entities", Need: Designer, Body: mB, Status: 201, Summary: "Make an entity", Handle: with(createEntity), Out: entityJSON{}},
		{Method: "GET", Path: "/templates", Need: Signed, Query: []string{"locale", "limit", "cursor"}, Summary: "List the templates", Handle: get(listTemplates), Out: items[install.Info]{}},
		{Method: "GET", Path: "/templates/{key}", Need: Signed, Query: []string{"locale"}, Summary: "Get a template", Handle: get(getTemplate), Out: install.Info{}},
	}
}

type appJSON struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Icon     string  `json:"icon,omitempty"`
	Color    string  `json:"color,omitempty"`
	Template string  `json:"template,omitempty"`
	Order    float64 `json:"order"`
	Can      struct {
		Design bool `json:"design"`
	} `json:"can"`
	Entities []summaryJSON `json:"entities"`
}

// appOf shows an app with the entities that the caller may know of; nil where
// that leaves nothing to show to somebody who does not design.
func (c *call) appOf(s *catalog.Snapshot, a *schema.App) *appJSON {
	out := &appJSON{
		ID: schema.FormatID(schema.PrefixApp, a.ID), Name: a.Name, Icon: a.Icon, Color: a.Color, Template: a.Template, Order: a.Order,
		Entities: []summaryJSON{},
	}
	out.Can.Design = c.mayDesign()
	all := s.Entities(a.ID)
	for _, e := range all {
		if _, err := c.s.Policy.Rights(c.actor(), s, e.ID); err == nil {
			out.Entities = append(out.Entities, summaryOf(e))
		}
	}
	if len(out.Entities) == 0 && !c.actor().IsDesigner() && (len(all) > 0 || c.onlyCustomRoles()) {
		return nil
	}
	return out
}

func (c *call) mayDesign() bool { return c.actor().IsDesigner() && !c.actor().ReadOnly }

// onlyCustomRoles tells whether no built-in role gives the caller every app.
func (c *call) onlyCustomRoles() bool {
	for _, r := range c.actor().Roles {
		if builtInKey(r) != "" {
			return false
		}
	}
	return true
}

func listApps(c *call) (any, error) {
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	var out []*appJSON
	for _, a := range s.Apps() {
		if j := c.appOf(s, a); j != nil {
			out = append(out, j)
		}
	}
	return paged(c, out, func(a **appJSON) string { return (*a).ID })
}

// app finds the app that the path names.
func (c *call) app() (*catalog.Snapshot, *appJSON, error) {
	id, err := idOf[schema.AppID](c, "app", schema.PrefixApp)
	if err != nil {
		return nil, nil, err
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, nil, err
	}
	if a := s.App(id); a != nil {
		if j := c.appOf(s, a); j != nil {
			return s, j, nil
		}
	}
	return nil, nil, fail.New(fail.NotFound, "app.notFound")
}

func getApp(c *call) (any, error) {
	_, a, err := c.app()
	return a, err
}

func listEntities(c *call) (any, error) {
	_, a, err := c.app()
	if err != nil {
		return nil, err
	}
	return paged(c, a.Entities, func(e *summaryJSON) string { return e.ID })
}

type createAppIn struct {
	Name       string `json:"name" max:"800"`
	Icon       string `json:"icon" max:"100"`
	Color      string `json:"color" max:"100"`
	Template   string `json:"template" max:"100"`
	Locale     string `json:"locale" max:"20"`
	SampleData bool   `json:"sampleData"`
}

func createApp(c *call, in *createAppIn) (any, error) {
	var id schema.AppID
	if in.Template != "" {
		a, err := c.s.Templates.Install(c.ctx(), c.actor(), in.Template, install.Options{Name: in.Name, Locale: or(in.Locale, c.language()), Samples: in.SampleData})
		if err != nil {
			return nil, err
		}
		id = a.ID
	} else {
		a, err := c.s.Catalog.CreateApp(c.ctx(), c.actor(), catalog.AppInput{Name: in.Name, Icon: in.Icon, Color: in.Color})
		if err != nil {
			return nil, err
		}
		id = a.ID
	}
	s, err := c.snapshot()
	if err != nil {
		return nil, err
	}
	a := s.App(id)
	if a == nil {
		return nil, fail.New(fail.NotFound, "app.notFound")
	}
	return created{c.appOf(s, a)}, nil
}

type patchAppIn struct {
	Name  *string  `json:"name" max:"800"`
	Icon  *string  `json:"icon" max:"100"`
	Color *string  `json:"color" max:"100"`
	Order *float64 `json:"order"`
}

func patchApp(c *call, in *patchAppIn) (any, error) {
	id, err := idOf[schema.AppID](c, "app", schema.PrefixApp)
	if err != nil {
		return nil, err
	}
	if _, err := c.s.Catalog.UpdateApp(c.ctx(), c.actor(), id, catalog.AppPatch{Name: in.Name, Icon: in.Icon, Color: in.Color, Order: in.Order}); err != nil {
		return nil, err
	}
	return getApp(c)
}

func deleteApp(c *call) (any, error) {
	id, err := idOf[schema.AppID](c, "app", schema.PrefixApp)
	if err != nil {
		return nil, err
	}
	return noContent{}, c.s.Catalog.DeleteApp(c.ctx(), c.actor(), id)
}
