package field

import (
	"net/url"
	"slices"
	"strings"

	"tongban/schema"
)

// webAddress is a link, kept as typed but for the space around. Only schemes
// that are safe to put behind a click are taken; none at all means https.
type webAddress struct{ text }

var schemes = []string{"http", "https", "ftp", "mailto", "tel"}

func (webAddress) Name() string { return "url" }

func (webAddress) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindText, Sortable: true, Searchable: true, MayBeUnique: true, MayBeRequired: true, Ops: opsText}
}

func (t webAddress) Parse(f *schema.Field, in any, env *Env) (schema.Value, error) {
	return parseAsText(t, f, in, env)
}

func (webAddress) ParseText(f *schema.Field, s string, _ *Env) (schema.Value, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return empty, nil
	}
	if err := checkText(f, s, MaxText); err != nil {
		return nil, err
	}
	if !isURL(s) {
		return nil, bad(f, "badUrl").With("value", shown(s))
	}
	return s, nil
}

// isURL reports whether s is an address that a browser can be sent to.
func isURL(s string) bool {
	if !hasNoControl(s) {
		return false
	}
	scheme, rest, ok := strings.Cut(s, ":")
	if ok && slices.Contains([]string{"mailto", "tel"}, strings.ToLower(scheme)) {
		return rest != ""
	}
	if !ok || !strings.HasPrefix(rest, "//") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, strings.ToLower(u.Scheme)) {
		return false
	}
	host := u.Hostname()
	return isDomain(host) || host == "localhost" || strings.Count(host, ".") == 3 || strings.Contains(host, ":")
}
