package access

import (
	"fmt"
	"strconv"

	"github.com/casbin/casbin/v2"
	"github.com/casbin/casbin/v2/model"

	"tongban/schema"
)

// modelText is the law. A rule may deny as well as allow, and deny wins within
// one grant. The scope rides along for the reader of a policy: it is compiled
// into a row filter, never matched. The cheapest comparisons come first.
const modelText = `
[request_definition]
r = sub, dom, obj, act

[policy_definition]
p = sub, dom, obj, act, eft, scope

[role_definition]
g = _, _, _

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = r.dom == p.dom && (r.act == p.act || p.act == "*") && keyMatch(r.obj, p.obj) && g(r.sub, p.sub, r.dom)
`

const everything = "*"

// part is one grant of one role on one entity, as rules. Each part is judged
// for itself and the answers are added up: the widest right wins.
type part struct {
	scope schema.Scope
	rules [][]string // p lines
	named []schema.FieldID
}

func objectOf(e schema.EntityID, f schema.FieldID) string {
	return schema.FormatID(schema.PrefixEntity, e) + "/" + strconv.Itoa(int(f))
}

func domainOf(t schema.TenantID) string { return schema.FormatID(schema.PrefixTenant, t) }

func subjectOf(r schema.RoleID) string { return schema.FormatID(schema.PrefixRole, r) }

// builtin returns the rules of a built-in role, or false.
func builtin(dom string, r schema.RoleID) (part, bool) {
	sub := subjectOf(r)
	rule := func(a string) []string { return []string{sub, dom, everything, a, "allow", "all"} }
	p := part{scope: schema.Scope{Kind: "all"}}
	switch r {
	case schema.RoleOwner, schema.RoleAdmin, schema.RoleBuilder:
		p.rules = [][]string{rule(everything), {sub, dom, everything, string(mask), "deny", "all"}}
	case schema.RoleMember:
		for _, a := range acts {
			p.rules = append(p.rules, rule(string(a)))
		}
	case schema.RoleViewer:
		p.rules = [][]string{rule(string(Read))}
	default:
		return part{}, false
	}
	return p, true
}

// rulesOf turns one grant of a custom role into rules.
func rulesOf(dom string, r schema.RoleID, g *schema.Grant) part {
	p := part{scope: g.Scope}
	sub, all := subjectOf(r), schema.FormatID(schema.PrefixEntity, g.Entity)+"/*"
	add := func(obj string, a Act, eft string) {
		p.rules = append(p.rules, []string{sub, dom, obj, string(a), eft, g.Scope.Kind})
	}
	given := map[Act]bool{
		Read: g.Read || g.Write || g.Delete, Create: g.Create, Write: g.Write,
		Delete: g.Delete, Export: g.Export, Comment: g.Comment,
	}
	for _, a := range acts {
		if given[a] {
			add(all, a, "allow")
		}
	}
	for f, right := range g.Fields {
		obj := objectOf(g.Entity, f)
		p.named = append(p.named, f)
		switch right {
		case schema.WriteRight:
			if given[Read] { // a form that only creates does not let its filler write later
				add(obj, Write, "allow")
			}
		case schema.ReadRight:
			add(obj, Write, "deny")
			add(obj, Create, "deny")
		case schema.Masked, schema.Hidden:
			add(obj, Read, "deny")
			add(obj, Write, "deny")
			add(obj, Create, "deny")
			if right == schema.Masked && given[Read] {
				add(obj, mask, "allow")
			}
		default: // unknown rights give nothing
			add(obj, everything, "deny")
		}
	}
	return p
}

// judge answers for one part; it holds the rules of that part only, because
// Enforce takes time in proportion to the rules.
type judge struct {
	enforcer *casbin.Enforcer
	sub, dom string
}

func newJudge(dom string, r schema.RoleID, rules [][]string) (*judge, error) {
	m, err := model.NewModelFromString(modelText)
	if err != nil {
		return nil, fmt.Errorf("read the rights model: %w", err)
	}
	e, err := casbin.NewEnforcer(m)
	if err != nil {
		return nil, fmt.Errorf("make an enforcer: %w", err)
	}
	if len(rules) > 0 {
		if _, err := e.AddPolicies(rules); err != nil {
			return nil, fmt.Errorf("load rules: %w", err)
		}
	}
	const user = "caller"
	if _, err := e.AddGroupingPolicy(user, subjectOf(r), dom); err != nil {
		return nil, fmt.Errorf("load the role: %w", err)
	}
	return &judge{enforcer: e, sub: user, dom: dom}, nil
}

func (j *judge) may(e schema.EntityID, f schema.FieldID, a Act) (bool, error) {
	ok, err := j.enforcer.Enforce(j.sub, j.dom, objectOf(e, f), string(a))
	if err != nil {
		return false, fmt.Errorf("enforce: %w", err)
	}
	return ok, nil
}
