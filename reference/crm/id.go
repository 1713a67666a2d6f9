package crm

import "strings"

// The key prefixes that say what a record is.
const (
	accountPrefix     = "001"
	opportunityPrefix = "006"
	quotePrefix       = "0Q0"
)

// org stands for the organisation in the middle of every id.
const org = "5g00000"

// recordID returns the 18 characters of the nth record of a kind: prefix,
// organisation, a number to base 62, and three characters that record which of
// the letters before them are upper-case.
func recordID(prefix string, n int64) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	tail := []byte("00000")
	n = 30_000_000 + 41*n
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = digits[n%62]
		n /= 62
	}
	return full(prefix + org + string(tail))
}

// full makes the 18 characters of an id of 15, as a person may have copied it
// from the browser. Anything else stays as it is.
func full(id string) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	if len(id) != 15 {
		return id
	}
	var b strings.Builder
	b.WriteString(id)
	for at := 0; at < 15; at += 5 {
		sum := 0
		for i := range 5 {
			if c := id[at+i]; c >= 'A' && c <= 'Z' {
				sum |= 1 << i
			}
		}
		b.WriteByte(letters[sum])
	}
	return b.String()
}
