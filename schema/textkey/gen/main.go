// Command gen writes rank.bin, the place of every Han character of the Basic
// Multilingual Plane in the CLDR zh (pinyin) order, two bytes each, big endian.
// It is run by hand when golang.org/x/text brings new collation data:
//
//	go run ./schema/textkey/gen schema/textkey/rank.bin
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"sort"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// The ranges stand in the file in this order; textkey.hanIndex must agree.
var ranges = [][2]rune{{0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0x3007, 0x3007}}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gen FILE")
		os.Exit(2)
	}
	if err := os.WriteFile(os.Args[1], table(), 0o600); err != nil { //nolint:gosec // the file that its user names
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// table returns the rank of each character in file order.
func table() []byte {
	type han struct {
		place int
		key   []byte
	}
	var all []han
	c := collate.New(language.MustParse("zh"))
	var buf collate.Buffer
	for _, rg := range ranges {
		for r := rg[0]; r <= rg[1]; r++ {
			buf.Reset()
			all = append(all, han{len(all), bytes.Clone(c.KeyFromString(&buf, string(r)))})
		}
	}
	sort.SliceStable(all, func(i, j int) bool { return bytes.Compare(all[i].key, all[j].key) < 0 })
	out := make([]byte, 2*len(all))
	for rank, h := range all {
		binary.BigEndian.PutUint16(out[2*h.place:], uint16(rank))
	}
	return out
}
