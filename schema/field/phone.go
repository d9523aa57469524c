package field

import (
	"strings"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/unicode/norm"

	"tongban/schema"
)

// phone is a telephone number: mobile numbers are kept as E.164, so that one
// number has one spelling; landlines and service numbers as typed.
type phone struct{}

func (phone) Name() string { return "phone" }

func (phone) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, Sortable: true, Searchable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsText}
}

func (phone) Check(f *schema.Field) error {
	if f.Options.Region == "" {
		f.Options.Region = "CN"
	}
	if !phonenumbers.GetSupportedRegions()[f.Options.Region] {
		return bad(f, "badRegion").With("value", shown(f.Options.Region))
	}
	return nil
}

func (t phone) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseAsText(t, f, in, env)
}

func (phone) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return empty, nil
	}
	if err := checkText(f, s, maxPhone); err != nil {
		return nil, err
	}
	region := f.Options.Region
	if region == "" {
		region = "CN"
	}
	number := dialled(s)
	if mobile, ok := chineseMobile(number); ok && region == "CN" {
		return mobile, nil
	}
	kept, ok := checkPhone(s, number, region)
	if !ok {
		return nil, bad(f, "badPhone").With("value", shown(s))
	}
	return kept, nil
}

func (phone) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, _ Names) []byte {
	return appendText(dst, v)
}

func (phone) Text(_ *schema.Field, v schema.Value, _ Names) string { return textOf(v) }

// dialled narrows full-width digits.
func dialled(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return norm.NFKC.String(s)
		}
	}
	return s
}

// chineseMobile is the fast way for the usual case: eleven digits, with or
// without +86. Numbers that it does not know take the slow way.
func chineseMobile(s string) (string, bool) {
	digits := make([]byte, 0, 14)
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9' || c == '+' && i == 0:
			digits = append(digits, c)
		case c == ' ' || c == '-':
		default:
			return "", false
		}
	}
	n := string(digits)
	for _, prefix := range []string{"+86", "0086", "86"} {
		if rest, ok := strings.CutPrefix(n, prefix); ok && len(rest) == 11 {
			n = rest
			break
		}
	}
	if len(n) != 11 || !strings.Contains(" 13 15 18 ", " "+n[:2]+" ") || n[:3] == "154" {
		return "", false
	}
	return "+86" + n, true
}

// checkPhone asks the number plans of the world. An extension after a landline,
// as in 010-62551234-801, is not part of them and is looked at by itself.
func checkPhone(typed, number, region string) (string, bool) {
	if strings.Trim(number, "+0123456789 -().#*/extEXT:,;") != "" {
		return "", false
	}
	n, err := phonenumbers.Parse(number, region)
	if err == nil && phonenumbers.IsValidNumber(n) {
		if t := phonenumbers.GetNumberType(n); t == phonenumbers.MOBILE || t == phonenumbers.FIXED_LINE_OR_MOBILE {
			return phonenumbers.Format(n, phonenumbers.E164), true
		}
		return typed, true
	}
	dash := strings.LastIndexByte(number, '-')
	if dash < 7 || len(number)-dash > 7 || !isDigits(number[dash+1:]) {
		return "", false
	}
	n, err = phonenumbers.Parse(number[:dash], region)
	return typed, err == nil && phonenumbers.IsValidNumber(n) && phonenumbers.GetNumberType(n) == phonenumbers.FIXED_LINE
}
