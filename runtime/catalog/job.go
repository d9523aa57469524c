package catalog

import (
	"encoding/json"
	"fmt"

	"tongban/runtime/store"
	"tongban/schema"
)

// Job is what documents of work in the background have in common: which
// process is at it, and until when no other may take it over.
type Job struct {
	Owner int64 `json:"owner,omitempty"`
	Until int64 `json:"until,omitempty"` // ms

	Key     string         `json:"-"`
	Version schema.Version `json:"-"` // 0: not stored yet
}

// Common is the part that all jobs share.
func (j *Job) Common() *Job { return j }

// doc writes a job. Its beginning is told to whoever follows the log, what it
// notes on the way is not.
func (j *Job) doc(kind string, body any) (store.DocOp, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return store.DocOp{}, fmt.Errorf("write a %s job: %w", kind, err)
	}
	return store.DocOp{Kind: kind, Key: j.Key, IfVersion: j.Version, Body: b, Log: j.Version == 0}, nil
}
