package api

import "tongban/schema/field"

func secretRoutes() []Route {
	return []Route{
		{Method: "POST", Path: "/entities/{ent}/records/{rec}/reveal", Need: Records, Body: smallest, Idem: Never, Summary: "Show one sealed value; each call is logged", Handle: with(reveal), Out: revealedJSON{}},
	}
}

// secretSchema describes a secret: answers tell that there is one.
func secretSchema(input bool) object {
	set := object{"type": "object", "properties": object{"set": object{"const": true}}, "required": []string{"set"}}
	if !input {
		return set
	}
	return object{"anyOf": []object{
		{"type": "string", "maxLength": field.MaxSecret},
		{"type": "object", "description": "keeps what is there", "properties": set["properties"], "required": set["required"]},
	}}
}

type revealIn struct {
	Field string `json:"field" max:"200"`
}

type revealedJSON struct {
	Value *string `json:"value"`
}

func reveal(c *call, in *revealIn) (any, error) {
	ent, rec, err := c.recordID()
	if err != nil {
		return nil, err
	}
	text, err := c.s.Records.Reveal(c.ctx(), c.actor(), ent, rec, in.Field)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return revealedJSON{}, nil
	}
	return revealedJSON{Value: &text}, nil
}
