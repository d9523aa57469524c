package api_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"
)

// BenchmarkCreateThousand sends customers of eleven fields by the thousand, as a
// program does that brings in what it has: texts of 190 characters, six indexes.
func BenchmarkCreateThousand(b *testing.B) {
	base, token, _, _ := benchServer(b)
	cl := &fasthttp.Client{}
	ask := func(path string, body any) string {
		raw, err := json.Marshal(body)
		require.NoError(b, err)
		var out map[string]any
		require.NoError(b, json.Unmarshal(send(b, cl, "POST", base+path, token, raw), &out))
		id, _ := out["id"].(string)
		return id
	}
	words := strings.Fields("renewal meeting budget invoice sample contract visit demo follow quote delivery training rollout support")
	pick := rand.New(rand.NewPCG(1, 2))
	oneOf := func(key string) any {
		var list []any
		for i := range 7 {
			list = append(list, m{"name": fmt.Sprint(key, i)})
		}
		return m{"name": key, "key": key, "type": "singleSelect", "options": m{"choices": list}}
	}
	field := func(key, typ string) any { return m{"name": key, "key": key, "type": typ} }
	ent := ask("/apps/"+ask("/apps", m{"name": "C"})+"/entities", m{"name": "customers", "fields": []any{
		field("name", "text"), field("phone", "text"), field("email", "email"), oneOf("industry"), oneOf("region"), oneOf("stage"), oneOf("level"),
		field("amount", "number"), field("created_on", "date"), field("owner", "text"), field("notes", "longText"),
	}})
	ask("/entities/"+ent+"/views", m{"name": "by amount", "type": "grid", "sort": []any{m{"field": "amount", "dir": "desc"}}})
	some := func(n int) string {
		var s strings.Builder
		for s.Len() < n {
			s.WriteString(words[pick.IntN(len(words))] + " ")
		}
		return s.String()[:n]
	}
	var bodies [][]byte
	for range 20 {
		var rows []any
		for range 1000 {
			n := pick.IntN(100_000_000)
			rows = append(rows, m{"fields": m{
				"name": some(18), "phone": fmt.Sprintf("+86-138-%08d", n), "email": fmt.Sprintf("c%07d@example.com", n),
				"industry": fmt.Sprint("industry", n%7), "region": fmt.Sprint("region", n%5), "stage": fmt.Sprint("stage", n%6), "level": fmt.Sprint("level", n%3),
				"amount": float64(n) / 100, "created_on": "2025-03-01", "owner": fmt.Sprintf("owner%02d@example.com", n%50), "notes": some(190),
			}})
		}
		raw, err := json.Marshal(m{"records": rows})
		require.NoError(b, err)
		bodies = append(bodies, raw)
	}
	n := 0
	for b.Loop() {
		send(b, cl, "POST", base+"/entities/"+ent+"/records", token, bodies[n%len(bodies)])
		n++
	}
	b.ReportMetric(float64(n*1000)/b.Elapsed().Seconds(), "rows/s")
}
