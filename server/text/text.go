// Package text holds what the program says to people, in every language it
// speaks. It knows codes and their parameters, nothing of where they come from.
package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed zh-CN.json en.json
var files embed.FS

// The languages. The first is the default.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages lists them.
func Languages() []string { return []string{Chinese, English} }

// Catalogue holds the texts of all languages.
type Catalogue struct{ of map[string]map[string]string }

// Load reads the embedded texts.
func Load() (*Catalogue, error) {
	c := &Catalogue{of: map[string]map[string]string{}}
	for _, lang := range Languages() {
		b, err := files.ReadFile(lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("read the texts of %s: %w", lang, err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(b, &texts); err != nil {
			return nil, fmt.Errorf("read the texts of %s: %w", lang, err)
		}
		c.of[lang] = texts
	}
	return c, nil
}

// Texts returns all texts of a language, for tests and documents.
func (c *Catalogue) Texts(lang string) map[string]string { return c.of[lang] }

// Say returns the text of a code with {name} replaced by its parameter; the
// code itself where there is no text. A parameter "messages" holds texts by
// language that a builder has written, which come first.
func (c *Catalogue) Say(lang, code string, params map[string]any) string {
	if own, ok := params["messages"].(map[string]string); ok {
		for _, l := range append([]string{lang}, Languages()...) {
			if own[l] != "" {
				return own[l]
			}
		}
	}
	s, ok := c.of[lang][code]
	if !ok {
		if s, ok = c.of[English][code]; !ok {
			return code
		}
	}
	if len(params) == 0 || !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(params))
	for k, v := range params {
		pairs = append(pairs, "{"+k+"}", c.param(lang, v))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

// param writes a parameter.
func (c *Catalogue) param(lang string, v any) string {
	if s, ok := v.(string); ok && strings.HasPrefix(s, "@") {
		if t, ok := c.of[lang][s[1:]]; ok {
			return t
		}
	}
	return short(v)
}

const longest = 200

func short(v any) string {
	s := fmt.Sprint(v)
	if f, ok := v.(float64); ok {
		s = strconv.FormatFloat(f, 'f', -1, 64)
	}
	if len(s) > longest {
		return strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}

// Pick chooses a language by a user's locale, else by an Accept-Language header.
func Pick(locale, accept string) string {
	if lang, ok := match(locale); ok {
		return lang
	}
	best, weight := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		tag, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		w := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(q), "q="); ok {
			if f, err := strconv.ParseFloat(v, 64); err == nil {
				w = f
			}
		}
		if lang, ok := match(tag); ok && w > weight {
			best, weight = lang, w
		}
	}
	if best == "" {
		return English
	}
	return best
}

func match(tag string) (string, bool) {
	tag = strings.ToLower(strings.TrimSpace(tag))
	switch {
	case tag == "zh" || strings.HasPrefix(tag, "zh-"):
		return Chinese, true
	case tag == "en" || strings.HasPrefix(tag, "en-"):
		return English, true
	}
	return "", false
}
