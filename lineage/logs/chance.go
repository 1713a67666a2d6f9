package logs

import (
	"strconv"

	"throughline/lineage"
)

// Range is how few and how many there are of something.
type Range struct{ Least, Most int }

func (b *book) within(r Range) int { return b.between(r.Least, r.Most) }

func (b *book) between(least, most int) int { return least + b.random.IntN(most-least+1) }

// chance is true in so many of a hundred cases.
func (b *book) chance(percent int) bool { return b.random.IntN(100) < percent }

// next returns the next number of a row, from 1.
func (b *book) next(row string) int {
	b.serial[row]++
	return b.serial[row]
}

// numbered returns an object of a type under the next number of that type.
func (b *book) numbered(typ, prefix string) lineage.Object {
	return object(typ, prefix+strconv.Itoa(b.next(typ)))
}

// any returns one of the objects of a type whose ids run from 1 to count.
func (b *book) any(typ string, count int) lineage.Object {
	return object(typ, typ[:1]+"-"+strconv.Itoa(b.between(1, count)))
}

func object(typ, id string) lineage.Object { return lineage.Object{Type: typ, ID: id} }

// cut splits documents into groups of so many each; the last may be smaller.
func cut(b *book, docs []*doc, size Range) [][]*doc {
	var groups [][]*doc
	for len(docs) > 0 {
		n := min(b.within(size), len(docs))
		groups = append(groups, docs[:n:n])
		docs = docs[n:]
	}
	return groups
}
