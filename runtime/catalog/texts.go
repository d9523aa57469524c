package catalog

import (
	_ "embed"
	"encoding/json"
)

//go:embed texts.json
var textsFile []byte

// texts are the names that things get which nobody named.
type texts struct {
	Title string `json:"title"`
	View  string `json:"view"`
	Old   string `json:"old"` // after the name of a field that keeps what another held
}

// textsOf returns the texts of a locale, English where it has none.
func textsOf(locale string) texts {
	all := map[string]texts{}
	if err := json.Unmarshal(textsFile, &all); err != nil {
		return texts{Title: "Name", View: "All records", Old: " (old)"}
	}
	if t, ok := all[locale]; ok {
		return t
	}
	return all["en"]
}
