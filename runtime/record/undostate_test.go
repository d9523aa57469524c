package record_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/access"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
)

func TestUndoOfAStepOfAStatus(t *testing.T) {
	w := newWorld(t)
	state := field("state", "status")
	state.Options.Choices = []schema.Choice{{ID: -1, Name: "draft"}, {ID: -2, Name: "sent"}, {ID: -3, Name: "paid"}}
	state.Options.Transitions = []schema.Transition{{From: -1, To: -2}, {From: -2, To: -3}, {From: -3, To: -2, When: `{note}="mistake"`}}
	e := w.entity("bills", text("name"), text("note"), state)
	clerk := w.as(w.person("clerk", 0, schema.RoleMember))
	step := func(row *record.Row, fields string) string {
		res, err := w.records.Write(t.Context(), w.batch(clerk, e, record.Change{Op: store.OpUpdate, ID: row.Record.ID, Fields: in(t, fields)}))
		require.NoError(t, err)
		return res.ChangeSet
	}
	bill := func(state string) *record.Row {
		return w.create(clerk, e, `{"name":"A","note":"old","state":"`+state+`"}`)
	}
	undo := func(a access.Actor, set string) []record.Skip {
		res, err := w.records.Undo(t.Context(), a, set)
		require.NoError(t, err)
		return res.Skipped
	}
	now := func(row *record.Row) string {
		got, err := w.records.Get(t.Context(), w.boss(), e.ID, row.Record.ID)
		require.NoError(t, err)
		return fieldsOf(got)
	}
	denied := func(row *record.Row) []record.Skip {
		return []record.Skip{{Entity: e.ID, Record: row.Record.ID, Field: "state", Code: "undo.notAllowed"}}
	}
	t.Run("one's own may be taken back against the transitions, and history says so", func(t *testing.T) {
		row := bill("draft")
		require.Empty(t, undo(clerk, step(row, `{"state":"sent"}`)))
		require.Contains(t, now(row), `"draft"`)
		list, err := w.records.History(t.Context(), clerk, e.ID, row.Record.ID, 0, 10)
		require.NoError(t, err)
		require.Equal(t, "undo", list[0].Change.Origin.Via)
	})
	t.Run("not where the status has changed since", func(t *testing.T) {
		row := bill("draft")
		set := step(row, `{"state":"sent"}`)
		step(row, `{"state":"paid"}`)
		skipped := undo(clerk, set)
		require.Len(t, skipped, 1)
		require.Equal(t, "undo.changedSince", skipped[0].Code)
		require.Contains(t, now(row), `"paid"`)
	})
	t.Run("the step of another goes by the transitions, the rest goes back", func(t *testing.T) {
		row := bill("draft")
		set := step(row, `{"state":"sent","note":"new"}`)
		require.Equal(t, denied(row), undo(w.boss(), set))
		require.Contains(t, now(row), `"sent"`)
		require.Contains(t, now(row), `"note":"old"`)
	})
	t.Run("the step of another goes back where a transition leads and its condition holds", func(t *testing.T) {
		row := bill("sent")
		set := step(row, `{"state":"paid"}`)
		require.Equal(t, denied(row), undo(w.boss(), set))
		step(row, `{"note":"mistake"}`)
		require.Empty(t, undo(w.boss(), set))
		require.Contains(t, now(row), `"sent"`)
	})
	t.Run("after a day one's own goes by the transitions too", func(t *testing.T) {
		row := bill("draft")
		set := step(row, `{"state":"sent"}`)
		w.clock = w.clock.Add(24*time.Hour + time.Second)
		require.Equal(t, denied(row), undo(clerk, set))
		require.Contains(t, now(row), `"sent"`)
	})
}
