package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// kind is how a value is written in Thrift's compact protocol.
type kind uint8

const (
	kindStop kind = iota // the end of a structure
	kindTrue
	kindFalse
	kindByte
	kindInt16
	kindInt32
	kindInt64
	kindDouble
	kindBinary
	kindList
	kindSet
	kindMap
	kindStruct
	kindUUID
)

var errShort = errors.New("cut short")

// compact reads Thrift's compact protocol, in which footers and page headers
// are written. Lengths and counts are checked against the bytes there are:
// every element takes at least one.
type compact struct {
	data []byte
	at   int
	err  error // the first one: nothing is read behind it
}

// field is the head of a member of a structure.
type field struct {
	id   int16
	kind kind
}

// structure reads a structure. It shows read the head of each member; those
// that read does not consume, which it reports, are skipped.
func (d *compact) structure(read func(f field) bool) {
	var f field
	for d.err == nil {
		if f = d.field(f.id); f.kind == kindStop {
			return
		}
		if !read(f) {
			d.skip(f.kind, maxNesting)
		}
	}
}

// inner reads the structure that is the member f.
func (d *compact) inner(f field, read func(f field) bool) {
	if f.kind != kindStruct {
		d.unexpected(f)
		return
	}
	d.structure(read)
}

// field reads the head of the member behind that with the id before.
func (d *compact) field(before int16) field {
	b := d.byte()
	f := field{before + int16(b>>4), kind(b & 15)}
	if b != 0 && b>>4 == 0 {
		f.id = int16(d.zigzag())
	}
	if d.err != nil {
		f.kind = kindStop
	}
	return f
}

// integer reads a number of any width.
func (d *compact) integer(f field) int64 {
	switch f.kind {
	case kindByte:
		return int64(int8(d.byte()))
	case kindInt16, kindInt32, kindInt64:
		return d.zigzag()
	}
	d.unexpected(f)
	return 0
}

func (d *compact) boolean(f field) bool {
	if f.kind != kindTrue && f.kind != kindFalse {
		d.unexpected(f)
	}
	return f.kind == kindTrue
}

// binary reads a string. It is a view into the data.
func (d *compact) binary(f field) []byte {
	if f.kind != kindBinary {
		d.unexpected(f)
		return nil
	}
	return d.bytes(d.uvarint())
}

// structures reads a list of structures, each of which read must consume.
func (d *compact) structures(f field, read func(i int)) {
	if f.kind != kindList {
		d.unexpected(f)
		return
	}
	n, element := d.listHead()
	if n > 0 && element != kindStruct {
		d.unexpected(f)
	}
	for i := 0; i < n && d.err == nil; i++ {
		read(i)
	}
}

// listHead reads how many elements a list has, and their kind.
func (d *compact) listHead() (int, kind) {
	b := d.byte()
	n := uint64(b >> 4)
	if n == 15 {
		n = d.uvarint()
	}
	if n > uint64(d.left()) {
		d.fail(errShort)
		return 0, 0
	}
	return int(n), kind(b & 15)
}

// zigzag reads a signed number.
func (d *compact) zigzag() int64 { return unzigzag(d.uvarint()) }

func unzigzag(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }

func (d *compact) uvarint() uint64 {
	v, n := binary.Uvarint(d.data[d.at:])
	if n < 0 {
		d.fail(errors.New("number of more than 64 bits"))
	}
	if n == 0 {
		d.fail(errShort)
	}
	if d.err != nil {
		return 0
	}
	d.at += n
	return v
}

func (d *compact) byte() byte {
	if b := d.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

// bytes returns the next n bytes, or nil if there are not so many.
func (d *compact) bytes(n uint64) []byte {
	if n > uint64(d.left()) {
		d.fail(errShort)
	}
	if d.err != nil {
		return nil
	}
	d.at += int(n)
	return d.data[d.at-int(n) : d.at]
}

func (d *compact) left() int { return len(d.data) - d.at }

func (d *compact) unexpected(f field) {
	d.fail(fmt.Errorf("field %d is of kind %d", f.id, f.kind))
}

func (d *compact) fail(err error) {
	if d.err == nil && err != nil {
		d.err = err
		d.at = len(d.data)
	}
}

// size turns a number of bytes or values that a file states into an int, or a
// negative number if it is no int32, which is what the format gives it.
func size(v int64) int {
	if v > math.MaxInt32 || v < 0 {
		return -1
	}
	return int(v)
}
