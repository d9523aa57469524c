// Package ingest brings tables in from files and takes them out into files, as
// jobs that survive a restart. It writes through record.Service alone, so that
// rights, validation, history and realtime hold for imported records too.
//
// # For the server
//
//	s := ingest.New(ingest.Options{…})
//	go s.Run(ctx)                  // resumes what was interrupted; returns when ctx is done and all jobs stand still
//	p, err := s.Preview(ctx, actor, entity, ingest.Source{File: id, Name: "customers.csv"})
//	j, err := s.Import(ctx, actor, ingest.ImportRequest{Entity: entity, Source: …})   // 202 {id}
//	j, err := s.Get(ctx, actor, id)                                                   // GET /imports/{imp}
//	j, err := s.Cancel(ctx, actor, id)
//	j, err := s.Undo(ctx, actor, id)
//	j, err := s.Export(ctx, actor, ingest.ExportRequest{…})                           // 202 {id}; Get gives File when done
//
// The uploaded file must be stored before, through whatever Files opens. Job
// marshals to what the API shows, but for errorFileUrl and fileUrl, which the
// server makes of ErrorFile and File. Jobs are seen by who started them and by
// administrators; others get NotFound.
//
// # What an import does
//
// The whole file is scanned once before anything is written: wrong encodings,
// quotes that never close and what is beyond the limits refuse the file as a
// whole. Then rows go in by batches. Each batch is one commit that also moves
// the job's checkpoint, so that an interrupted import goes on after the last
// batch that went in, without doubling a row; the job then says at which row
// it resumed. Rows that are refused are listed by line, column and reason,
// the others go in. Undo takes the whole import back; up to 20,000 rows are one
// change set, larger imports have several, which only Undo knows.
//
// # Limits
//
// 100 MB a file, 500 columns, 1,000,000 rows, 100,000 characters a cell; a
// workbook may unpack to 512 MB.
package ingest

// The limits of files that come in.
const (
	MaxFile     = 100 << 20
	MaxColumns  = 500
	MaxRows     = 1_000_000
	MaxCell     = 400_000 // bytes; 100,000 characters at most
	MaxUnpacked = 512 << 20
	// MaxErrors is how many refused rows are listed; all are counted.
	MaxErrors = 100_000
)
