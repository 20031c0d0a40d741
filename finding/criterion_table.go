package finding

import (
	_ "embed" // the table of attributes
	"fmt"
	"slices"
	"strings"
)

// Kind says how an attribute's values are compared.
type Kind uint8

// The kinds. What is compared as a number is a float64.
const (
	KindString   Kind = iota
	KindBool          // "true" or "false"
	KindNumber        //
	KindTime          // a number: Unix milliseconds
	KindSeverity      // a number; a whole one stands for its band, 7 for all from 7.0 up to 8
)

// Numeric reports whether values of the kind are compared as numbers.
func (k Kind) Numeric() bool { return k >= KindNumber }

// An Attribute is something of a finding that criteria can ask for.
type Attribute struct {
	Path string // GuardDuty's name: dots separate the members that lead to it
	Kind Kind

	members string // the path in the finding's JSON
}

// The table of attributes: a line holds path, kind and, where it is not the
// path, the way through the finding's JSON, separated by tabs. The names are
// those of the API reference of 2022, of the CreateFilter page of 2024 and of
// the AWS SDK for Go v1.78.2 (CreateFilter and ListFindings); a kind is that of
// the member in the SDK's Finding.
//
//go:embed criterion_attributes.txt
var attributeTable string

var attributes, attributeTree = mustReadTable(attributeTable)

// Attributes lists all attributes by path. The caller must not write to it.
func Attributes() []*Attribute { return attributes }

// LookupAttribute finds an attribute by its path, which is case-sensitive. It
// returns nil for a path that criteria can't use.
func LookupAttribute(path string) *Attribute {
	i, ok := slices.BinarySearchFunc(attributes, path, func(a *Attribute, path string) int { return strings.Compare(a.Path, path) })
	if !ok {
		return nil
	}
	return attributes[i]
}

var kindNames = map[string]Kind{"string": KindString, "bool": KindBool, "number": KindNumber, "time": KindTime, "severity": KindSeverity}

// An attributeNode is a member on the way to attributes: children by member name in lower
// case, for the wire writes some names (hostIPC) unlike the attribute (hostIpc).
type attributeNode struct {
	children   map[string]*attributeNode
	attributes []*Attribute
}

// mustReadTable panics on a broken table: it is part of the program.
func mustReadTable(table string) ([]*Attribute, *attributeNode) {
	var list []*Attribute
	tree := &attributeNode{}
	for line := range strings.Lines(table) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) < 2 {
			panic(fmt.Sprintf("attribute table: %q has no kind", line))
		}
		kind, ok := kindNames[f[1]]
		if !ok {
			panic(fmt.Sprintf("attribute table: %q has no such kind", line))
		}
		a := &Attribute{Path: f[0], Kind: kind, members: f[len(f)-1]}
		if len(f) == 2 {
			a.members = a.Path
		}
		list = append(list, a)
		tree.add(a)
	}
	slices.SortFunc(list, func(a, b *Attribute) int { return strings.Compare(a.Path, b.Path) })
	return list, tree
}

func (n *attributeNode) add(a *Attribute) {
	for name := range strings.SplitSeq(strings.ToLower(a.members), ".") {
		if n.children == nil {
			n.children = map[string]*attributeNode{}
		}
		next := n.children[name]
		if next == nil {
			next = &attributeNode{}
			n.children[name] = next
		}
		n = next
	}
	n.attributes = append(n.attributes, a)
}
