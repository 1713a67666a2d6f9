package view

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"throughline/lineage"
)

// Graph is the lineage drawn: a column for each rank, a lane for each system,
// and in their crossings the objects. All measures are pixels.
type Graph struct {
	Width, Height int
	Columns       []Column
	Lanes         []Lane
	Links         []Link
	Nodes         []Node
	Label         string // what a reader who does not see it is told
}

// Column is one rank, headed by the types that are in it.
type Column struct {
	X    int
	Text string
}

// Lane is one system.
type Lane struct {
	Y, Height int
	System    string
	Shade     bool // every other one
}

// Node is one object, or what is too many of them (More > 0).
type Node struct {
	X, Y   int
	Object Object
	Text   string // the id, shortened in its middle
	Note   string // "named only", "leaf", "2 ids"
	More   int
}

// Link is a relation between two nodes.
type Link struct {
	Path      string // of the SVG
	X, Y      int    // of the label
	Qualifier string // "" when there are too many to write them all
	Title     string
}

// The measures of the drawing.
const (
	nodeWidth   = 152
	nodeHeight  = 50
	columnGap   = 50
	rowGap      = 18 // wide enough for a line and its label
	laneHead    = 28
	lanePad     = 14
	columnHead  = 28
	sidePad     = 16
	maxStack    = 6  // objects in one crossing; the rest is counted
	maxLabels   = 24 // links that are still labelled
	maxNodeText = 18 // characters of an id
)

// NewGraph draws an execution.
func NewGraph(e *lineage.Execution, looked lineage.Object) Graph {
	if len(e.Members) == 0 {
		return Graph{}
	}
	d := drawing{at: map[lineage.Object]int{}, cells: map[cell][]int{}}
	d.place(e)
	d.lanes(e)
	d.nodes(e, looked)
	d.links(e.Edges)
	d.graph.Label = "Lineage graph: " + Of(len(e.Members), "object") + ", " + Of(len(d.systems), "system") + ", " +
		Of(len(e.Edges), "relation") + ". The tables of objects and relations say the same."
	return d.graph
}

type cell struct{ lane, column int }

type drawing struct {
	graph   Graph
	ranks   []int
	systems []string
	cells   map[cell][]int         // crossing → members, by index
	at      map[lineage.Object]int // object, under any of its names → node
	depth   []int                  // lane → the most nodes that stand in one crossing
}

// place says which crossing each member stands in. The systems come in the order
// in which the transaction reaches them.
func (d *drawing) place(e *lineage.Execution) {
	first := map[string]int{}
	ranks := map[int][]string{}
	for _, m := range e.Members {
		if r, seen := first[m.Object.System]; !seen || m.Rank < r {
			first[m.Object.System] = m.Rank
		}
		if !slices.Contains(ranks[m.Rank], m.Object.Type) {
			ranks[m.Rank] = append(ranks[m.Rank], m.Object.Type)
		}
	}
	d.systems = slices.SortedFunc(maps.Keys(first), func(a, b string) int {
		return cmp.Or(cmp.Compare(first[a], first[b]), cmp.Compare(a, b))
	})
	d.ranks = slices.Sorted(maps.Keys(ranks))
	for i, m := range e.Members {
		at := cell{slices.Index(d.systems, m.Object.System), slices.Index(d.ranks, m.Rank)}
		d.cells[at] = append(d.cells[at], i)
	}
	for i, r := range d.ranks {
		text := ""
		for j, t := range ranks[r] {
			if j > 0 {
				text += ", "
			}
			text += t
		}
		d.graph.Columns = append(d.graph.Columns, Column{X: d.columnX(i) + nodeWidth/2, Text: shorten(text, 26)})
	}
	d.graph.Width = 2*sidePad + len(d.ranks)*(nodeWidth+columnGap) - columnGap
}

func (d *drawing) columnX(i int) int { return sidePad + i*(nodeWidth+columnGap) }

func (d *drawing) lanes(e *lineage.Execution) {
	d.depth = make([]int, len(d.systems))
	for at, members := range d.cells {
		d.depth[at.lane] = max(d.depth[at.lane], min(len(members), maxStack))
	}
	y := columnHead
	for i, system := range d.systems {
		height := laneHead + d.depth[i]*(nodeHeight+rowGap) - rowGap + lanePad
		name := system
		if name == "" {
			name = "system not told"
		}
		d.graph.Lanes = append(d.graph.Lanes, Lane{Y: y, Height: height, System: name, Shade: i%2 == 0})
		y += height
	}
	d.graph.Height = y
}

