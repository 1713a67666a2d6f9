package lineage

// union is which nodes are one object while that is being settled.
type union struct {
	g      *Graph
	under  map[int32]int32           // node → another one of its group; a root is under itself
	groups map[int32][]int32         // root → all of its group
	held   map[int32]map[issuer]bool // root → who has given the group an id
}

// issuer is who gives an object one id: a system, within a scope.
type issuer struct{ system, scope int32 }

func newUnion(g *Graph, members []int32) *union {
	u := &union{
		g: g, under: make(map[int32]int32, len(members)), groups: make(map[int32][]int32, len(members)),
		held: make(map[int32]map[issuer]bool, len(members)),
	}
	for _, n := range members {
		u.under[n], u.groups[n] = n, []int32{n}
		u.held[n] = map[issuer]bool{{g.nodes[n].system, g.nodes[n].scope}: true}
	}
	return u
}

func (u *union) root(n int32) int32 {
	for u.under[n] != n {
		u.under[n] = u.under[u.under[n]] // halves the way for the next one
		n = u.under[n]
	}
	return n
}

// conflict tells whether two groups hold an id of one issuer each.
func (u *union) conflict(a, b int32) bool {
	for k := range u.held[b] {
		if u.held[a][k] {
			return true
		}
	}
	return false
}

// apart tells whether a decision keeps two groups from being one.
func (u *union) apart(a, b int32) bool {
	if len(u.g.rulings.apart) == 0 {
		return false
	}
	for _, n := range u.groups[a] {
		not := u.g.rulings.apart[n]
		for _, m := range u.groups[b] {
			if not.has(m) {
				return true
			}
		}
	}
	return false
}

// join makes two groups one, unless a decision keeps them apart.
func (u *union) join(a, b int32) {
	a, b = u.root(a), u.root(b)
	if a == b || u.apart(a, b) {
		return
	}
	if len(u.groups[a]) < len(u.groups[b]) {
		a, b = b, a
	}
	u.under[b] = a
	u.groups[a] = append(u.groups[a], u.groups[b]...)
	delete(u.groups, b)
	for k := range u.held[b] {
		u.held[a][k] = true
	}
}
