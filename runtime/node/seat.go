// Package node lets several processes work on one store: each holds a number,
// under which it makes ids, for as long as it gives signs of life; each knows
// which others live and where they are, and keeps one authenticated line to
// each of them for what is not worth storing. It knows nothing of what the
// lines carry. Whether a node lives is judged by whether its sign changes while
// one looks, never by comparing clocks.
package node

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tongban/runtime/store"
	"tongban/schema"
)

const (
	kindNode = "node"
	// Most is how many nodes may use one store at a time.
	Most = 16
	// beatEvery is how often a node gives a sign of life and looks at the others'.
	beatEvery = 2 * time.Second
	// deadAfter is after how many looks without a new sign a node has ended.
	deadAfter = 5
	// forgotten is how old, by our clock, a sign must be for its number to be
	// taken without a look: more than clocks differ.
	forgotten = 15 * time.Minute
)

// seat is a number that a node holds.
type seat struct {
	number  int
	version schema.Version
	sign    sign
}

// sign is what a node says of itself.
type sign struct {
	Run  string `json:"run"`  // names the process; a new one at each start
	Addr string `json:"addr"` // where its line is; empty: nowhere yet
	At   int64  `json:"at"`   // ms, by its clock
	Beat int64  `json:"beat"`
}

// seen is another node's sign as stored.
type seen struct {
	number  int
	version schema.Version
	sign    sign
}

func newRun() (string, error) {
	raw := make([]byte, 12)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("name the node: %w", err)
	}
	return hex.EncodeToString(raw), nil
}

// signs reads what all nodes say.
func signs(ctx context.Context, e store.Engine) ([]seen, error) {
	var out []seen
	err := e.View(ctx, store.System, func(r store.Reader) error {
		docs, err := r.Docs(ctx, kindNode, "", "", 2*Most)
		if err != nil {
			return err
		}
		out = make([]seen, 0, len(docs))
		for _, d := range docs {
			s := seen{version: d.Version}
			if s.number, err = strconv.Atoi(d.Key); err != nil {
				return fmt.Errorf("node %q: %w", d.Key, err)
			}
			if err := json.Unmarshal(d.Body, &s.sign); err != nil {
				return fmt.Errorf("node %q: %w", d.Key, err)
			}
			out = append(out, s) // one without a name is free
		}
		return nil
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	return out, err
}

// claim takes a number for a run: one that nobody has, else one whose node was
// seen to have ended.
func claim(ctx context.Context, e store.Engine, now func() time.Time, run string, every time.Duration) (*seat, error) {
	c := claimer{e: e, run: run, watch: watch{}}
	for look := 0; ; look++ {
		all, err := signs(ctx, e)
		if err != nil {
			return nil, fmt.Errorf("take a node number: %w", err)
		}
		c.watch.look(all)
		s, err := c.take(ctx, now(), all)
		if err != nil || s != nil {
			return s, err
		}
		if look > deadAfter {
			return nil, fmt.Errorf("%d nodes use this store already", Most)
		}
		if err := wait(ctx, every); err != nil {
			return nil, err
		}
	}
}

// claimer looks for a number.
type claimer struct {
	e     store.Engine
	run   string
	watch watch
}

// take tries the numbers that are free; nil where there is none.
func (c claimer) take(ctx context.Context, now time.Time, all []seen) (*seat, error) {
	held := map[int]seen{}
	for _, s := range all {
		held[s.number] = s
	}
	for pass := range 2 {
		for n := range Most {
			h, there := held[n]
			free := !there || h.sign.Run == ""
			if pass == 1 {
				free = there && (c.watch.dead(h.sign.Run) || h.sign.At < now.Add(-forgotten).UnixMilli())
			}
			if !free {
				continue
			}
			s := &seat{number: n, version: h.version, sign: sign{Run: c.run}}
			err := s.beat(ctx, c.e, now)
			if err == nil {
				return s, nil
			}
			if !errors.Is(err, store.ErrConflict) {
				return nil, fmt.Errorf("take node number %d: %w", n, err)
			}
		}
	}
	return nil, nil //nolint:nilnil // none is free
}

// beat writes a new sign; ErrConflict says that the number is somebody else's.
func (s *seat) beat(ctx context.Context, e store.Engine, now time.Time) error {
	next := s.sign
	next.At, next.Beat = now.UnixMilli(), next.Beat+1
	b, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("write a sign: %w", err)
	}
	rec, err := e.Commit(ctx, store.System, &store.Commit{
		Origin: store.Origin{Via: kindNode, At: next.At},
		Docs:   []store.DocOp{{Kind: kindNode, Key: strconv.Itoa(s.number), IfVersion: s.version, Body: b}},
	})
	if err != nil {
		return err
	}
	s.sign, s.version = next, rec.DocVersions[0]
	return nil
}

// drop gives a number free, as it was seen. Its document stays: were it made
// anew, its version would begin anew too, and a node that stood still meanwhile
// could take another's sign for its own.
func drop(ctx context.Context, e store.Engine, n int, v schema.Version) error {
	_, err := e.Commit(ctx, store.System, &store.Commit{
		Origin: store.Origin{Via: kindNode}, Docs: []store.DocOp{{Kind: kindNode, Key: strconv.Itoa(n), IfVersion: v, Body: []byte("{}")}},
	})
	return err
}

// watch counts how often in a row a run was seen with the same sign.
type watch map[string]*watched

type watched struct {
	beat int64
	same int
}

// look takes one reading; runs that are no longer there are forgotten.
func (w watch) look(all []seen) {
	there := map[string]bool{}
	for _, s := range all {
		if s.sign.Run == "" {
			continue
		}
		there[s.sign.Run] = true
		old := w[s.sign.Run]
		switch {
		case old == nil:
			w[s.sign.Run] = &watched{beat: s.sign.Beat}
		case old.beat != s.sign.Beat:
			old.beat, old.same = s.sign.Beat, 0
		default:
			old.same++
		}
	}
	for run := range w {
		if !there[run] {
			delete(w, run)
		}
	}
}

func (w watch) dead(run string) bool {
	s := w[run]
	return s != nil && s.same >= deadAfter
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
