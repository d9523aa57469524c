package live_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tongban/runtime/store"
	"tongban/schema"
)

// watched is an engine whose next read by the hub a test may look at.
type watched struct {
	store.Engine
	next atomic.Pointer[func(read func() error) error]
}

// hubsView is the engine as the hub has it.
type hubsView struct{ *watched }

func (h hubsView) View(ctx context.Context, t schema.TenantID, fn func(store.Reader) error) error {
	read := func() error { return h.Engine.View(ctx, t, fn) }
	if look := h.next.Swap(nil); look != nil {
		return (*look)(read)
	}
	return read()
}

// look gives the hub's next read to fn.
func (w *world) look(fn func(read func() error) error) { w.engine.next.Store(&fn) }

// versions are those of a record that a page is told within a moment, in order.
func (p *page) versions(t *testing.T, id schema.RecordID) (out []schema.Version) {
	t.Helper()
	limit := time.After(300 * time.Millisecond)
	for {
		select {
		case m := <-p.frames:
			require.NotEqual(t, "reset", m.T, m.Raw)
			for _, e := range m.Events {
				if e.Record.ID == schema.FormatID(schema.PrefixRecord, id) {
					out = append(out, e.Record.Version)
				}
			}
		case <-limit:
			return out
		}
	}
}

// A page enters a room. After the log has been read for it, and before it takes
// part in what the room is told, somebody edits, and the room is told.
func TestResume_tells_of_an_edit_that_comes_while_the_page_enters(t *testing.T) {
	w := newWorld(t)
	rec := w.create(map[string]any{"name": "A"})
	other := w.open(w.boss, "boss")
	seen, err := w.hub.Subscribe(t.Context(), other.client, w.room(), 0)
	require.NoError(t, err)
	w.look(func(read func() error) error {
		err := read()
		w.update(rec.ID, map[string]any{"name": "B"})
		other.next(t, "events")
		return err
	})
	p := w.open(w.boss, "boss")
	_, err = w.hub.Subscribe(t.Context(), p.client, w.room(), seen)
	require.NoError(t, err)
	require.Equal(t, []schema.Version{2}, p.versions(t, rec.ID))
}

// A page enters a room that has not been told yet of an edit which the log has
// already: it reads of it in the log, and the room's frame is not for it.
func TestResume_tells_nothing_twice_that_the_room_is_about_to_be_told(t *testing.T) {
	w := newWorld(t)
	rec := w.create(map[string]any{"name": "A"})
	other := w.open(w.boss, "boss")
	seen, err := w.hub.Subscribe(t.Context(), other.client, w.room(), 0)
	require.NoError(t, err)
	telling, goOn := make(chan struct{}), make(chan struct{})
	w.look(func(read func() error) error { // the room is held up with the first edit
		close(telling)
		<-goOn
		return read()
	})
	w.update(rec.ID, map[string]any{"name": "B"})
	<-telling
	w.update(rec.ID, map[string]any{"name": "C"})
	require.Eventually(t, func() bool {
		pos, _ := w.events.Position(w.boss.Tenant)
		return pos == seen+2
	}, 5*time.Second, time.Millisecond)
	p := w.open(w.boss, "boss")
	last, err := w.hub.Subscribe(t.Context(), p.client, w.room(), seen)
	require.NoError(t, err)
	require.Equal(t, seen+2, last)
	close(goOn)
	require.Equal(t, []schema.Version{3}, p.versions(t, rec.ID), "both edits at once, from the log")
	require.NotEmpty(t, other.versions(t, rec.ID))
}

// A page enters while the room is held up with one edit and has another before
// it: the page has been handed both already, and is told neither again.
func TestResume_tells_nothing_twice_that_was_held_back_for_the_page(t *testing.T) {
	w := newWorld(t)
	rec := w.create(map[string]any{"name": "A"})
	other := w.open(w.boss, "boss")
	seen, err := w.hub.Subscribe(t.Context(), other.client, w.room(), 0)
	require.NoError(t, err)
	goOn := make(chan struct{})
	w.look(func(read func() error) error {
		err := read()
		telling := make(chan struct{})
		w.look(func(read func() error) error { // the room is held up with the first edit
			close(telling)
			<-goOn
			return read()
		})
		w.update(rec.ID, map[string]any{"name": "B"})
		<-telling
		w.update(rec.ID, map[string]any{"name": "C"})
		require.Eventually(t, func() bool {
			pos, _ := w.events.Position(w.boss.Tenant)
			return pos == seen+2
		}, 5*time.Second, time.Millisecond)
		return err
	})
	p := w.open(w.boss, "boss")
	_, err = w.hub.Subscribe(t.Context(), p.client, w.room(), seen)
	require.NoError(t, err)
	close(goOn)
	require.Equal(t, []schema.Version{3}, p.versions(t, rec.ID), "both edits at once, and once")
}
