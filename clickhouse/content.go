package clickhouse

import (
	"strconv"
	"strings"

	"throughline/lineage"
)

// What an event says but for its payload and envelope is one text in the table evidence,
// made of texts with their lengths before them, as in "5:order0:": first what it says
// once, then how many there are of what it says several times, then these, column by
// column as in query/events.sql. Of an event that is mapped anew, only its mapping is
// told. schema/0043_evidence.sql makes the same; there ids of traces and spans lose the
// zeros that they end with.

// told is how many texts come before the columns.
const told = 26

// appendContent appends the content of an event.
func appendContent(to []byte, e *lineage.Stored) []byte {
	c := content{to}
	was, came := e.Event, e.Event
	if e.Generation != 0 {
		came = &lineage.Event{}
	}
	c.texts(came.Source, came.ID, came.Kind.String(), came.Type)
	c.numbers(nanos(came.Time), nanos(came.Recorded), nanos(came.Ingested))
	c.texts(was.Stage, string(was.Outcome))
	c.numbers(int64(was.Attempt), int64(was.Answer), was.Amount.Minor)
	c.texts(was.Amount.Currency, was.Reason, was.Correlation, came.Causation)
	c.texts(strings.TrimRight(string(came.TraceID[:]), "\x00"), strings.TrimRight(string(came.SpanID[:]), "\x00"))
	c.texts(was.Contract, strconv.FormatUint(came.Hash, 10))
	ofRefs := amounts(was.Refs, func(r *lineage.Ref) lineage.Money { return r.Amount })
	ofRelations := amounts(was.Relations, func(r *lineage.Relation) lineage.Money { return r.Amount })
	c.numbers(int64(len(was.Refs)), int64(len(was.Relations)), int64(len(was.Equalities)), int64(len(ofRefs)), int64(len(ofRelations)), int64(len(came.Links)))

	c.objects(len(was.Refs), func(i int) *lineage.Object { return &was.Refs[i].Object })
	for i := range was.Refs {
		c.texts(string(was.Refs[i].Role))
	}
	c.objects(len(was.Relations), func(i int) *lineage.Object { return &was.Relations[i].From })
	c.objects(len(was.Relations), func(i int) *lineage.Object { return &was.Relations[i].To })
	for i := range was.Relations {
		c.texts(was.Relations[i].Qualifier)
	}
	c.objects(2*len(was.Equalities), func(i int) *lineage.Object {
		if i%2 == 0 {
			return &was.Equalities[i/2].A
		}
		return &was.Equalities[i/2].B
	})
	for i := range was.Equalities {
		c.numbers(int64(was.Equalities[i].Priority))
	}
	c.amounts(ofRefs)
	c.amounts(ofRelations)
	for _, trace := range came.Links {
		c.texts(trace.String())
	}
	return c.to
}

// content is written text by text.
type content struct{ to []byte }

func (c *content) texts(all ...string) {
	for _, s := range all {
		c.to = append(append(strconv.AppendInt(c.to, int64(len(s)), 10), ':'), s...)
	}
}

func (c *content) numbers(all ...int64) {
	var digits [20]byte
	for _, v := range all {
		n := strconv.AppendInt(digits[:0], v, 10)
		c.to = append(append(strconv.AppendInt(c.to, int64(len(n)), 10), ':'), n...)
	}
}

func (c *content) objects(n int, at func(int) *lineage.Object) {
	for i := range n {
		c.texts(at(i).Type)
	}
	for i := range n {
		c.texts(at(i).System)
	}
	for i := range n {
		c.texts(at(i).Scope)
	}
	for i := range n {
		c.texts(at(i).ID)
	}
}

func (c *content) amounts(all []lineage.Money) {
	for _, m := range all {
		c.numbers(m.Minor)
	}
	for _, m := range all {
		c.texts(m.Currency)
	}
}

// amounts are what is told to go to each of a list; where none is told there are none.
func amounts[T any](all []T, of func(*T) lineage.Money) []lineage.Money {
	for i := range all {
		if of(&all[i]) == (lineage.Money{}) {
			continue
		}
		each := make([]lineage.Money, len(all))
		for i := range all {
			each[i] = of(&all[i])
		}
		return each
	}
	return nil
}

// readContent reads what appendContent wrote.
func readContent(op, text string) (*lineage.Event, error) {
	var words []string
	for rest := text; rest != ""; {
		size, after, _ := strings.Cut(rest, ":")
		n, err := strconv.Atoi(size)
		if err != nil || n < 0 || n > len(after) {
			return nil, lineage.Errorf(lineage.Internal, op, "evidence %q has no text of %q bytes", text, size)
		}
		words, rest = append(words, after[:n]), after[n:]
	}
	if len(words) < told {
		return nil, lineage.Errorf(lineage.Internal, op, "evidence of %d texts: at least %d are needed", len(words), told)
	}
	s, e := eventScan{words: words[told:]}, &lineage.Event{}
	r := contentReader{words: words}
	e.Source, e.ID, e.Kind, e.Type = r.text(), r.text(), kindNamed(r.text()), r.text()
	e.Time, e.Recorded, e.Ingested = moment(r.number()), moment(r.number()), moment(r.number())
	e.Stage, e.Outcome = r.text(), lineage.Outcome(r.text())
	e.Attempt, e.Answer, e.Amount.Minor = int(r.number()), int(r.number()), r.number()
	e.Amount.Currency, e.Reason, e.Correlation, e.Causation = r.text(), r.text(), r.text(), r.text()
	copy(e.TraceID[:], r.text())
	copy(e.SpanID[:], r.text())
	e.Contract, e.Hash = r.text(), r.count()
	for _, n := range [...]*uint64{&s.refs, &s.relations, &s.equalities, &s.refAmounts, &s.amounts, &s.links} {
		*n = r.count()
	}
	if r.err != nil {
		return nil, lineage.E(lineage.Internal, op, r.err)
	}
	return e, s.objects(e)
}

// contentReader takes texts one by one.
type contentReader struct {
	words []string
	err   error
}

func (r *contentReader) text() string {
	first := r.words[0]
	r.words = r.words[1:]
	return first
}

func (r *contentReader) number() int64 {
	n, err := strconv.ParseInt(r.text(), 10, 64)
	if err != nil {
		r.err = err
	}
	return n
}

func (r *contentReader) count() uint64 {
	n, err := strconv.ParseUint(r.text(), 10, 64)
	if err != nil {
		r.err = err
	}
	return n
}
