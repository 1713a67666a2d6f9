package storetest

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What a sample never sets would come back by chance: as nothing.
func TestSamplesSetEveryField(t *testing.T) {
	t.Parallel()
	setsAll(t, events)
	setsAll(t, transitions, "Seq", "ID", "Clock.Before", "Clock.Means") // the test's to set, and the last two are never told
	setsAll(t, incidents, "Version")
	setsAll(t, queues, "At")
}

func setsAll[T any](t *testing.T, of *rapid.Generator[T], but ...string) {
	t.Helper()
	set := map[string]bool{}
	for seed := range 100 {
		fields(reflect.ValueOf(of.Example(seed)), "", set)
	}
	for name, set := range set {
		if !set && !slices.Contains(but, name) {
			t.Errorf("%T.%s is never set", *new(T), name)
		}
	}
}

// fields notes of every field within v whether it is set.
func fields(v reflect.Value, path string, set map[string]bool) {
	for i := range v.NumField() {
		name, field := path+v.Type().Field(i).Name, v.Field(i)
		if _, leaf := field.Interface().(time.Time); field.Kind() == reflect.Struct && !leaf {
			fields(field, name+".", set)
			continue
		}
		set[name] = set[name] || !field.IsZero()
	}
}
