package otlp

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"throughline/lineage"
)

// wrap puts a body into field num of a message.
func wrap(num byte, body []byte) []byte {
	out := []byte{num<<3 | bytesType}
	out = binary.AppendUvarint(out, uint64(len(body)))
	return append(out, body...)
}

// inSpan puts a span's bytes into a whole request.
func inSpan(span ...[]byte) []byte { return wrap(1, wrap(2, wrap(2, bytes.Join(span, nil)))) }

// inAttribute puts an AnyValue's bytes into a span with that attribute alone.
func inAttribute(value []byte) []byte {
	return inSpan(atNoon(), wrap(9, append(wrap(1, []byte("k")), wrap(2, value)...)))
}

// atNoon is a span's start.
func atNoon() []byte {
	return binary.LittleEndian.AppendUint64([]byte{7<<3 | fixed64Type}, uint64(noon.UnixNano()))
}

// nested is an AnyValue of lists in lists. It is built from the inside out,
// which is backwards.
func nested(depth int) []byte {
	var reversed []byte
	size := 0
	for range depth {
		for _, tag := range []byte{elemTag, arrayTag} {
			prefix := binary.AppendUvarint([]byte{tag}, uint64(size))
			for i := len(prefix) - 1; i >= 0; i-- {
				reversed = append(reversed, prefix[i])
			}
			size += len(prefix)
		}
	}
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	return reversed
}

func empty(tag byte, n int) []byte { return bytes.Repeat([]byte{tag, 0}, n) }

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Not parallel: it measures memory.
func TestABombIsRefusedWithoutMemory(t *testing.T) {
	const list = bytesType
	largeResource := wrap(1, wrap(1, append(wrap(1, []byte("k")), wrap(2, wrap(1, make([]byte, 1<<20)))...)))
	bombs := map[string]struct {
		body []byte
		kind lineage.Kind
	}{
		"4 MiB of empty spans":            {wrap(1, wrap(2, empty(2<<3|list, 2<<20))), lineage.TooLarge},
		"4 MiB of empty resources":        {empty(1<<3|list, 2<<20), lineage.TooLarge},
		"4 MiB of empty scopes":           {wrap(1, empty(2<<3|list, 2<<20)), lineage.TooLarge},
		"4 MiB of empty links":            {inSpan(empty(13<<3|list, 2<<20)), lineage.TooLarge},
		"4 MiB of empty events":           {inSpan(empty(11<<3|list, 2<<20)), lineage.TooLarge},
		"a million attributes of a span":  {inSpan(empty(9<<3|list, 1<<20)), lineage.TooLarge},
		"20,000 attributes of a span":     {inSpan(empty(9<<3|list, 20_000)), lineage.TooLarge},
		"a million elements of an array":  {inAttribute(wrap(5, empty(elemTag, 1<<20))), lineage.TooLarge},
		"a million pairs of a list":       {inAttribute(wrap(6, empty(elemTag, 1<<20))), lineage.TooLarge},
		"a value 2 million deep":          {inAttribute(nested(2_000_000)), lineage.TooLarge},
		"a value 400,000 deep":            {inAttribute(nested(400_000)), lineage.Invalid},
		"an attribute of 5 MiB":           {inAttribute(wrap(1, make([]byte, 5<<20))), lineage.TooLarge},
		"a 1 MiB resource of 1,000 spans": {wrap(1, append(largeResource, wrap(2, empty(2<<3|list, 1000))...)), lineage.TooLarge},
	}
	for name, bomb := range bombs {
		var err error
		spent := allocated(func() { _, err = ScanTraces(bomb.body, DefaultLimits()) })
		if lineage.KindOf(err) != bomb.kind {
			t.Errorf("%s: got %v; want kind %d", name, err, bomb.kind)
		}
		if spent > 256<<10 {
			t.Errorf("%s: the scan allocated %d bytes", name, spent)
		}
	}
}

func TestASoundRequestIsScannedWithoutAllocating(t *testing.T) {
	body := benchmarkBody(100)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := ScanTraces(body, DefaultLimits()); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("the scan allocates %v times", n)
	}
}

// What the limits let through is decoded within a bound, too.
func TestWhatTheScanAcceptsDecodesInBoundedMemory(t *testing.T) {
	cases := map[string][]byte{
		"200,000 empty links":           inSpan(atNoon(), empty(13<<3|bytesType, 200_000)),
		"200,000 empty events":          inSpan(atNoon(), empty(11<<3|bytesType, 200_000)),
		"200,000 empty spans":           wrap(1, wrap(2, empty(2<<3|bytesType, 200_000))),
		"a value given a million times": inAttribute(bytes.Repeat([]byte{arrayTag, 0}, 1_000_000)),
		"a body of control characters":  inAttribute(wrap(1, bytes.Repeat([]byte{1}, 4_000_000))),
		"the same within an array":      inAttribute(wrap(5, wrap(1, wrap(1, bytes.Repeat([]byte{1}, 4_000_000))))),
	}
	for name, body := range cases {
		if _, err := ScanTraces(body, DefaultLimits()); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		decoder := NewDecoder(businessKeys)
		var err error
		spent := allocated(func() { _, _, err = decoder.DecodeTraces(body, "default", noon, nil) })
		if err != nil || spent > 256<<20 {
			t.Errorf("%s: %d MiB allocated, %v", name, spent>>20, err)
		}
	}
}

func TestAJSONBombIsRefusedWithoutMemory(t *testing.T) {
	const head = `{"resourceSpans":[{"scopeSpans":[{"spans":[`
	deep := strings.Repeat(`{"arrayValue":{"values":[`, 1_000_000)
	bombs := map[string]struct {
		text string
		kind lineage.Kind
	}{
		"a million empty spans":         {head + strings.Repeat(`{},`, 1<<20) + `{}]}]}]}`, lineage.TooLarge},
		"the same under a written name": {`{"resourceSpans":[{"scopeSpans":[{"sp\u0061ns":[` + strings.Repeat(`{},`, 1<<20) + `{}]}]}]}`, lineage.TooLarge},
		"a million attributes":          {head + `{"attributes":[` + strings.Repeat(`{},`, 1<<20) + `{}]}]}]}]}`, lineage.TooLarge},
		"a million strings in a list":   {`{"resourceSpans":[{"resource":{"entityRefs":[{"idKeys":["` + strings.Repeat(`","`, 1<<20) + `"]}]}}]}`, lineage.TooLarge},
		"9,999 attributes of 290 spans": {
			head + strings.Repeat(`{"attributes":[`+strings.Repeat(`{},`, 9_998)+`{}]},`, 290) + `{}]}]}]}`, lineage.TooLarge,
		},
		"values without end":   {head + `{"attributes":[{"key":"k","value":` + deep, lineage.Invalid},
		"brackets without end": {`{"a":` + strings.Repeat("[", 2_000_000), lineage.Invalid},
		"objects without end":  {strings.Repeat(`{"a":`, 2_000_000), lineage.Invalid},
	}
	for name, bomb := range bombs {
		text := []byte(bomb.text)
		var err error
		spent := allocated(func() { _, err = TracesJSON(text, DefaultLimits()) })
		if lineage.KindOf(err) != bomb.kind {
			t.Errorf("%s: got %v; want kind %d", name, err, bomb.kind)
		}
		if spent > 256<<10 {
			t.Errorf("%s: %d bytes allocated", name, spent)
		}
	}
}
