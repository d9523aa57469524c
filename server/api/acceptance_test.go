package api_test

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tables for leads and tickets hold their rules by defaults, formats,
// numbers and clocks alone: nobody writes a script.

func field(key, name, typ string, options m, more ...m) m {
	f := m{"key": key, "name": name, "type": typ, "options": options}
	for _, one := range more {
		maps.Copy(f, one)
	}
	return f
}

func choices(names ...string) m {
	var list []any
	for _, n := range names {
		list = append(list, m{"name": n})
	}
	return m{"choices": list}
}

func (w *world) leads() place {
	w.t.Helper()
	app := w.ok("POST", "/apps", w.owner, m{"name": "线索"}).str("id")
	needed := m{"required": true}
	ent := w.ok("POST", "/apps/"+app+"/entities", w.owner, m{"name": "客户信息", "fields": []any{
		field("source", "来源渠道", "singleSelect", choices("线上广告", "展会登记", "客户转介绍", "官网表单"), needed),
		field("formName", "表单填写的名称", "text", nil),
		field("name", "客户名称", "text", nil, needed, m{"default": m{"formula": `IF({来源渠道}="官网表单",{表单填写的名称})`}}),
		field("contact", "联系人姓名", "text", nil, needed, m{"default": "未知联系人"}),
		field("phone", "联系电话", "phone", m{"region": "CN"}, needed),
		field("tags", "需求标签", "multiSelect", choices("产品咨询", "技术支持", "价格问询", "合作洽谈"),
			m{"default": m{"formula": `IF({来源渠道}="展会登记","合作洽谈")`}}),
		field("entered", "录入时间", "createdTime", nil),
		field("next", "下次跟进时间", "dateTime", nil, m{"default": m{"formula": `IF({来源渠道}="线上广告",DATEADD({录入时间},48,"hours"))`}}),
	}}).str("id")
	return place{app, ent}
}

func TestALeadIsCheckedAndFilledInByItsTable(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		p := w.leads()
		lead := func(fields m) m {
			all := m{"name": "星河科技", "source": "客户转介绍", "phone": "13800138000"}
			maps.Copy(all, fields)
			return m{"fields": all}
		}
		a := w.refused(422, "field.badPhone", "POST", p.records(), w.owner, lead(m{"phone": "1380013800"}))
		require.Equal(t, "phone", a.str("field"), "a mobile number that is too short is refused by name")
		w.ok("POST", p.records(), w.owner, lead(m{"phone": "010-62551234"}))

		fair := w.ok("POST", p.records(), w.owner, lead(m{"source": "展会登记"}))
		require.Equal(t, "合作洽谈", fair.at("fields", "tags", 0, "name"), "a lead of a fair has its tag ticked")
		other := w.ok("POST", p.records(), w.owner, lead(nil))
		require.Nil(t, other.at("fields", "tags"))

		site := w.ok("POST", p.records(), w.owner, m{"fields": m{"source": "官网表单", "formName": "北方制造", "phone": "13800138001"}})
		require.Equal(t, "北方制造", site.at("fields", "name"), "a lead of the site's form takes the name from there")
		a = w.refused(422, "field.required", "POST", p.records(), w.owner, m{"fields": m{"source": "展会登记", "phone": "13800138001"}})
		require.Equal(t, "name", a.str("field"))

		require.Equal(t, "未知联系人", other.at("fields", "contact"))
		entered, err := time.Parse(time.RFC3339, other.str("fields", "entered"))
		require.NoError(t, err)
		require.WithinDuration(t, now(), entered, time.Minute)
		w.refused(422, "field.readOnly", "PATCH", p.records()+"/"+other.str("id"), w.owner, m{"fields": m{"entered": "2020-01-01T00:00:00Z"}})

		ad := w.ok("POST", p.records(), w.owner, lead(m{"source": "线上广告"}))
		entered, err = time.Parse(time.RFC3339, ad.str("fields", "entered"))
		require.NoError(t, err)
		next, err := time.Parse(time.RFC3339, ad.str("fields", "next"))
		require.NoError(t, err)
		require.Equal(t, 48*time.Hour, next.Sub(entered), "a lead of an advertisement is followed up within two days")
		require.Nil(t, other.at("fields", "next"))
	})
}

