package field

import (
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"tongban/schema"
)

// idCard is a number of China's identity cards: 18 places of which the last
// checks the others (GB 11643).
type idCard struct{ text }

func (idCard) Name() string { return "idCard" }

func (idCard) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, Sortable: true, Searchable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsText}
}

func (idCard) Check(*schema.Field) error { return nil }

func (t idCard) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseAsText(t, f, in, env)
}

func (idCard) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	typed := s
	if len(s) > 100 {
		return nil, bad(f, "badIDCard")
	}
	s = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(norm.NFKC.String(s)), " ", ""))
	if strings.TrimSpace(typed) == "" {
		return empty, nil
	}
	if len(s) != 18 || !isDigits(s[:17]) || s[17] != idCheck(s[:17]) {
		return nil, bad(f, "badIDCard")
	}
	born, err := time.Parse("20060102", s[6:14])
	if err != nil || born.Year() < 1800 {
		return nil, bad(f, "badIDCard")
	}
	return s, nil
}

// idCheck is the last place by ISO 7064, MOD 11-2.
func idCheck(s string) byte {
	sum := 0
	for i := range len(s) {
		sum = (sum + int(s[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11]
}
