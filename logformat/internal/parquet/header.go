package parquet

import (
	"errors"
	"fmt"
)

// Kinds of pages.
const (
	dataPage       = 0
	dictionaryPage = 2
	dataPageV2     = 3
)

// Where a PageHeader has the head of each kind.
const (
	dataHead       = 5
	dictionaryHead = 7
	dataHeadV2     = 8
)

// pageHeader is a PageHeader with what its page's kind adds to it. Sizes and
// counts that are no int32, or missing, are negative.
type pageHeader struct {
	kind      int
	length    int // of the header, in bytes
	unpacked  int // bytes of the page
	packed    int // bytes of it in the file
	hasSum    bool
	sum       uint32 // CRC-32 of the page in the file
	values    int    // nulls included
	encoding  int
	levels    int  // encoding of the definition levels, before version 2
	nulls     int  // from version 2 on
	defined   int  // bytes of definition levels, from version 2 on
	repeated  int  // bytes of repetition levels, from version 2 on
	plain     bool // version 2: the values are not compressed
	hasDetail bool // the part that belongs to the kind of page is there
}

// readHeader reads the header that data begins with. errShort says that data
// holds only a part of it.
func readHeader(data []byte) (h pageHeader, err error) {
	h = pageHeader{kind: -1, unpacked: -1, packed: -1}
	detail := int16(0)
	d := compact{data: data}
	d.structure(func(f field) bool {
		switch f.id {
		case 1:
			h.kind = size(d.integer(f))
		case 2:
			h.unpacked = size(d.integer(f))
		case 3:
			h.packed = size(d.integer(f))
		case 4:
			h.sum, h.hasSum = uint32(d.integer(f)), true
		case dataHead, dictionaryHead, dataHeadV2:
			detail = f.id
			h.readDetail(&d, f)
		default:
			return false
		}
		return true
	})
	h.length = d.at
	kinds := map[int]int16{dataPage: dataHead, dictionaryPage: dictionaryHead, dataPageV2: dataHeadV2}
	h.hasDetail = kinds[h.kind] == detail
	return h, d.err
}

// details are the members of the three kinds of heads.
func (h *pageHeader) details(head int16) map[int16]*int {
	switch head {
	case dataHead:
		return map[int16]*int{1: &h.values, 2: &h.encoding, 3: &h.levels}
	case dictionaryHead:
		return map[int16]*int{1: &h.values, 2: &h.encoding}
	}
	return map[int16]*int{1: &h.values, 2: &h.nulls, 4: &h.encoding, 5: &h.defined, 6: &h.repeated}
}

func (h *pageHeader) readDetail(d *compact, head field) {
	members := h.details(head.id)
	for _, to := range members {
		*to = -1
	}
	d.inner(head, func(f field) bool {
		if to := members[f.id]; to != nil {
			*to = size(d.integer(f))
			return true
		}
		if head.id == dataHeadV2 && f.id == 7 {
			h.plain = !d.boolean(f)
			return true
		}
		return false
	})
}

// check reports what makes a page unreadable, as far as its header tells.
func (h *pageHeader) check() error {
	switch {
	case h.kind < 0 || h.unpacked < 0 || h.packed < 0:
		return errors.New("the page header lacks the page's kind or size")
	case h.unpacked > maxPage || h.packed > maxPage:
		return fmt.Errorf("page of %d bytes, %d as stored, more than %d", h.unpacked, h.packed, maxPage)
	case h.kind != dataPage && h.kind != dictionaryPage && h.kind != dataPageV2:
		return nil // an index: it is skipped
	case !h.hasDetail || h.values < 0 || h.encoding < 0:
		return errors.New("the page header lacks the number of values or their encoding")
	case h.kind == dataPageV2 && (h.nulls < 0 || h.defined < 0 || h.repeated < 0 || h.defined > h.packed-h.repeated || h.defined > h.unpacked-h.repeated):
		return errors.New("the levels do not fit in the page")
	}
	return nil
}
