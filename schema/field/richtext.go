package field

import (
	"slices"

	"tongban/schema"
)

// richText is text with headings, lists and pictures, kept as markdown that
// pages edit as it looks.
type richText struct{ longText }

func (richText) Name() string { return "richText" }

// markdown is markdown that pages edit as source.
type markdown struct{ longText }

func (markdown) Name() string { return "markdown" }

// barcode is what a bar code or QR code says; pages scan and draw it.
type barcode struct{ text }

// BarcodeFormats are the symbols as which pages can draw a barcode; none named:
// pages choose by the value.
var BarcodeFormats = []string{"qr", "code128", "ean13"}

func (barcode) Name() string { return "barcode" }

func (b barcode) Check(f *schema.Field) error {
	if o := f.Options.Format; o != "" && !slices.Contains(BarcodeFormats, o) {
		return bad(f, "badFormat").With("value", shown(o))
	}
	return b.text.Check(f)
}
