package field

import (
	"encoding/hex"
	"strings"

	"tongban/schema"
)

// uuid is an identifier for other programs: given at creation where the
// creator brings none.
type uuid struct{ text }

func (uuid) Name() string { return "uuid" }

func (uuid) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, Sortable: true, Searchable: true, MayBeUnique: true, Ops: opsText}
}

func (uuid) Check(*schema.Field) error { return nil }

func (t uuid) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	s, ok := in.(string)
	if !ok {
		return nil, wrongType(f, "text")
	}
	return t.ParseText(f, s, env)
}

func (uuid) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.ToLower(strings.Trim(strings.TrimSpace(s), "{}"))
	if s == "" {
		return empty, nil
	}
	digits := strings.ReplaceAll(s, "-", "")
	raw, err := hex.DecodeString(digits)
	if err != nil || len(raw) != 16 || len(s) != 36 && len(s) != 32 {
		return nil, bad(f, "badUUID").With("value", shown(s))
	}
	if s = FormatUUID([16]byte(raw)); strings.ReplaceAll(s, "-", "") != digits {
		return nil, bad(f, "badUUID").With("value", shown(s))
	}
	return s, nil
}

// FormatUUID writes 16 bytes as a UUID.
func FormatUUID(b [16]byte) string {
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// NewUUID makes a random UUID (version 4) of 16 random bytes.
func NewUUID(random [16]byte) string {
	random[6] = random[6]&0x0f | 0x40
	random[8] = random[8]&0x3f | 0x80
	return FormatUUID(random)
}
