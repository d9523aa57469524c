package record

import (
	"slices"
	"sync"

	"tongban/schema"
)

const stripeCount = 1024

// stripes are locks that records share by their ids. Writers of one record in
// this process wait for each other here instead of conflicting in the store.
type stripes struct{ mu [stripeCount]sync.Mutex }

func newStripes() *stripes { return &stripes{} }

// lock takes the locks of all ids, in one order for everybody, and returns
// what gives them back.
func (s *stripes) lock(list []schema.RecordID) (unlock func()) {
	nums := make([]int, 0, len(list))
	for _, id := range list {
		nums = append(nums, int(uint64(id)*0x9E3779B97F4A7C15>>54))
	}
	slices.Sort(nums)
	nums = slices.Compact(nums)
	for _, n := range nums {
		s.mu[n].Lock()
	}
	return func() {
		for _, n := range nums {
			s.mu[n].Unlock()
		}
	}
}
