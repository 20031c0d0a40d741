package parquet

import (
	"errors"
	"fmt"
)

// maxNesting is how deep values of no interest may be nested in each other.
const maxNesting = 32

// skip reads a value of no interest.
func (d *compact) skip(k kind, nesting int) {
	if nesting == 0 {
		d.fail(errors.New("values are nested too deep"))
		return
	}
	switch k {
	case kindTrue, kindFalse: // said by the kind
	case kindByte:
		d.bytes(1)
	case kindInt16, kindInt32, kindInt64:
		d.uvarint()
	case kindDouble:
		d.bytes(8)
	case kindUUID:
		d.bytes(16)
	case kindBinary:
		d.bytes(d.uvarint())
	case kindList, kindSet:
		n, element := d.listHead()
		d.skipElements(n, nesting, element)
	case kindMap:
		d.skipMap(nesting)
	case kindStruct:
		d.skipStructure(nesting)
	default:
		d.fail(fmt.Errorf("value of unknown kind %d", k))
	}
}

func (d *compact) skipStructure(nesting int) {
	for f := d.field(0); f.kind != kindStop; f = d.field(0) {
		d.skip(f.kind, nesting-1)
	}
}

func (d *compact) skipMap(nesting int) {
	n := d.uvarint()
	if n == 0 {
		return
	}
	kinds := d.byte()
	if n > uint64(d.left()) {
		d.fail(errShort)
		return
	}
	d.skipElements(int(n), nesting, kind(kinds>>4), kind(kinds&15))
}

// skipElements reads n elements, or n times one of each of the kinds.
func (d *compact) skipElements(n, nesting int, kinds ...kind) {
	for i := 0; i < n && d.err == nil; i++ {
		for _, k := range kinds {
			if k == kindTrue || k == kindFalse {
				k = kindByte // elements have no head that could say which
			}
			d.skip(k, nesting-1)
		}
	}
}
