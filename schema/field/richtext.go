package field

// richText is text with headings, lists and pictures, kept as markdown that
// pages edit as it looks.
type richText struct{ longText }

func (richText) Name() string { return "richText" }

// markdown is markdown that pages edit as source.
type markdown struct{ longText }

func (markdown) Name() string { return "markdown" }

// barcode is what a bar code or QR code says; pages scan and draw it.
type barcode struct{ text }

func (barcode) Name() string { return "barcode" }
