package field

import "tongban/schema"

const maxLookup = 1000

// lookup shows a field of the records that a link leads to. Options.Many is
// that of the link (a derived link is many), set by the catalog as Of is.
type lookup struct{ computed }

func (lookup) Name() string { return "lookup" }

func (lookup) Check(f *schema.Field) error {
	o := &f.Options
	if o.Link == 0 {
		return bad(f, "noLink")
	}
	if o.Field == 0 {
		return bad(f, "noSource")
	}
	if o.Limit < 0 || o.Limit > maxLookup {
		return bad(f, "badLimit").With("max", maxLookup)
	}
	if o.Of != nil && !mayBeShown(o.Of) {
		return bad(f, "badSource").With("type", o.Of.Type)
	}
	return nil
}

// mayBeShown refuses what a lookup cannot carry to other records.
func mayBeShown(f *schema.Field) bool {
	return !Closed(f) && !f.Options.Volatile
}
