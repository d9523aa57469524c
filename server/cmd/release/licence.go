package main

import (
	"fmt"
	"slices"
	"strings"
)

// allowed tells whether a part under this licence may be in a release.
func allowed(spdx string) bool {
	return slices.Contains([]string{
		"MIT", "MIT-0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD", "Apache-2.0", "MPL-2.0", "OFL-1.1", "Unlicense", "CC0-1.0", "Unicode-3.0", "Zlib",
	}, spdx)
}

func licenceFile(name string) bool {
	name = strings.ToLower(name)
	if strings.HasSuffix(name, ".go") {
		return false
	}
	for _, start := range []string{"license", "licence", "copying", "notice", "copyright", "unlicense", "patents", "ofl"} {
		if strings.HasPrefix(name, start) {
			return true
		}
	}
	return false
}

// classify tells a licence by the words that only it has; "" if by none.
func classify(body string) string {
	body = strings.ToLower(strings.Join(strings.Fields(body), " "))
	for _, l := range []struct {
		spdx string
		all  []string
	}{
		{"Apache-2.0", []string{"apache license", "version 2.0, january 2004"}},
		{"Apache-2.0", []string{"licensed under the apache license, version 2.0"}},
		{"MPL-2.0", []string{"mozilla public license", "2.0"}},
		{"OFL-1.1", []string{"sil open font license", "version 1.1"}},
		{"BSD-3-Clause", []string{"redistributions of source code must retain", "neither the name"}},
		{"BSD-3-Clause", []string{"redistributions of source code must retain", "names of its contributors"}},
		{"BSD-2-Clause", []string{"redistributions of source code must retain", "redistributions in binary form"}},
		{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"}},
		{"ISC", []string{"permission to use, copy, modify, and distribute this software for any purpose with or without fee"}},
		{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy"}},
		{"Unlicense", []string{"this is free and unencumbered software released into the public domain"}},
	} {
		if !slices.ContainsFunc(l.all, func(w string) bool { return !strings.Contains(body, w) }) {
			return l.spdx
		}
	}
	return ""
}

// notices writes what the licences ask to be passed on.
func notices(parts []part) []byte {
	var b strings.Builder
	b.WriteString("Tongban contains the works of third parties listed here, each under its own licence.\n")
	for _, p := range parts {
		fmt.Fprintf(&b, "\n%s\n%s %s (%s)\n", strings.Repeat("=", 80), p.Name, p.Version, p.Licence)
		for _, t := range p.Texts {
			fmt.Fprintf(&b, "\n--- %s\n\n%s\n", t.File, strings.TrimSpace(t.Body))
		}
	}
	return []byte(b.String())
}
