package lineage

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Unlike writes out in what two values differ, or nothing. cmp.Diff alone takes most of
// the time of a proof to find that they do not, since it is made to explain.
func Unlike(want, got any) string {
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return cmp.Diff(want, got)
}

func TestAProofIsNotBlind(t *testing.T) {
	t.Parallel()
	of := func(id string) map[string]any { return map[string]any{"x": &Execution{Anchor: Object{ID: id}}} }
	if diff := Unlike(of("1"), of("1")); diff != "" {
		t.Errorf("what is the same differs:\n%s", diff)
	}
	if diff := Unlike(of("1"), of("2")); !strings.Contains(diff, `ID:`) {
		t.Errorf("another anchor is no difference: %q", diff)
	}
}
