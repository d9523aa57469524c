package ingest

import (
	"strings"
	"time"

	"tongban/runtime/record"
	"tongban/schema"
	"tongban/schema/field"
)

// formatCode is how spreadsheets show a field's numbers; "" as they are.
func formatCode(f *schema.Field) string {
	switch f.Type {
	case "date":
		return "yyyy-mm-dd"
	case "dateTime", "createdTime", "updatedTime":
		return "yyyy-mm-dd hh:mm:ss"
	case "percent":
		return "0.##%"
	case "decimal", "currency":
		scale := 2
		if f.Options.Scale != nil {
			scale = *f.Options.Scale
		}
		if scale == 0 {
			return "#,##0"
		}
		return "#,##0." + strings.Repeat("0", scale)
	}
	return ""
}

func (s *sheetRows) head(fields []*schema.Field) error {
	for i, f := range fields {
		s.cells[i] = sheetCell{text: f.Name}
	}
	return s.out.writeRow(s.cells)
}

func (s *sheetRows) write(r *record.Row, fields []*schema.Field) error {
	names := zoned{r.Names(), s.zone}
	for i, f := range fields {
		if code := r.Failed(f); code != "" {
			s.cells[i] = sheetCell{text: code}
			continue
		}
		s.cells[i] = s.cell(f, r.Value(f), names, s.styles[i])
	}
	return s.out.writeRow(s.cells)
}

func (s *sheetRows) close() error { return s.out.close() }

// cell turns a value into a cell that reads back as the same value. What a
// spreadsheet's numbers cannot hold exactly goes out as text.
func (s *sheetRows) cell(f *schema.Field, v schema.Value, names field.Names, style int) sheetCell {
	t, ok := field.Of(f.Type)
	if !ok || v == nil {
		return sheetCell{}
	}
	text := t.Text(f, v, names)
	switch f.Type {
	case "checkbox":
		return sheetCell{yes: v}
	case "number", "percent", "rating", "decimal", "currency":
		if digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(text), "0"); len(digits) <= 15 {
			return sheetCell{number: text, style: style}
		}
	case "date":
		if ms, ok := v.(int64); ok {
			if n, ok := serial(ms); ok {
				return sheetCell{number: n, style: style}
			}
		}
	case "dateTime", "createdTime", "updatedTime":
		if ms, ok := v.(int64); ok {
			at := time.UnixMilli(ms).In(s.zone)
			_, offset := at.Zone()
			if n, ok := serial(ms + int64(offset)*1000); ok {
				return sheetCell{number: n, style: style}
			}
		}
	}
	if len([]rune(text)) > maxSheetText {
		text = string([]rune(text)[:maxSheetText])
	}
	return sheetCell{text: text}
}
