//go:build !race

package lineage_test

// raced: see race_test.go.
const raced = false
