package api

import (
	"maps"

	"tongban/runtime/record"
	"tongban/schema"
)

func explainRoutes() []Route {
	return []Route{
		{Method: "GET", Path: "/views/{viw}/explain", Need: Records, Summary: "Say in plain words why a view is fast or slow", Handle: get(explainView), Out: explainJSON{}},
		{Method: "POST", Path: "/entities/{ent}/records/explain", Need: Records, Body: mB, Reads: true, Idem: Never, Summary: "Say in plain words why a query is fast or slow", Handle: with(explainQuery), Out: explainJSON{}},
	}
}

type explainStepJSON struct {
	Kind  string            `json:"kind"`
	How   string            `json:"how,omitempty"`
	Text  string            `json:"text"`
	Field *explainFieldJSON `json:"field,omitempty"`
	Rows  *int64            `json:"rows,omitempty"`
}

type explainFieldJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type explainJSON struct {
	Summary string            `json:"summary"`
	Indexed bool              `json:"indexed"`
	Steps   []explainStepJSON `json:"steps"`
	Plan    []string          `json:"plan,omitempty"`
}

func explainView(c *call) (any, error) {
	id, err := c.viewID()
	if err != nil {
		return nil, err
	}
	x, err := c.s.Records.ExplainView(c.ctx(), c.actor(), id)
	if err != nil {
		return nil, err
	}
	return c.explained(x), nil
}

func explainQuery(c *call, in *queryIn) (any, error) {
	ent, err := c.entity()
	if err != nil {
		return nil, err
	}
	q, err := in.request()
	if err != nil {
		return nil, err
	}
	x, err := c.s.Records.Explain(c.ctx(), c.actor(), ent, q)
	if err != nil {
		return nil, err
	}
	return c.explained(x), nil
}

// explained puts an explanation into the caller's language.
func (c *call) explained(x *record.Explanation) explainJSON {
	lang := c.language()
	out := explainJSON{Summary: c.s.Texts.Say(lang, x.Summary.Code, x.Summary.Params), Indexed: x.Indexed, Steps: []explainStepJSON{}, Plan: x.Plan}
	for _, st := range x.Steps {
		step := explainStepJSON{Kind: st.Kind, How: string(st.How)}
		params := maps.Clone(st.Params)
		if f := st.Field; f != nil {
			step.Field = &explainFieldJSON{ID: schema.FormatID(schema.PrefixField, f.ID), Name: f.Name}
			if f.ID < 0 {
				name := c.say("explain.system." + f.Key)
				step.Field = &explainFieldJSON{ID: f.Key, Name: name}
				params["field"] = name
			}
		}
		if st.Rows >= 0 && st.Kind == "rows" {
			step.Rows = &st.Rows
		}
		step.Text = c.s.Texts.Say(lang, st.Code, params)
		out.Steps = append(out.Steps, step)
	}
	return out
}
