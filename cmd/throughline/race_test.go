//go:build race

package main

// raced tells that the race detector watches, under which a house is five to ten
// times slower: the same tests run with a tenth of the orders. `make test` runs them
// whole beside it.
const raced = true
