package ocel

// Options bound what is read and say what was mended. Zero values take the
// defaults named here.
type Options struct {
	MaxBytes   int64 // of the file; 2 GiB
	MaxEvents  int   // 10,000,000
	MaxObjects int   // 10,000,000
	MaxNames   int   // relationships and attribute values of one event or object; 1,000,000
	MaxText    int   // bytes of one value; 1 MiB
	MaxName    int   // bytes of an id, a type's or an attribute's name and a qualifier; 1024, as lineage takes of an id

	// Note is told what was not as the standard has it and was taken all the same,
	// once for each kind of thing and type. Nil: nobody is told.
	Note func(sentence string)
}

// WithDefaults fills in what is left open. Its Note says everything once.
func (o Options) WithDefaults() Options {
	orElse(&o.MaxBytes, 2<<30)
	orElse(&o.MaxEvents, 10_000_000)
	orElse(&o.MaxObjects, 10_000_000)
	orElse(&o.MaxNames, 1_000_000)
	orElse(&o.MaxText, 1<<20)
	orElse(&o.MaxName, 1024)
	told, tell := make(map[string]bool), o.Note
	o.Note = func(sentence string) {
		if tell != nil && !told[sentence] {
			told[sentence] = true
			tell(sentence)
		}
	}
	return o
}

func orElse[T int | int64](value *T, standard T) {
	if *value <= 0 {
		*value = standard
	}
}
