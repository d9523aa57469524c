package field

import (
	"strconv"
	"strings"

	"tongban/schema"
	"tongban/schema/region"
)

// maxLevels is how deep the tree of a cascader may be.
const maxLevels = 10

// TreeChina is the tree of the shipped regions.
const TreeChina = "CN"

// cascader is a node of a tree, kept as the path of ids that leads to it. The
// tree is the field's choices with their parents, or the regions of China,
// whose ids are their codes.
type cascader struct{}

func (cascader) Name() string { return "cascader" }

func (cascader) Traits(*schema.Field) Traits {
	return Traits{Kind: schema.KindSet, Groupable: true, MayBeRequired: true, Ops: opsSet}
}

func (cascader) Check(f *schema.Field) error {
	switch f.Options.Tree {
	case TreeChina:
		f.Options.Choices = nil
		return nil
	case "":
		return checkTree(f)
	}
	return bad(f, "badTree")
}

// checkTree checks choices that have parents: names need to differ among
// siblings only.
func checkTree(f *schema.Field) error {
	if err := checkChoices(f); err != nil {
		return err
	}
	for i := range f.Options.Choices {
		c := &f.Options.Choices[i]
		if c.Deleted {
			continue
		}
		if path := choicePath(f, c.ID); len(path) == 0 || len(path) > maxLevels {
			return bad(f, "badParent").With("name", shown(c.Name))
		}
	}
	return nil
}

// choicePath is the way from a root to a choice; nil where it does not end.
func choicePath(f *schema.Field, id schema.OptionID) []int64 {
	var path []int64
	for id != 0 {
		c := choiceByID(f, id)
		if c == nil || len(path) > maxLevels {
			return nil
		}
		path = append([]int64{int64(id)}, path...)
		id = c.Parent
	}
	return path
}

// PathTo is the path that a cascader stores for a node of its tree; nil for
// one that is not there.
func PathTo(f *schema.Field, id int64) []int64 {
	if f.Options.Tree != TreeChina {
		return choicePath(f, schema.OptionID(id))
	}
	var path []int64
	for _, r := range region.Path(id) {
		path = append(path, r.Code)
	}
	return path
}

// Parse reads a node's id, the object that the API shows, or a path of names
// such as "a/b/c", also as a list.
func (cascader) Parse(f *schema.Field, in any, _ *Env) (schema.Value, error) {
	if blank(in) {
		return empty, nil
	}
	var s string
	switch v := in.(type) {
	case []any:
		names := make([]string, len(v))
		for i, e := range v {
			name, ok := e.(string)
			if !ok {
				return nil, wrongType(f, "node")
			}
			names[i] = strings.TrimSpace(name)
		}
		if path := treePath(f, names); path != nil {
			return path, nil
		}
		return nil, bad(f, "badNode").With("value", shown(strings.Join(names, "/")))
	default:
		var ok bool
		if s, ok = refID(in); !ok {
			return nil, wrongType(f, "node")
		}
	}
	if id, ok := nodeID(f, s); ok {
		if path := PathTo(f, id); path != nil {
			return path, nil
		}
	}
	names := strings.Split(s, "/")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	if path := treePath(f, names); path != nil {
		return path, nil
	}
	return nil, bad(f, "badNode").With("value", shown(s))
}

func nodeID(f *schema.Field, s string) (int64, bool) {
	if f.Options.Tree == TreeChina {
		r, ok := region.ByCode(s)
		return r.Code, ok
	}
	id, ok := schema.ParseID[schema.OptionID](schema.PrefixOption, s)
	return int64(id), ok
}

// treePath follows names from the roots. One name alone may stand for the only
// node that has it.
func treePath(f *schema.Field, names []string) []int64 {
	if f.Options.Tree == TreeChina {
		r, ok := region.Named(names)
		if !ok {
			return nil
		}
		return PathTo(f, r.Code)
	}
	var path []int64
	at := schema.OptionID(0)
	for _, name := range names {
		c := childNamed(f, at, name)
		if c == nil {
			break
		}
		at = c.ID
		path = append(path, int64(at))
	}
	if len(path) == len(names) {
		return path
	}
	if len(names) != 1 {
		return nil
	}
	var only *schema.Choice
	for i := range f.Options.Choices {
		if c := &f.Options.Choices[i]; !c.Deleted && c.Name == names[0] {
			if only != nil {
				return nil
			}
			only = c
		}
	}
	if only == nil {
		return nil
	}
	return choicePath(f, only.ID)
}

func childNamed(f *schema.Field, parent schema.OptionID, name string) *schema.Choice {
	for i := range f.Options.Choices {
		if c := &f.Options.Choices[i]; !c.Deleted && c.Parent == parent && c.Name == name {
			return c
		}
	}
	return nil
}

func (t cascader) ParseText(f *schema.Field, s string, env *Env) (schema.Value, error) {
	if s = strings.TrimSpace(s); s == "" {
		return empty, nil
	}
	return t.Parse(f, s, env)
}

// AppendJSON shows {"id","name","path":[names]}.
func (t cascader) AppendJSON(dst []byte, f *schema.Field, v schema.Value, _ Names) []byte {
	ids, ok := v.([]int64)
	if !ok || len(ids) == 0 {
		return appendNull(dst)
	}
	leaf := ids[len(ids)-1]
	path := PathTo(f, leaf)
	if path == nil {
		return appendNull(dst)
	}
	id := schema.FormatID(schema.PrefixOption, leaf)
	if f.Options.Tree == TreeChina {
		id = region.Format(leaf)
	}
	dst = appendNamed(dst, id, nodeName(f, leaf))
	dst = append(dst[:len(dst)-1], `,"path":[`...)
	for i, id := range path {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, nodeName(f, id))
	}
	return append(dst, "]}"...)
}

// Text is the names of the path, joined by slashes; a node whose names hold
// slashes goes by its id.
func (cascader) Text(f *schema.Field, v schema.Value, _ Names) string {
	ids, ok := v.([]int64)
	if !ok || len(ids) == 0 {
		return ""
	}
	leaf := ids[len(ids)-1]
	var names []string
	for _, id := range PathTo(f, leaf) {
		name := nodeName(f, id)
		if strings.Contains(name, "/") {
			return schema.FormatID(schema.PrefixOption, leaf)
		}
		names = append(names, name)
	}
	return strings.Join(names, "/")
}

func (cascader) member(f *schema.Field, id int64, _ Names) string { return nodeName(f, id) }

func nodeName(f *schema.Field, id int64) string {
	if f.Options.Tree == TreeChina {
		if r, ok := region.Find(id); ok {
			return r.Name
		}
		return strconv.FormatInt(id, 10)
	}
	if c := choiceByID(f, schema.OptionID(id)); c != nil {
		return c.Name
	}
	return ""
}
