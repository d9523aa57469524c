package ingest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
)

//go:embed texts.json
var textsJSON []byte

// texts are the words in files that are made, by language.
var texts = sync.OnceValues(func() (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	if err := json.Unmarshal(textsJSON, &out); err != nil {
		return nil, fmt.Errorf("read the texts: %w", err)
	}
	return out, nil
})

// word returns a word in a language, in English where it is not known.
func word(locale, name string) string {
	all, err := texts()
	if err != nil {
		return name
	}
	if s := all[locale][name]; s != "" {
		return s
	}
	return all["en"][name]
}