func (d *drawing) nodes(e *lineage.Execution, looked lineage.Object) {
	for lane := range d.systems {
		for column := range d.ranks {
			members := d.cells[cell{lane, column}]
			shown := len(members)
			if shown > maxStack {
				shown = maxStack - 1
			}
			y := d.graph.Lanes[lane].Y + laneHead
			for i, m := range members {
				d.at[e.Members[m].Object] = len(d.graph.Nodes)
				for _, alias := range e.Members[m].Aliases {
					d.at[alias] = len(d.graph.Nodes)
				}
				if i < shown {
					d.graph.Nodes = append(d.graph.Nodes, newNode(d.columnX(column), y, newMember(e, e.Members[m], looked)))
					y += nodeHeight + rowGap
				}
			}
			if more := len(members) - shown; more > 0 {
				d.graph.Nodes = append(d.graph.Nodes, Node{X: d.columnX(column), Y: y, More: more, Text: "+ " + Count(more) + " more"})
			}
		}
	}
}

func newNode(x, y int, o Object) Node {
	n := Node{X: x, Y: y, Object: o, Text: shorten(o.ID, maxNodeText)}
	switch {
	case o.Placeholder:
		n.Note = "named only"
	case o.Leaf:
		n.Note = "leaf"
	case len(o.Aliases) > 0:
		n.Note = strconv.Itoa(len(o.Aliases)+1) + " ids"
	}
	return n
}

func (d *drawing) links(edges []lineage.Edge) {
	type key struct {
		from, to  int
		qualifier string
	}
	seen := map[key]bool{}
	for _, e := range edges {
		from, known := d.at[e.From]
		to, both := d.at[e.To]
		k := key{from, to, e.Qualifier}
		if !known || !both || from == to || seen[k] {
			continue
		}
		seen[k] = true
		l := connect(d.graph.Nodes[from], d.graph.Nodes[to])
		l.Qualifier = e.Qualifier
		l.Title = e.From.Type + " " + e.From.ID + " " + e.Qualifier + " " + e.To.Type + " " + e.To.ID
		d.graph.Links = append(d.graph.Links, l)
	}
	if len(d.graph.Links) > maxLabels {
		for i := range d.graph.Links {
			d.graph.Links[i].Qualifier = ""
		}
	}
}

// connect draws a curve from the left node to the right one, and round the right
// side of two that stand in one column. What passes other columns runs in the
// free row above its goal, where it crosses no node.
func connect(a, b Node) Link {
	if a.X > b.X {
		a, b = b, a
	}
	const half = columnGap / 2
	x1, y1 := a.X+nodeWidth, a.Y+nodeHeight/2
	x2, y2 := b.X, b.Y+nodeHeight/2
	if a.X == b.X {
		return Link{Path: move(x1, y1) + curve(x1+half, y1, x1+half, y2, x1, y2), X: x1 + half, Y: (y1+y2)/2 + 4}
	}
	if x2-x1 <= columnGap {
		return Link{Path: move(x1, y1) + curve(x1+half, y1, x2-half, y2, x2, y2), X: x1 + half, Y: (y1+y2)/2 - 4}
	}
	free := b.Y - rowGap/2
	return Link{
		Path: move(x1, y1) + curve(x1+half, y1, x1+half, free, x1+columnGap, free) + " L" + point(x2-columnGap, free) +
			curve(x2-half, free, x2-half, y2, x2, y2),
		X: x2 - columnGap - nodeWidth/2, Y: free + 4,
	}
}

func move(x, y int) string { return "M" + point(x, y) }

func curve(ax, ay, bx, by, x, y int) string {
	return " C" + point(ax, ay) + " " + point(bx, by) + " " + point(x, y)
}

func point(x, y int) string { return strconv.Itoa(x) + "," + strconv.Itoa(y) }

// shorten keeps the beginning and the end of a text, which is where ids differ.
func shorten(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	head := (most - 1) / 2
	return string(r[:head]) + "…" + string(r[len(r)-(most-1-head):])
}
