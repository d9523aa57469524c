package field_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tongban/schema"
	"tongban/schema/fail"
	"tongban/schema/field"
)

func TestABarcodeIsDrawnInAFormThatThereIs(t *testing.T) {
	typ, ok := field.Of("barcode")
	require.True(t, ok)
	for _, format := range append([]string{""}, field.BarcodeFormats...) {
		f := &schema.Field{Key: "code", Type: "barcode", Options: schema.Options{Format: format}}
		require.NoError(t, typ.Check(f), format)
		require.Equal(t, format, f.Options.Format)
	}
	for _, format := range []string{"QR", "auto", "upc", "h:mm"} {
		err := typ.Check(&schema.Field{Key: "code", Type: "barcode", Options: schema.Options{Format: format}})
		var failed *fail.Error
		require.ErrorAs(t, err, &failed, format)
		require.Equal(t, "field.badFormat", failed.Code)
	}
	long := 3000
	require.Error(t, typ.Check(&schema.Field{Key: "code", Type: "barcode", Options: schema.Options{MaxLength: &long}}), "the rules of texts hold")
}
