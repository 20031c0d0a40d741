package parquet

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Type is how values are stored, as parquet.thrift numbers it.
type Type int8

// The physical types.
const (
	Boolean Type = iota
	Int32
	Int64
	Int96
	Float
	Double
	ByteArray
	FixedLenByteArray
	numTypes
)

var typeNames = [numTypes]string{"BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"}

// String returns the name in parquet.thrift.
func (t Type) String() string { return typeName(int64(t)) }

func typeName(t int64) string {
	if t < 0 || t >= int64(numTypes) {
		return strconv.FormatInt(t, 10)
	}
	return typeNames[t]
}

// widths are how many bytes a value of each type takes, where that is one number
// for all. A boolean takes a byte once it is unpacked.
var widths = [numTypes]int{Boolean: 1, Int32: 4, Int64: 8, Int96: 12, Float: 4, Double: 8}

// Column is a leaf of the schema.
type Column struct {
	Name     string
	Type     Type
	Width    int   // of each value in bytes; 0 for ByteArray, whose values differ
	Unsigned bool  // an Int32 or Int64 is to be taken as unsigned
	Ticks    int64 // an Int64 is a point in time, with so many ticks to the second since 1970; else 0
	Flat     bool  // it stands at the top level and does not repeat: Rows can read it
	optional bool
	group    int32 // in File.groups
}

// group is an inner node of the schema.
type group struct {
	name   string
	parent int32 // in File.groups; the root is its own
	left   int64 // children to come
}

// Repetitions of a schema element.
const (
	required = iota
	optional
	repeated
)

// element is a SchemaElement.
type element struct {
	Column
	typ, length int64
	repetition  int64
	children    int64
	isGroup     bool
}

// readSchema reads the list of SchemaElements, a tree written depth first.
func (f *File) readSchema(d *compact, head field) {
	f.columns, f.groups = nil, nil
	at := int32(0)
	d.structures(head, func(i int) {
		e := readElement(d)
		if i == 0 {
			f.groups = []group{{name: e.Name, left: e.children}}
			return
		}
		for f.groups[at].left <= 0 && at != 0 {
			at = f.groups[at].parent
		}
		f.groups[at].left--
		switch {
		case d.err != nil:
		case f.groups[at].left < 0:
			d.fail(errors.New("the schema has more elements than children"))
		case i >= maxElements:
			d.fail(fmt.Errorf("the schema has more than %d elements", maxElements))
		case e.isGroup:
			f.groups = append(f.groups, group{e.Name, at, e.children})
			at = int32(len(f.groups) - 1)
		default:
			d.fail(f.addColumn(e, at))
		}
	})
	for _, g := range f.groups {
		if g.left != 0 {
			d.fail(fmt.Errorf("the schema lacks children of group %s", g.name))
		}
	}
}

func (f *File) addColumn(e element, at int32) error {
	if e.typ < 0 || e.typ >= int64(numTypes) {
		return fmt.Errorf("column %s is of unknown type %d", e.Name, e.typ)
	}
	c := e.Column
	c.Type, c.group = Type(e.typ), at
	c.Width = widths[c.Type]
	if c.Type == FixedLenByteArray {
		c.Width = size(e.length)
		if c.Width <= 0 {
			return fmt.Errorf("column %s has values of %d bytes", e.Name, e.length)
		}
	}
	c.optional = e.repetition == optional
	c.Flat = at == 0 && (e.repetition == optional || e.repetition == required)
	f.columns = append(f.columns, c)
	return nil
}

func readElement(d *compact) (e element) {
	e.typ = -1
	d.structure(func(f field) bool {
		switch f.id {
		case 1:
			e.typ = d.integer(f)
		case 2:
			e.length = d.integer(f)
		case 3:
			e.repetition = d.integer(f)
		case 4:
			e.Name = string(d.binary(f))
		case 5:
			e.children = d.integer(f)
			e.isGroup = true
		case 6:
			e.convert(d.integer(f))
		case 10:
			e.readLogical(d, f)
		default:
			return false
		}
		return true
	})
	e.isGroup = e.isGroup && (e.typ < 0 || e.children > 0) // some writers give leaves 0 children
	return e
}

// maxPath is where the path of a nested column is cut off, in bytes.
const maxPath = 256

// Path is the name of a column with those of the groups it is in, joined by
// dots. Paths of more than 256 bytes lose their beginning.
func (f *File) Path(column int) string {
	c := f.columns[column]
	names := []string{c.Name}
	n := len(c.Name)
	for at := c.group; at != 0 && n < maxPath; at = f.groups[at].parent {
		names = append([]string{f.groups[at].name}, names...)
		n += 1 + len(f.groups[at].name)
	}
	path := strings.Join(names, ".")
	return path[max(0, len(path)-maxPath):]
}
