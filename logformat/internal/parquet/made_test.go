package parquet

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// A member is a member of a structure, in Thrift's compact protocol.
type member struct {
	id   int16
	kind kind
	body []byte
}

func number32(id int16, v int64) member {
	return member{id, kindInt32, binary.AppendVarint(nil, v)}
}

func number64(id int16, v int64) member {
	return member{id, kindInt64, binary.AppendVarint(nil, v)}
}

func textOf(id int16, s string) member {
	return member{id, kindBinary, append(binary.AppendUvarint(nil, uint64(len(s))), s...)}
}

func flag(id int16, v bool) member {
	if v {
		return member{id: id, kind: kindTrue}
	}
	return member{id: id, kind: kindFalse}
}

func inner(id int16, members ...member) member {
	return member{id, kindStruct, structure(members...)}
}

func listOf(id int16, element kind, elements ...[]byte) member {
	head := []byte{byte(len(elements))<<4 | byte(element)}
	if len(elements) >= 15 {
		head = binary.AppendUvarint([]byte{15<<4 | byte(element)}, uint64(len(elements)))
	}
	return member{id, kindList, slices.Concat(head, bytes.Join(elements, nil))}
}

// structure writes members, in the short form where there is one.
func structure(members ...member) (b []byte) {
	last := int16(0)
	for _, m := range members {
		if d := m.id - last; d > 0 && d < 16 {
			b = append(b, byte(d)<<4|byte(m.kind))
		} else {
			b = binary.AppendVarint(append(b, byte(m.kind)), int64(m.id))
		}
		b = append(b, m.body...)
		last = m.id
	}
	return append(b, 0)
}

// A madeColumn is a column of a file that is written by hand.
type madeColumn struct {
	name       string
	typ        Type
	repetition int64
	schema     []member // more of its SchemaElement
	codec      int64
	values     int64
	pages      [][]byte
	dictionary bool     // the first page is a dictionary, and the metadata say where
	metadata   []member // more of its ColumnMetaData, or others: the last of an id counts
	chunk      []member // more of its ColumnChunk
}

// A madeGroup is a row group of a file that is written by hand.
type madeGroup struct {
	rows    int64
	columns []madeColumn
}

// file writes a file of one row group.
func file(rows int64, columns ...madeColumn) []byte { return fileOf(madeGroup{rows, columns}) }

// fileOf writes a file whose row groups have the same columns.
func fileOf(groups ...madeGroup) []byte {
	out := []byte("PAR1")
	columns := groups[0].columns
	schema := [][]byte{structure(textOf(4, "root"), number32(5, int64(len(columns))))}
	for _, c := range columns {
		schema = append(schema, structure(append([]member{number32(1, int64(c.typ)), number32(2, fixedWidth), number32(3, c.repetition), textOf(4, c.name)}, c.schema...)...))
	}
	var rowGroups [][]byte
	for _, g := range groups {
		var chunks [][]byte
		for _, c := range g.columns {
			chunks = append(chunks, c.describe(int64(len(out))))
			out = append(out, bytes.Join(c.pages, nil)...)
		}
		rowGroups = append(rowGroups, structure(listOf(1, kindStruct, chunks...), number64(2, 0), number64(3, g.rows)))
	}
	return finish(out, structure(number32(1, 1), listOf(2, kindStruct, schema...), number64(3, 0), listOf(4, kindStruct, rowGroups...)))
}

// describe returns the ColumnChunk of a column whose pages begin at an offset.
func (c *madeColumn) describe(at int64) []byte {
	n := int64(0)
	for _, p := range c.pages {
		n += int64(len(p))
	}
	metadata := []member{number32(1, int64(c.typ)), number32(4, c.codec), number64(5, c.values), number64(7, n)}
	if c.dictionary {
		metadata = append(metadata, number64(9, at+int64(len(c.pages[0]))), number64(11, at))
	} else {
		metadata = append(metadata, number64(9, at))
	}
	metadata = append(metadata, c.metadata...)
	return structure(append([]member{number64(2, 0), inner(3, metadata...)}, c.chunk...)...)
}

// finish puts a footer behind pages.
func finish(pages, footer []byte) []byte {
	out := slices.Concat(pages, footer)
	return append(binary.LittleEndian.AppendUint32(out, uint32(len(footer))), "PAR1"...)
}

// page writes a page with the head of its kind.
func page(kind int64, body []byte, members ...member) []byte {
	head := []member{number32(1, kind), number32(2, int64(len(body))), number32(3, int64(len(body)))}
	return append(structure(append(head, members...)...), body...)
}

// dataOf writes a data page of the first version.
func dataOf(values, encoding, levels int64, body ...byte) []byte {
	return page(dataPage, body, inner(dataHead, number32(1, values), number32(2, encoding), number32(3, levels), number32(4, rleEncoding)))
}

// dictionaryOf writes a dictionary page.
func dictionaryOf(values int64, body ...byte) []byte {
	return page(dictionaryPage, body, inner(dictionaryHead, number32(1, values), number32(2, plainEncoding)))
}

// dataV2Of writes a data page of the second version. unpacked is its size before
// its values were compressed.
func dataV2Of(values, nulls, encoding int64, levels, body []byte, unpacked int, compressed bool) []byte {
	h := structure(number32(1, dataPageV2), number32(2, int64(unpacked)), number32(3, int64(len(levels)+len(body))),
		inner(dataHeadV2, number32(1, values), number32(2, nulls), number32(3, values), number32(4, encoding), number32(5, int64(len(levels))), number32(6, 0), flag(7, compressed)))
	return slices.Concat(h, levels, body)
}

// int32s are values in the encoding PLAIN.
func int32s(values ...int32) (b []byte) {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// plainTexts are values in the encoding PLAIN.
func plainTexts(values ...string) (b []byte) {
	for _, v := range values {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(v))), v...)
	}
	return b
}
