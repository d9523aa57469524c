package field

import (
	"strings"

	"tongban/schema"
)

// email is one mail address, kept as typed but for the space around.
type email struct{ text }

func (email) Name() string { return "email" }

func (t email) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseAsText(t, f, in, env)
}

func (email) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return empty, nil
	}
	if err := checkText(f, s, maxEmail); err != nil {
		return nil, err
	}
	if !IsEmail(s) {
		return nil, bad(f, "badEmail").With("value", shown(s))
	}
	if err := matches(f, s); err != nil {
		return nil, err
	}
	return s, nil
}

// IsEmail reports whether s looks like a mail address that can be written to:
// one @, a local part of at most 64 characters, a domain with a dot.
func IsEmail(s string) bool {
	at := strings.LastIndexByte(s, '@')
	if at < 1 || at > 64 || len(s) > maxEmail {
		return false
	}
	local, domain := s[:at], s[at+1:]
	if strings.ContainsAny(local, "@()<>[],;:\\\" \t\r\n") || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return false
	}
	return hasNoControl(local) && isDomain(domain)
}

// isDomain reports whether s is dotted labels, in any script.
func isDomain(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 || len(s) > 253 {
		return false
	}
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.ContainsAny(l, "!\"#$%&'()*+,/:;<=>?@[\\]^_`{|}~ ") || !hasNoControl(l) {
			return false
		}
	}
	return !isDigits(labels[len(labels)-1])
}

func hasNoControl(s string) bool {
	for _, r := range s {
		if r <= 0x20 || r >= 0x7F && r <= 0xA0 || r == 0x3000 || r >= 0x2000 && r <= 0x200F || r == 0xFEFF {
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
