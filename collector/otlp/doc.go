// Package otlp reads OTLP export requests from their bytes: it scans them
// before anything is decoded, and decodes them into the rows that are stored.
// It is pure; nothing but Scanner is safe for concurrent use.
//
// The decoder is our own because everything built on a generated one spends
// more on a span than the rest of the way to the store together, and because
// those die on what a stranger can send (deep nesting, millions of empty
// messages). OTLP/JSON goes through pdata after a scan, and then the same way.
package otlp
