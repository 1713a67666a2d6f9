package logs

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"throughline/lineage"
)

func TestAnAccountTellsEveryFieldOfAnExecution(t *testing.T) {
	t.Parallel()
	x := &lineage.Execution{}
	fill(reflect.ValueOf(x).Elem())
	plain := newWriter().line(x)
	fields := 0
	leaves(reflect.ValueOf(x).Elem(), "Execution", func(v reflect.Value, path string) {
		fields++
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		v.SetZero()
		if newWriter().line(x) == plain {
			t.Errorf("%s may change and the account stays the same", path)
		}
		v.Set(old)
	})
	if fields < 60 {
		t.Errorf("only %d fields were tried", fields)
	}
}

// fill gives every field a value that is not zero, and every list one element.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8, reflect.Uint64:
		v.SetUint(7)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 1).UTC()))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	default:
		panic(v.Kind())
	}
}

// leaves visits every value that holds no other.
func leaves(v reflect.Value, path string, visit func(v reflect.Value, path string)) {
	switch v.Kind() {
	case reflect.Pointer:
		leaves(v.Elem(), path, visit)
	case reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			visit(v, path)
			return
		}
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, visit)
		}
	default:
		visit(v, path)
	}
}
