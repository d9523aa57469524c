package main

import (
	"context"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// part is a third party's work within the release.
type part struct {
	Name, Version string
	URL           string // package URL
	Licence       string // SPDX
	SHA512        string // of the package, where its registry tells
	Texts         []text
}

type text struct{ File, Body string }

// goParts lists the modules that are linked into a program, and Go itself.
func goParts(ctx context.Context, bin string) ([]part, error) {
	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		return nil, err
	}
	goroot, err := output(ctx, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	std, err := filed(part{Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), URL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")}, strings.TrimSpace(string(goroot)))
	if err != nil {
		return nil, err
	}
	dirs, err := moduleDirs(ctx)
	if err != nil {
		return nil, err
	}
	parts := []part{std}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		p, err := filed(part{Name: m.Path, Version: m.Version, URL: "pkg:golang/" + m.Path + "@" + m.Version}, dirs[m.Path+"@"+m.Version])
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.Name, b.Name) })
	return parts, nil
}

func output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // the arguments stand in this file
	cmd.Stderr = os.Stderr
	return cmd.Output()
}

// moduleDirs finds the sources of all modules by path@version.
func moduleDirs(ctx context.Context) (map[string]string, error) {
	list, err := output(ctx, "list", "-m", "-json", "all")
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{}
	dec := json.NewDecoder(strings.NewReader(string(list)))
	for {
		var m struct{ Path, Version, Dir string }
		err := dec.Decode(&m)
		if errors.Is(err, io.EOF) {
			return dirs, nil
		}
		if err != nil {
			return nil, err
		}
		dirs[m.Path+"@"+m.Version] = m.Dir
	}
}

// filed gives a part the licence texts of its folder, and its licence if it has none yet.
func filed(p part, dir string) (part, error) {
	if dir == "" {
		return p, fmt.Errorf("the source of %s %s is not here", p.Name, p.Version)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return p, err
	}
	for _, f := range files {
		if f.IsDir() || !licenceFile(f.Name()) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return p, err
		}
		p.Texts = append(p.Texts, text{f.Name(), strings.ReplaceAll(string(b), "\r\n", "\n")})
	}
	for _, t := range p.Texts {
		if p.Licence == "" {
			p.Licence = classify(t.Body)
		}
	}
	return p, nil
}

// npmParts lists what the pages are made of: the packages of the lock file
// that are not for development alone.
func npmParts(dir string) ([]part, error) {
	b, err := os.ReadFile(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		return nil, err
	}
	var lock struct {
		Packages map[string]struct {
			Version, License, Integrity string
			Dev, Optional, DevOptional  bool
		}
	}
	if err := json.Unmarshal(b, &lock); err != nil {
		return nil, err
	}
	var parts []part
	for key, l := range lock.Packages {
		if key == "" || l.Dev || l.DevOptional || l.Optional {
			continue
		}
		name := key[strings.LastIndex(key, "node_modules/")+len("node_modules/"):]
		p, err := filed(part{
			Name: name, Version: l.Version, URL: "pkg:npm/" + strings.Replace(name, "@", "%40", 1) + "@" + l.Version,
			Licence: l.License, SHA512: sha512Of(l.Integrity),
		}, filepath.Join(dir, key))
		if err != nil {
			return nil, err
		}
		if len(p.Texts) == 0 && allowed(p.Licence) { // named in its package.json alone
			p.Texts = []text{{"package.json", p.Licence}}
		}
		parts = append(parts, p)
	}
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.URL, b.URL) })
	return parts, nil
}

func sha512Of(integrity string) string {
	b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(integrity, "sha512-"))
	if err != nil || !strings.HasPrefix(integrity, "sha512-") {
		return ""
	}
	return hex.EncodeToString(b)
}
