package field

import (
	"encoding/json"
	"slices"
	"strconv"

	"tongban/schema"
)

const maxFiles = 100

// attachment is a list of uploaded files, kept as [{"id":123},…].
type attachment struct{}

type storedFile struct {
	ID schema.FileID `json:"id"`
}

func (attachment) Name() string { return "attachment" }

func (attachment) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindJSON, MayBeRequired: true, Ops: opsFilled}
}

func (attachment) Check(*schema.Field) error { return nil }

// Parse reads file ids. Whether the files exist and are the caller's to attach
// is for the writer to check: Files lists them.
func (attachment) Parse(f *schema.Field, in any, _ *Env) (schema.Value, error) {
	v, err := parseSet(f, in, maxFiles, func(in any) (int64, error) {
		s, ok := refID(in)
		if !ok {
			return 0, wrongType(f, "file")
		}
		id, ok := schema.ParseID[schema.FileID](schema.PrefixFile, s)
		if !ok {
			return 0, bad(f, "badFile").With("value", shown(s))
		}
		return int64(id), nil
	})
	ids, ok := v.([]int64)
	if err != nil || !ok {
		return empty, err
	}
	raw := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			raw = append(raw, ',')
		}
		raw = append(strconv.AppendInt(append(raw, `{"id":`...), id, 10), '}')
	}
	return json.RawMessage(append(raw, ']')), nil
}

func (t attachment) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	return t.Parse(f, anyList(Split(s)), env)
}

// Files returns the ids of the files that an attachment value holds, or that a
// lookup of some shows.
func Files(v schema.Value) []schema.FileID {
	raw, ok := v.(json.RawMessage)
	if !ok {
		return nil
	}
	var list []storedFile
	if json.Unmarshal(raw, &list) != nil {
		var lists [][]storedFile // as lookups once kept them
		if json.Unmarshal(raw, &lists) != nil {
			return nil
		}
		list = slices.Concat(lists...)
	}
	ids := make([]schema.FileID, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return ids
}

func (attachment) AppendJSON(dst []byte, _ *schema.Field, v schema.Value, n Names) []byte {
	ids := Files(v)
	if ids == nil {
		return appendNull(dst)
	}
	dst = append(dst, '[')
	for i, id := range ids {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendFile(dst, id, n)
	}
	return append(dst, ']')
}

func appendFile(dst []byte, id schema.FileID, n Names) []byte {
	info := FileInfo{}
	if n != nil {
		if known, ok := n.File(id); ok {
			info = known
		}
	}
	dst = appendNamed(dst, schema.FormatID(schema.PrefixFile, id), info.Name)
	dst = strconv.AppendInt(append(dst[:len(dst)-1], `,"size":`...), info.Size, 10)
	dst = AppendString(append(dst, `,"type":`...), info.Type)
	dst = AppendString(append(dst, `,"url":`...), info.URL)
	return append(dst, '}')
}

// Text is the names of the files.
func (attachment) Text(_ *schema.Field, v schema.Value, n Names) string {
	ids := Files(v)
	names := make([]string, 0, len(ids))
	for _, id := range ids {
		if n == nil {
			break
		}
		if info, ok := n.File(id); ok {
			names = append(names, info.Name)
		}
	}
	return Join(names)
}
