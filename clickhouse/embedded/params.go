package embedded

import (
	"runtime"
	"unsafe"
)

// param is one value for a {name:Type} placeholder, in ClickHouse's escaped text
// form (tab-separated escapes), as HTTP's param_ arguments carry it.
type param struct{ name, value string }

type params []param

// pinned is params as the C interface takes them: four parallel arrays.
type pinned struct {
	pins              *runtime.Pinner
	names, nameLens   unsafe.Pointer
	values, valueLens unsafe.Pointer
	count             uintptr
}

// pin lays the parameters out for one call; unpin has to follow it.
func (ps params) pin() pinned {
	texts, lengths := make([]unsafe.Pointer, 2*len(ps)), make([]uintptr, 2*len(ps))
	pins := &runtime.Pinner{}
	put := func(at int, text string) {
		// An empty value is a value: it needs an address too.
		bytes := append([]byte(text), 0)
		pins.Pin(&bytes[0])
		texts[at], lengths[at] = unsafe.Pointer(&bytes[0]), uintptr(len(text))
	}
	for i, p := range ps {
		put(i, p.name)
		put(len(ps)+i, p.value)
	}
	pins.Pin(&texts[0])
	pins.Pin(&lengths[0])
	return pinned{
		pins:  pins,
		names: unsafe.Pointer(&texts[0]), nameLens: unsafe.Pointer(&lengths[0]),
		values: unsafe.Pointer(&texts[len(ps)]), valueLens: unsafe.Pointer(&lengths[len(ps)]),
		count: uintptr(len(ps)),
	}
}

func (p pinned) unpin() { p.pins.Unpin() }
