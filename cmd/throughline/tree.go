package main

import (
	"slices"
	"strings"
)

// branch is an object of a transaction with what was reached through it.
type branch struct {
	member   *tracedMember
	tie      string // what ties it to the one above it
	children []*branch
	grown    bool // it hangs on the tree
}

// grow makes the tree of a transaction from its anchor. An object hangs on another by a
// relation, as the walk goes: only down or only up from the anchor, and never past a
// leaf. What none brings so hangs as its shortest way says, by a claim or by a relation
// between equals. Those whose way is not shown come apart.
func grow(x *tracedExecution) (root *branch, loose []*branch) {
	g := &grove{x: x, branches: make([]*branch, len(x.Objects)), byName: map[[2]string]int{}}
	for i := range x.Objects {
		m := &x.Objects[i]
		g.branches[i] = &branch{member: m}
		name := [2]string{m.Type, m.ID}
		if _, twice := g.byName[name]; twice {
			g.byName[name] = -1 // relations do not say which
		} else {
			g.byName[name] = i
		}
		if len(m.Why.Steps) == 0 && !m.Why.Cut {
			root = g.branches[i]
		}
	}
	if root == nil { // the built-in flow hangs on a correlation id
		root = &branch{member: &tracedMember{tracedObject: x.Anchor}}
	}
	root.grown = true
	g.root = root
	g.spread(root)
	for again := true; again; {
		again = false
		for _, b := range g.branches {
			if b.grown || len(b.member.Why.Steps) == 0 {
				continue
			}
			step := b.member.Why.Steps[0]
			if parent := g.called(step.Next); parent.grown {
				g.hang(b, parent, b.member.tieOf(step))
				g.spread(b)
				again = true
			}
		}
	}
	for _, b := range g.branches {
		slices.SortStableFunc(b.children, func(a, b *branch) int { return a.member.Rank - b.member.Rank })
		if !b.grown {
			loose = append(loose, b)
		}
	}
	return root, loose
}

// grove is a tree that grows.
type grove struct {
	x        *tracedExecution
	root     *branch
	branches []*branch // by object
	byName   map[[2]string]int
}

// called returns the branch of an object, or the root, which may be none of them.
func (g *grove) called(name tracedObject) *branch {
	for _, b := range g.branches {
		if b.member.goesBy(name) {
			return b
		}
	}
	return g.root
}

func (g *grove) hang(b, parent *branch, tie string) {
	b.tie, b.grown = tie, true
	parent.children = append(parent.children, b)
}

// spread hangs on a branch, and on those that hang on it then, what relations bring:
// first those that say how, then those that only mention.
func (g *grove) spread(from *branch) {
	for reached := []*branch{from}; len(reached) > 0; reached = reached[1:] {
		for _, mentions := range []bool{false, true} {
			for _, r := range g.x.Relations {
				a, b := g.named(r.From.Type, r.From.ID), g.named(r.To.Type, r.To.ID)
				tie := "◂ " + r.Qualifier // of b, which hangs below
				if b == reached[0] {
					a, b = b, a
				} else {
					tie = r.Qualifier + " ▸"
				}
				if a == reached[0] && b != nil && !b.grown && mentions == (r.Qualifier == "mentions") && g.leads(a.member, b.member) {
					g.hang(b, a, tie)
					reached = append(reached, b)
				}
			}
		}
	}
}

func (g *grove) named(typ, id string) *branch {
	if i, ok := g.byName[[2]string{typ, id}]; ok && i >= 0 {
		return g.branches[i]
	}
	return nil
}

// leads tells whether the walk goes from one object on to another of another rank.
func (g *grove) leads(from, to *tracedMember) bool {
	base := g.root.member
	switch {
	case from.Leaf && from != base:
		return false
	case to.Rank > from.Rank:
		return from.Rank >= base.Rank
	case to.Rank < from.Rank:
		return !g.x.unanchored && (from == base || from.Rank < base.Rank)
	default:
		return false
	}
}

// tree draws a transaction's objects from its anchor.
func (s *sheet) tree(x *tracedExecution, t *traced) {
	root, loose := grow(x)
	sign := "◆ "
	if x.unanchored {
		sign = "◇ "
	}
	s.line(append([]piece{{busyInk, "  " + sign}}, s.object(root.member, t)...)...)
	s.children(root, "  ", t)
	for _, b := range loose {
		s.line(append([]piece{{warnInk, "  ? "}}, append(s.object(b.member, t), piece{dimInk, "  what brings it here is not shown"})...)...)
	}
}

func (s *sheet) children(b *branch, indent string, t *traced) {
	for i, child := range b.children {
		bough, below := "├─ ", "│  "
		if i == len(b.children)-1 {
			bough, below = "└─ ", "   "
		}
		line := []piece{{dimInk, indent + bough}, {dimInk, child.tie + " "}}
		s.line(append(line, s.object(child.member, t)...)...)
		s.children(child, indent+below, t)
	}
}

// tieOf says what ties an object to the one above it, as its shortest way has it.
func (m *tracedMember) tieOf(step tracedStep) string {
	switch {
	case step.Says == nil:
		kind, value, _ := strings.Cut(step.Claim, ":")
		return "≈ " + kind + " " + value + " ≈"
	case m.goesBy(step.Says.From):
		return "◂ " + step.Says.Qualifier
	default:
		return step.Says.Qualifier + " ▸"
	}
}

// goesBy tells whether a name is one of the object's.
func (m *tracedMember) goesBy(name tracedObject) bool {
	return slices.ContainsFunc(append([]tracedObject{m.tracedObject}, m.Aliases...), func(o tracedObject) bool {
		return o.Type == name.Type && o.ID == name.ID && o.System == name.System
	})
}

// object is one object: its name, its amount and what is to be known of it.
func (s *sheet) object(m *tracedMember, t *traced) []piece {
	asked := slices.ContainsFunc(t.Matches, func(match tracedMatch) bool { return m.goesBy(match.tracedObject) })
	ink := plainInk
	if asked {
		ink = boldInk
	}
	line := []piece{{ink, nameOf(m.tracedObject)}}
	for _, a := range m.Aliases {
		line = append(line, piece{dimInk, " = " + a.ID + " (" + a.System + ")"})
	}
	if m.Amount != nil {
		line = append(line, piece{plainInk, "  " + m.Amount.Text + " " + m.Amount.Currency})
	}
	if m.Placeholder {
		line = append(line, piece{warnInk, "  ◌ named only"})
	}
	if m.Leaf {
		line = append(line, piece{dimInk, "  ▪ leaf"})
	}
	if asked {
		line = append(line, piece{busyInk, "  ◀"})
	}
	return line
}
