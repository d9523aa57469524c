package value

import (
	"sync"
	"time"
)

// zones keeps what has been loaded: reading a zone opens a file.
var zones sync.Map // name → *time.Location

// Zone returns the time zone with an IANA name.
func Zone(name string) (*time.Location, bool) {
	if z, ok := zones.Load(name); ok {
		loc, ok := z.(*time.Location)
		return loc, ok
	}
	if name == "" || name == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, loc)
	return loc, true
}
