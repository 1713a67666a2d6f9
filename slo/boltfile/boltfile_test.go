package boltfile_test

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"throughline/lineage"
	"throughline/slo/boltfile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a file in a directory that is not there yet, and what its log says.
type rig struct {
	boltfile.Config
	t    testing.TB
	log  bytes.Buffer
	read func(*bbolt.DB) error // besides the values
	got  map[string]string     // the values
}

func newRig(t testing.TB) *rig {
	r := &rig{t: t, read: func(*bbolt.DB) error { return nil }}
	r.Config = boltfile.Config{
		Path: filepath.Join(t.TempDir(), "data", "box.db"), Format: "1", Buckets: []string{"values"}, NoSync: true,
		Aside: "what was in it is lost", Log: slog.New(slog.NewTextHandler(&r.log, nil)),
		Now: func() time.Time { return time.Date(2026, 5, 4, 12, 3, 7, 89_000_000, time.UTC) },
	}
	return r
}

func (r *rig) open() (*bbolt.DB, error) {
	return boltfile.Open(r.Config, func(db *bbolt.DB) error {
		r.got = map[string]string{}
		err := db.View(func(tx *bbolt.Tx) error {
			return tx.Bucket([]byte("values")).ForEach(func(key, value []byte) error {
				r.got[string(key)] = string(value)
				return nil
			})
		})
		return errors.Join(err, r.read(db))
	})
}

// put opens the file, writes values into it and closes it.
func (r *rig) put(pairs ...string) {
	r.t.Helper()
	db, err := r.open()
	if err != nil {
		r.t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		for n := 0; n < len(pairs); n += 2 {
			if err := tx.Bucket([]byte("values")).Put([]byte(pairs[n]), []byte(pairs[n+1])); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) content() string {
	r.t.Helper()
	raw, err := os.ReadFile(r.Path)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(raw)
}

// kept returns what lies in the directory besides the file.
func (r *rig) kept() []string {
	r.t.Helper()
	all, err := filepath.Glob(r.Path + "?*")
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// leftAlone fails the test when the file was touched, or the log says anything.
func (r *rig) leftAlone(before string) {
	r.t.Helper()
	if r.content() != before || len(r.kept()) > 0 || r.log.Len() > 0 {
		r.t.Errorf("it was touched: there is %v, and the log says %s", r.kept(), &r.log)
	}
}

func TestAFileIsThereAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.put("a", "1")
	r.Buckets = append(r.Buckets, "more")
	r.put("b", "2")
	db, err := r.open()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "2"}, r.got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	err = db.View(func(tx *bbolt.Tx) error {
		if tx.Bucket([]byte("more")) == nil || string(tx.Bucket([]byte(boltfile.Meta)).Get([]byte("format"))) != "1" {
			t.Error("a bucket or the format is missing")
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(r.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v, %v", info, err)
	}
	r.leftAlone(r.content())
}

func TestAFileFromBeforeThereWereFormatsIsTakenOver(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := os.MkdirAll(filepath.Dir(r.Path), 0o700); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(r.Path, 0o600, &bbolt.Options{NoFreelistSync: true, FreelistType: bbolt.FreelistMapType})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucket([]byte("values"))
		return errors.Join(err, b.Put([]byte("a"), []byte("1")))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	r.put()
	if diff := cmp.Diff(map[string]string{"a": "1"}, r.got); diff != "" || len(r.kept()) > 0 {
		t.Errorf("%v (-want +got):\n%s", r.kept(), diff)
	}
}

func TestAFileHasOneProcess(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.put("a", "1")
	db, err := r.open()
	if err != nil {
		t.Fatal(err)
	}
	before := r.content()
	if _, err := r.open(); lineage.KindOf(err) != lineage.Conflict || !strings.Contains(err.Error(), "another process") {
		t.Errorf("%v; want Conflict", err)
	}
	r.leftAlone(before)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
	r.put()
}

func TestAFileOfALaterReleaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.put("a", "1")
	r.Format = "2"
	r.Path = filepath.Join(filepath.Dir(r.Path), "later.db")
	r.put("a", "2")
	before := r.content()
	r.Format, r.Buckets = "1", []string{"values", "more"}
	for range 2 { // the lock is not kept
		if _, err := r.open(); lineage.KindOf(err) != lineage.Conflict || !strings.Contains(err.Error(), `its format is "2"`) {
			t.Errorf("%v; want Conflict", err)
		}
	}
	r.leftAlone(before)
}

func TestAFailingDiskIsNoDamage(t *testing.T) {
	t.Parallel()
	for what, prepare := range map[string]func(r *rig) error{
		"a file where the directory belongs": func(r *rig) error { return os.WriteFile(filepath.Dir(r.Path), nil, 0o600) },
		"a directory where the file belongs": func(r *rig) error { return os.MkdirAll(r.Path, 0o700) },
		"a read that the disk fails": func(r *rig) error {
			r.read = func(*bbolt.DB) error { _, err := os.ReadFile(filepath.Join(r.Path, "x")); return err }
			return nil
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			if err := prepare(r); err != nil {
				t.Fatal(err)
			}
			if _, err := r.open(); lineage.KindOf(err) != lineage.Unavailable {
				t.Errorf("%v; want Unavailable", err)
			}
			if len(r.kept()) > 0 || r.log.Len() > 0 {
				t.Errorf("%v was put aside; the log says %s", r.kept(), &r.log)
			}
		})
	}
}

func TestWhatIsRequiredIsNamed(t *testing.T) {
	t.Parallel()
	for field, without := range map[string]func(*boltfile.Config){
		"Path": func(c *boltfile.Config) { c.Path = "" }, "Format": func(c *boltfile.Config) { c.Format = "" },
		"Aside": func(c *boltfile.Config) { c.Aside = "" }, "read": func(*boltfile.Config) {},
	} {
		c := newRig(t).Config
		without(&c)
		if _, err := boltfile.Open(c, nil); lineage.KindOf(err) != lineage.Internal || !strings.Contains(err.Error(), field+" is required") {
			t.Errorf("without %s: %v; want Internal", field, err)
		}
	}
}

func TestAnEarlierFormatIsReadAndIsOfThisOneFromThenOn(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.put("a", "1")
	r.Format, r.Earlier = "2", []string{"1"}
	r.read = func(db *bbolt.DB) error {
		return boltfile.Update(db, func(tx *bbolt.Tx) error { return tx.Bucket([]byte("values")).Put([]byte("b"), []byte("2")) })
	}
	if r.put(); r.got["a"] != "1" || len(r.kept()) > 0 {
		t.Errorf("an earlier one is read as %v, and put aside is %v", r.got, r.kept())
	}
	r.Format, r.Earlier = "1", nil
	if _, err := r.open(); lineage.KindOf(err) != lineage.Conflict {
		t.Errorf("the earlier release opens it: %v", err)
	}
	r.Format = "2"
	if r.put(); r.got["b"] != "2" {
		t.Errorf("it is read as %v", r.got)
	}
}

func TestWhatItsReaderCannotWriteForWantOfADiskIsNoDamage(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.put("a", "1")
	r.read = func(db *bbolt.DB) error {
		return boltfile.Update(db, func(*bbolt.Tx) error {
			return &os.PathError{Op: "write", Path: "box.db", Err: os.ErrPermission}
		})
	}
	if _, err := r.open(); lineage.KindOf(err) != lineage.Unavailable || len(r.kept()) > 0 {
		t.Errorf("%v, and put aside is %v", err, r.kept())
	}
}
