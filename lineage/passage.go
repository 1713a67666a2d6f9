package lineage

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// entry names one thing that a catalogue defines.
type entry struct {
	kind string // "type", "flow", "contract" …
	name string
	of   string // signal and version of a contract
}

// prefix begins a sentence about an entry.
func (e entry) prefix() string {
	if e.kind == "" {
		return ""
	}
	return e.kind + " " + e.name + ": "
}

// passage is where an entry stands, and who wrote it.
type passage struct {
	file string
	team string
	node ast.Node // nil of a definition that was read from no file
}

// remark places a sentence at a field of the passage. Of a field that is missing
// the place is the nearest one around it that is there.
func (p passage) remark(w route, text string) Remark {
	f := Remark{File: p.file, Text: text}
	if p.node != nil {
		f.Line, f.Col = position(p.node, w)
	}
	return f
}

// place is where a field of the passage stands, for a sentence about another one.
func (p passage) place(w route) string {
	if p.node == nil {
		return "the built-in definition"
	}
	line, col := position(p.node, w)
	return fmt.Sprintf("%s:%d:%d", p.file, line, col)
}

func (p passage) String() string { return p.place(nil) }

// below is the passage of something within a document.
func (p passage) below(w ...any) passage {
	for _, step := range w {
		if _, value := stepped(p.node, step); value != nil {
			p.node = value
		}
	}
	return p
}

// position follows a way from a node for as long as it is there, and returns line
// and column of the key or the element that it leads to.
func position(node ast.Node, w route) (line, col int) {
	at := start(node)
	for _, step := range w {
		key, value := stepped(node, step)
		if value == nil {
			break
		}
		node, at = value, key
	}
	if at == nil || at.GetToken() == nil || at.GetToken().Position == nil {
		return 1, 1
	}
	return at.GetToken().Position.Line, at.GetToken().Position.Column
}

// start is the node with whose token another begins: a mapping's own is a colon.
func start(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return n.Values[0].Key
		}
	case *ast.MappingValueNode:
		return n.Key
	case *ast.SequenceNode:
		if !n.IsFlowStyle && len(n.Values) > 0 {
			return start(n.Values[0])
		}
	}
	return node
}

// child finds one step below a node: the node to point at, and the one to go on
// from; nil when there is none.
func stepped(node ast.Node, step any) (at, value ast.Node) {
	switch n := plain(node).(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			if keyOf(v) == fmt.Sprint(step) {
				return v.Key, v.Value
			}
		}
	case *ast.MappingValueNode:
		if keyOf(n) == fmt.Sprint(step) {
			return n.Key, n.Value
		}
	case *ast.SequenceNode:
		if i, ok := step.(int); ok && i >= 0 && i < len(n.Values) {
			return start(n.Values[i]), n.Values[i]
		}
	}
	return nil, nil
}

func keyOf(v *ast.MappingValueNode) string {
	if key, ok := v.Key.(*ast.StringNode); ok {
		return key.Value
	}
	return v.Key.String()
}

// plain is a node without the anchor or tag before it.
func plain(node ast.Node) ast.Node {
	for {
		switch n := node.(type) {
		case *ast.AnchorNode:
			node = n.Value
		case *ast.TagNode:
			node = n.Value
		default:
			return node
		}
	}
}
