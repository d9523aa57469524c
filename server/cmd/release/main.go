// Command release writes what a release needs beside its programs: the list of
// their parts (a CycloneDX document), the notices of third parties, and
// checksums. The same input gives the same bytes.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

const sums = "SHA256SUMS"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stderr)
	stop()
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, "release:", err) // nobody to tell if the terminal is gone
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, say io.Writer) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(say)
	bin := flags.String("bin", "", "one of the programs: its parts are listed")
	front := flags.String("frontend", "frontend", "folder of package-lock.json and node_modules")
	version := flags.String("version", "dev", "version of the release")
	out := flags.String("out", "", "folder of the release")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *bin == "" || *out == "" {
		return errors.New("-bin and -out are needed")
	}
	parts, err := goParts(ctx, *bin)
	if err != nil {
		return err
	}
	npm, err := npmParts(*front)
	if err != nil {
		return err
	}
	parts = append(parts, npm...)
	if err := known(parts); err != nil {
		return err
	}
	doc, err := cycloneDX(*version, parts)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*out, "tongban-"+*version+".cdx.json"), doc, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(*out, "THIRD_PARTY_NOTICES.txt"), notices(parts), 0o644); err != nil {
		return err
	}
	return checksums(*out)
}

// known refuses a release with a part whose licence nobody has looked at.
func known(parts []part) error {
	var bad []string
	for _, p := range parts {
		if !allowed(p.Licence) || len(p.Texts) == 0 {
			bad = append(bad, fmt.Sprintf("%s %s (%q, %d texts)", p.Name, p.Version, p.Licence, len(p.Texts)))
		}
	}
	if len(bad) > 0 {
		return fmt.Errorf("licences unknown, not allowed or without their text: %s", strings.Join(bad, ", "))
	}
	return nil
}

// checksums writes the sums of all files of a folder in the form of sha256sum.
func checksums(dir string) error {
	files, err := os.ReadDir(dir) // in the order of their names
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, f := range files {
		if f.IsDir() || f.Name() == sums {
			continue
		}
		sum, err := sumOf(filepath.Join(dir, f.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s  %s\n", sum, f.Name())
	}
	return os.WriteFile(filepath.Join(dir, sums), []byte(b.String()), 0o644)
}

func sumOf(path string) (sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
