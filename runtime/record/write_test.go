package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/runtime/record"
)

func TestService_Write(t *testing.T) {
	w := newWorld(t)
	e := w.entity("客户", text("name"), field("amount", "decimal"), choices("stage", "潜在", "赢单"), field("owner", "user"))
	r := w.create(w.boss(), e, `{"name":"华信科技","amount":"0.10","stage":"赢单"}`)
	require.JSONEq(t, `{"name":"华信科技","amount":"0.10","stage":{"id":"opt_2","name":"赢单","color":"teal"}}`, fieldsOf(r))
	got, err := w.records.Get(t.Context(), w.boss(), e.ID, r.Record.ID)
	require.NoError(t, err)
	require.Equal(t, fieldsOf(r), fieldsOf(got))
	require.Equal(t, []string{"华信科技"}, w.titles(w.boss(), e, record.Request{}))
}