func TestATicketIsNumberedAndItsClocksRun(t *testing.T) {
	onEach(t, func(t *testing.T, w *world) {
		app := w.ok("POST", "/apps", w.owner, m{"name": "工单"}).str("id")
		cal := w.ok("POST", "/calendars", w.owner, m{"name": "工作日", "template": "workweek", "timeZone": "Asia/Shanghai"}).str("id")
		ent := w.ok("POST", "/apps/"+app+"/entities", w.owner, m{"name": "工单", "fields": []any{
			field("no", "工单编号", "autoNumber", m{"pattern": "GW{yyyyMMdd}{000}", "reset": "day"}),
			field("customer", "客户名称", "text", nil, m{"required": true}),
			field("kind", "问题类型", "singleSelect", choices("技术咨询", "售后投诉", "账务咨询")),
			field("priority", "优先级", "singleSelect", choices("普通", "紧急")),
			field("state", "状态", "status", m{"choices": []any{m{"name": "待处理"}, m{"name": "处理中"}, m{"name": "已解决", "done": true}}}, m{"default": "待处理"}),
			field("respond", "首次响应期限", "sla", m{"clock": m{"formula": `IF({优先级}="紧急",60,240)`, "stop": `{状态}!="待处理"`}}),
			field("solve", "解决期限", "sla", m{"clock": m{"minutes": 2 * 8 * 60, "calendar": cal, "stop": `{状态}="已解决"`}}),
		}}).str("id")
		p := place{app, ent}
		ticket := func(fields m) *answer { return w.ok("POST", p.records(), w.owner, m{"fields": fields}) }
		due := func(a *answer, key string) time.Duration {
			made, err := time.Parse(time.RFC3339, a.str("createdAt"))
			require.NoError(t, err)
			at, err := time.Parse(time.RFC3339, a.str("fields", key))
			require.NoError(t, err, "%s in %s", key, a.Raw)
			return at.Sub(made)
		}
		one := ticket(m{"customer": "星河科技", "kind": "技术咨询", "priority": "普通"})
		two := ticket(m{"customer": "YY 贸易集团", "kind": "售后投诉", "priority": "紧急"})
		require.Regexp(t, `^GW\d{8}001$`, one.str("fields", "no"))
		require.Regexp(t, `^GW\d{8}002$`, two.str("fields", "no"))
		require.Equal(t, 4*time.Hour, due(one, "respond"))
		require.Equal(t, time.Hour, due(two, "respond"))
		require.GreaterOrEqual(t, due(one, "solve"), 24*time.Hour, "two working days are more than a day and a night")
		require.LessOrEqual(t, due(one, "solve"), 5*24*time.Hour, "and a weekend in between is not more than five days")

		answered := w.ok("PATCH", p.records()+"/"+two.str("id"), w.owner, m{"fields": m{"state": "处理中"}})
		require.Nil(t, answered.at("fields", "respond"), "the clock has stopped")
		require.NotNil(t, answered.at("fields", "solve"))
		soonest := w.ok("POST", p.records()+"/query", w.owner, m{"filter": m{"field": "respond", "op": "isNotEmpty"}, "sort": []any{m{"field": "respond", "dir": "asc"}}})
		require.Len(t, soonest.at("records"), 1)
		raised := w.ok("PATCH", p.records()+"/"+one.str("id"), w.owner, m{"fields": m{"priority": "紧急"}})
		require.Equal(t, time.Hour, due(raised, "respond"), "a ticket that becomes urgent is due sooner")
	})
}
