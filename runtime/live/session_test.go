package live_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/live"
	"tongban/runtime/record"
	"tongban/runtime/store"
	"tongban/schema"
	"tongban/schema/fail"
)

func TestPage_is_closed_once_when_its_session_ends(t *testing.T) {
	w := newWorld(t)
	out, in := w.open(w.boss, "boss"), w.open(w.boss, "another session")
	for _, p := range []*page{out, in} {
		_, err := w.hub.Subscribe(t.Context(), p.client, w.room(), 0)
		require.NoError(t, err)
	}
	w.ended.Store("boss", true)
	w.hub.Recheck(t.Context(), w.rep.User) // somebody else's
	require.Empty(t, out.closed)
	for range 2 {
		w.hub.Recheck(t.Context(), w.boss.User)
	}
	require.Equal(t, live.SignedOut, <-out.closed)
	require.Empty(t, out.closed)
	w.create(map[string]any{"name": "x"})
	in.next(t, "events")
	out.quiet(t, "events")
}

func TestPage_is_closed_within_a_minute_though_nobody_told_of_the_end_of_its_session(t *testing.T) {
	w := newWorld(t)
	out, in := w.open(w.boss, "boss"), w.open(w.boss, "another session")
	w.ended.Store("boss", true)
	w.ahead.Store(int64(time.Minute))
	require.Eventually(t, func() bool { return len(out.closed) > 0 }, 5*time.Second, 10*time.Millisecond)
	require.Equal(t, live.SignedOut, <-out.closed)
	require.Empty(t, in.closed)
}

func TestPage_cannot_be_in_any_number_of_rooms(t *testing.T) {
	w := newWorld(t)
	p := w.open(w.boss, "boss")
	b := record.Batch{Actor: w.boss, Entity: w.entity, Via: "api"}
	for range 201 {
		b.Changes = append(b.Changes, record.Change{Op: store.OpCreate, Fields: map[string]any{}})
	}
	res, err := w.recs.Write(t.Context(), b)
	require.NoError(t, err)
	for i, row := range res.Rows {
		_, err = w.hub.Subscribe(t.Context(), p.client, "record:"+schema.FormatID(schema.PrefixRecord, row.Record.ID)+"@"+w.room()[len("entity:"):], 0)
		require.Equal(t, i == 200, err != nil)
	}
	require.Equal(t, "room.tooMany", fail.Of(err).Code)
}
