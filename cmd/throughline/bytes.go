package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bytes is an amount of memory or disk.
type Bytes int64

// units are what an amount may end in. A plain K, M or G means 1024 as well.
var units = []struct {
	suffix string
	size   Bytes
}{
	{"KiB", 1 << 10},
	{"MiB", 1 << 20},
	{"GiB", 1 << 30},
	{"TiB", 1 << 40},
	{"KB", 1e3},
	{"MB", 1e6},
	{"GB", 1e9},
	{"TB", 1e12},
	{"K", 1 << 10},
	{"M", 1 << 20},
	{"G", 1 << 30},
	{"T", 1 << 40},
	{"B", 1},
	{"", 1},
}

// parseBytes reads 2GiB, 2GB, 512M or a plain number of bytes.
func parseBytes(text string) (Bytes, error) {
	text = strings.TrimSpace(text)
	for _, u := range units {
		digits, ok := cutSuffixFold(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if err != nil || !(n > 0) || n*float64(u.size) >= math.MaxInt64 {
			break
		}
		return Bytes(n * float64(u.size)), nil
	}
	return 0, fmt.Errorf("%q is not an amount; write for example 2GiB, 512MB or a number of bytes", text)
}

func cutSuffixFold(s, suffix string) (string, bool) {
	cut := len(s) - len(suffix)
	if cut < 0 || !strings.EqualFold(s[cut:], suffix) {
		return s, false
	}
	return s[:cut], true
}

// String writes whole binary units where it can.
func (b Bytes) String() string {
	for i := 3; i >= 0; i-- {
		if u := units[i]; b >= u.size && b%u.size == 0 {
			return strconv.FormatInt(int64(b/u.size), 10) + u.suffix
		}
	}
	return strconv.FormatInt(int64(b), 10) + "B"
}

// Set makes an amount a flag.
func (b *Bytes) Set(text string) error {
	n, err := parseBytes(text)
	if err == nil {
		*b = n
	}
	return err
}

// Type is what the help calls an amount.
func (b *Bytes) Type() string { return "BYTES" }
