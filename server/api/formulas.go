package api

import (
	"encoding/json"

	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/formula"
)

func formulaRoutes() []Route {
	return []Route{
		{Method: "POST", Path: "/formulas/evaluate", Need: Records, Query: []string{"explain"}, Body: mB, Reads: true, Idem: Never, Summary: "Evaluate a formula on one record, or on an empty one", Handle: with(evaluate), Out: evaluatedJSON{}},
	}
}

type evaluateIn struct {
	Entity  string `json:"entity"`
	Formula string `json:"formula"`
	Record  string `json:"record,omitempty"`
}

type evaluatedJSON struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value"`
	Steps *stepJSON       `json:"steps,omitempty"`
}

type stepJSON struct {
	Pos      int             `json:"pos"`
	End      int             `json:"end"`
	Source   string          `json:"source"`
	Type     string          `json:"type"`
	Value    json.RawMessage `json:"value"`
	Skipped  bool            `json:"skipped,omitempty"`
	Children []any           `json:"children,omitempty"` // steps
}

func evaluate(c *call, in *evaluateIn) (any, error) {
	ent, ok := schema.ParseID[schema.EntityID](schema.PrefixEntity, in.Entity)
	if !ok {
		return nil, fail.New(fail.NotFound, "entity.notFound").On("entity")
	}
	var rec schema.RecordID
	if in.Record != "" {
		if rec, ok = schema.ParseID[schema.RecordID](schema.PrefixRecord, in.Record); !ok {
			return nil, fail.New(fail.NotFound, "record.notFound").On("record")
		}
	}
	got, err := c.s.Records.Try(c.ctx(), c.actor(), ent, rec, in.Formula, c.f.Context().QueryArgs().Has("explain"))
	if err != nil {
		return nil, err
	}
	return evaluatedJSON{Type: got.Type.String(), Value: record.ValueJSON(got.Value), Steps: stepOf(got.Steps)}, nil
}

func stepOf(s *formula.Step) *stepJSON {
	if s == nil {
		return nil
	}
	out := &stepJSON{Pos: s.Pos, End: s.End, Source: s.Source, Type: s.Type.String(), Value: record.ValueJSON(s.Value), Skipped: s.Skipped}
	for _, child := range s.Children {
		out.Children = append(out.Children, stepOf(child))
	}
	return out
}
