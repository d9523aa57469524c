package ingest_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tongban/runtime/catalog"
	"tongban/runtime/ingest"
)

func TestAPreviewSaysHowAFileWouldBeRead(t *testing.T) {
	w := newWorld(t)
	e := w.entity(
		catalog.FieldInput{Name: "客户名称", Key: "name", Type: "text"},
		catalog.FieldInput{Name: "联系电话", Key: "phone", Type: "phone"},
		catalog.FieldInput{Name: "金额", Key: "amount", Type: "decimal"},
	)
	data := encode(t, simplifiedchinese.GB18030, "sep=;\n客户名称;电话;金额;签约日;说明\n甲;13800138000;1,5;2026/1/2;a\n乙;021-62345678;2.50;2026/1/3;b\n")
	p, err := w.service.Preview(t.Context(), w.boss(), e.ID, ingest.Source{File: w.files.put("x.csv", data), Name: "x.csv"})
	require.NoError(t, err)
	require.Equal(t, "gb18030", p.Encoding)
	require.Equal(t, ";", p.Delimiter)
	require.Equal(t, []string{"客户名称", "电话", "金额", "签约日", "说明"}, p.Headers)
	require.Equal(t, [][]string{{"甲", "13800138000", "1,5", "2026/1/2", "a"}, {"乙", "021-62345678", "2.50", "2026/1/3", "b"}}, p.Rows)
	require.Equal(t, []string{"name", "phone", "amount", "", ""}, []string{p.Columns[0].Field, p.Columns[1].Field, p.Columns[2].Field, p.Columns[3].Field, p.Columns[4].Field})
	require.Equal(t, []string{"text", "phone", "text", "date", "text"}, []string{p.Columns[0].Type, p.Columns[1].Type, p.Columns[2].Type, p.Columns[3].Type, p.Columns[4].Type})
	require.InDelta(t, 1, p.Columns[0].Confidence, 0)
	require.Less(t, p.Columns[1].Confidence, 1.0)
	require.InDelta(t, 0.5, p.Columns[2].Fit, 0)
	require.Equal(t, []string{"甲", "乙"}, p.Columns[0].Samples)
}
