package journal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"throughline/collector/journal"
	"throughline/collector/journal/journaltest"
	"throughline/lineage"
)

// specimen is a journal of three segments, closed, and where its records are.
type specimen struct {
	names []string          // of the segments, in order
	bytes map[string][]byte // their content
	at    []place
}

type place struct {
	name     string
	from, to int
	payload  string
}

func newSpecimen(t *testing.T) specimen {
	fs := journaltest.New()
	cfg := small()
	cfg.SegmentBytes = 1300
	j := open(t, cfg, fs)
	s := specimen{bytes: map[string][]byte{}}
	for i := range 9 {
		p := fmt.Sprintf("payload-%d-%s", i, strings.Repeat("q", 20+i))
		add(t, j, p)
	}
	_ = j.Close()
	names, err := fs.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !strings.HasSuffix(name, ".segment") {
			continue
		}
		path := filepath.Join(dir, name)
		s.names = append(s.names, path)
		s.bytes[path] = fs.Bytes(path)
		for i := range 9 {
			p := fmt.Sprintf("defaultpeerpayload-%d-%s", i, strings.Repeat("q", 20+i))
			if at := strings.Index(string(s.bytes[path]), p+"TJRL"); at >= 0 {
				s.at = append(s.at, place{path, at - 68, at + len(p), p[len("defaultpeer"):]})
			} else if strings.HasSuffix(string(s.bytes[path]), p) {
				n := len(s.bytes[path])
				s.at = append(s.at, place{path, n - len(p) - 68, n, p[len("defaultpeer"):]})
			}
		}
	}
	if len(s.names) != 3 || len(s.at) != 9 {
		t.Fatalf("%d segments, %d records", len(s.names), len(s.at))
	}
	return s
}

// survive opens the journal with one file changed. Every record that the change
// did not touch must be read; what is missing must have been reported.
func (s specimen) survive(t *testing.T, what, name string, content []byte, hit func(place) bool) {
	t.Helper()
	fs := journaltest.New()
	for _, n := range s.names {
		fs.Put(n, s.bytes[n])
	}
	fs.Put(name, content)
	cfg := small()
	cfg.SegmentBytes = 1300
	j, err := journal.Open(cfg, journal.Deps{FS: fs, Now: noon})
	if err != nil {
		t.Fatalf("%s: open: %v", what, err)
	}
	defer j.Close()
	if err := j.Append(context.Background(), record("after")); err != nil {
		t.Fatalf("%s: append: %v", what, err)
	}
	var expected []string
	missing := 0
	for _, p := range s.at {
		if hit(p) {
			missing++
		} else {
			expected = append(expected, p.payload)
		}
	}
	expected = append(expected, "after")
	var got []string
	lost := 0
	recs := all(t, j, 1)
	for _, r := range recs {
		if r.Type == journal.Damaged {
			lost += int(r.Lost)
			continue
		}
		got = append(got, string(r.Payload))
	}
	if !slices.Equal(got, expected) {
		t.Fatalf("%s: read %.60q, want %.60q", what, got, expected)
	}
	tail := hit(s.at[len(s.at)-1])
	switch {
	case lost == missing:
	case tail && j.Stats().Torn > 0 && lost < missing: // the end of the file is gone: it is a torn tail
	case tail && len(content) < len(s.bytes[name]): // cut off between two records: there is nothing to see
	default:
		t.Fatalf("%s: %d records are missing, %d reported, %d torn", what, missing, lost, j.Stats().Torn)
	}
	// The items of what is lost are still counted as received, where that is known.
	if r := recs[len(recs)-1]; !tail && r.Before[lineage.Traces] != 27 {
		t.Fatalf("%s: received %d before the last record", what, r.Before[lineage.Traces])
	}
}

func TestDamageAtEveryByteCostsOnlyTheRecordThatItHits(t *testing.T) {
	t.Parallel()
	s := newSpecimen(t)
	for _, name := range s.names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for at := range s.bytes[name] {
				one := func(p place) bool { return p.name == name && p.from <= at && at < p.to }
				for what, change := range map[string]func(byte) byte{
					"flip": func(b byte) byte { return b ^ 0x41 },
					"zero": func(byte) byte { return 0 },
				} {
					content := slices.Clone(s.bytes[name])
					if content[at] = change(content[at]); content[at] == s.bytes[name][at] {
						continue
					}
					s.survive(t, fmt.Sprintf("%s byte %d of %s", what, at, name), name, content, one)
				}
				s.survive(t, fmt.Sprintf("cut %s at %d", name, at), name, s.bytes[name][:at],
					func(p place) bool { return p.name == name && p.to > at })
			}
		})
	}
}

func TestDamageInBulk(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		hurt   func(s specimen, fs *journaltest.FS)
		expect []string
	}{
		"A segment that is gone is reported as lost records": {
			func(s specimen, fs *journaltest.FS) { fs.Delete(s.names[1]) }, []string{"0", "1", "2", "lost 3", "6", "7", "8"},
		},
		"A segment of rubbish costs its own records, and its bytes are kept": {
			func(s specimen, fs *journaltest.FS) {
				fs.Put(s.names[1], []byte(strings.Repeat("TJRL rubbish ", 200)))
			}, []string{"0", "1", "2", "lost 3", "6", "7", "8"},
		},
		"Two records in a row": {
			func(s specimen, fs *journaltest.FS) {
				b := s.bytes[s.names[0]]
				clear(b[s.at[0].from+5 : s.at[1].to-5])
				fs.Put(s.names[0], b)
			}, []string{"lost 2", "2", "3", "4", "5", "6", "7", "8"},
		},
		"Zeros behind the last record are room that was never filled": {
			func(s specimen, fs *journaltest.FS) {
				fs.Put(s.names[2], append(s.bytes[s.names[2]], make([]byte, 5000)...))
			}, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, fs := newSpecimen(t), journaltest.New()
			for _, n := range s.names {
				fs.Put(n, s.bytes[n])
			}
			c.hurt(s, fs)
			var got []string
			for _, p := range payloads(all(t, open(t, small(), fs), 1)) {
				if rest, ok := strings.CutPrefix(p, "payload-"); ok {
					p = rest[:1]
				}
				got = append(got, p)
			}
			if !slices.Equal(got, c.expect) {
				t.Fatalf("read %q, want %q", got, c.expect)
			}
		})
	}
}

func TestANewerFormatIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	s, fs := newSpecimen(t), journaltest.New()
	fs.Put(s.names[0], journal.NewerSegment())
	if _, err := journal.Open(small(), journal.Deps{FS: fs}); lineage.KindOf(err) != lineage.Unsupported || !strings.Contains(err.Error(), "version 2") {
		t.Fatalf("got %v", err)
	}
}
