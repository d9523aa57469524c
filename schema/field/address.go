package field

import (
	"encoding/json"
	"strings"

	"tongban/schema"
	"tongban/schema/region"
)

// address is a place of the shipped regions with the street in it.
type address struct{ jsonValue }

type storedAddress struct {
	Region   string `json:"region,omitempty"` // a code of GB/T 2260
	Street   string `json:"street,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Text     string `json:"text"` // all of it, as it is read
}

const maxStreet = 300

func (address) Name() string { return "address" }

func (address) Check(f *schema.Field) error {
	if f.Options.Tree == "" {
		f.Options.Tree = TreeChina
	}
	if f.Options.Tree != TreeChina {
		return bad(f, "badTree")
	}
	return nil
}

// Parse takes {region, street, postcode}; the text is made of these.
func (t address) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	switch v := in.(type) {
	case string:
		return t.ParseText(f, v, env)
	case map[string]any:
		var a storedAddress
		for key, into := range map[string]*string{"region": &a.Region, "street": &a.Street, "postcode": &a.Postcode, "text": &a.Text} {
			s, ok := v[key].(string)
			if v[key] != nil && !ok {
				return nil, wrongType(f, "address")
			}
			*into = strings.TrimSpace(s)
		}
		if a.Region == "" && a.Street == "" && a.Text != "" {
			return t.ParseText(f, a.Text, env)
		}
		return a.value(f)
	}
	return nil, wrongType(f, "address")
}

func (a storedAddress) value(f *schema.Field) (schema.Value, error) {
	if a.Region == "" && a.Street == "" && a.Postcode == "" {
		return empty, nil
	}
	a.Text = ""
	if a.Region != "" {
		r, ok := region.ByCode(a.Region)
		if !ok {
			return nil, bad(f, "badPlace").With("value", shown(a.Region))
		}
		for _, p := range region.Path(r.Code) {
			a.Text += p.Name
		}
	}
	if a.Postcode != "" && (len(a.Postcode) != 6 || !isDigits(a.Postcode)) {
		return nil, bad(f, "badPostcode")
	}
	if err := checkText(f, a.Street, maxStreet); err != nil {
		return nil, err
	}
	if a.Street != "" && a.Text != "" {
		a.Text += " "
	}
	a.Text += a.Street
	if a.Postcode != "" {
		a.Text = strings.TrimSpace(a.Text + " " + a.Postcode)
	}
	return storedJSON(f, a)
}

// ParseText finds the region at the start and a postcode at the end.
func (address) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return empty, nil
	}
	var a storedAddress
	if err := checkText(f, s, maxStreet+100); err != nil {
		return nil, err
	}
	if i := strings.LastIndexByte(s, ' '); i >= 0 && len(s)-i == 7 && isDigits(s[i+1:]) {
		s, a.Postcode = strings.TrimSpace(s[:i]), s[i+1:]
	}
	if r, rest, ok := region.Start(s); ok {
		a.Region, s = region.Format(r.Code), strings.TrimLeft(rest, " /")
	}
	a.Street = strings.TrimSpace(s)
	return a.value(f)
}

func (address) Text(_ *schema.Field, v schema.Value, _ Names) string {
	raw, ok := v.(json.RawMessage)
	var a storedAddress
	if !ok || json.Unmarshal(raw, &a) != nil {
		return ""
	}
	return a.Text
}
