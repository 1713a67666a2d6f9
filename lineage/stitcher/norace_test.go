//go:build !race

package stitcher

// raced: see race_test.go.
const raced = false
