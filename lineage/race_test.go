//go:build race

package lineage_test

// raced tells that the race detector watches, under which stitching is five to ten
// times slower: the proofs run with fewer seeds and orders. `make test` runs them whole
// beside it.
const raced = true
