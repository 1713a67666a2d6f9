//go:build race

package stitcher

// raced tells that the race detector watches, under which stitching is five to ten
// times slower: the proofs run with fewer. `make test` runs them whole
// beside it.
const raced = true
