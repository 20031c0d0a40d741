package parquet

import (
	"errors"
	"fmt"
	"hash/crc32"
)

// deltaSpace is where deltas are decoded: columns use it in turn.
type deltaSpace struct{ numbers, shared [MaxRows]uint64 }

// column reads the values of one column, row group by row group and page by page.
type column struct {
	info   *Column
	mem    *memory
	unpack *unpacker
	deltas *deltaSpace
	win    window
	codec  *codec
	at     int64 // where the next page stands
	end    int64 // where the chunk's pages end
	unread int64 // values of the chunk that are in pages behind this one

	words      List // the dictionary
	wordsData  []byte
	wordsSpans []span
	dictionary int // its number; 0 while this chunk has none
	numbered   int // dictionaries so far

	begun  int64  // where this page stands
	left   int    // rows of this page that are not decoded
	levels hybrid // definition levels: 1 for a value, 0 for a null
	nulls  int    // that are still to come by the page's header; -1 if it does not say
	values decoder
	page   []byte // unpacked
	mirror []byte // definition levels in the usual order of bits
	out    Values
	made   []byte // values that had to be made of what the page holds
	null   [MaxRows]bool
	index  [MaxRows]uint32
	spans  [MaxRows]span

	plain    plain
	booleans booleans
	indexes  indexes
	ints     deltas
	lengths  lengths
	prefixes prefixes
	split    split
}

// open begins with the column's chunk of a row group.
func (c *column) open(k *chunk) (err error) {
	c.left, c.unread, c.dictionary = 0, k.values, 0
	if c.codec, err = codecOf(k.codec); err != nil {
		return err
	}
	c.at = k.begin()
	c.end = c.win.end
	if k.size > 0 && k.size < c.end-c.at {
		c.end = c.at + k.size
	}
	c.win.forget(c.at, c.end)
	return nil
}

// ready makes sure that there are rows to decode.
func (c *column) ready() error {
	for c.left == 0 {
		c.begun = c.at
		if err := c.nextPage(); err != nil {
			return err
		}
	}
	return nil
}

// nextPage reads a page of any kind.
func (c *column) nextPage() error {
	if c.at >= c.end {
		return fmt.Errorf("the pages end before the last %d values", c.unread)
	}
	h, err := c.header()
	if err == nil {
		err = h.check()
	}
	if err != nil {
		return err
	}
	body, err := c.win.bytes(c.at+int64(h.length), h.packed)
	if err != nil {
		return err
	}
	body = body[:h.packed]
	if h.hasSum && crc32.ChecksumIEEE(body) != h.sum {
		return errors.New("the page does not have its checksum")
	}
	c.at += int64(h.length) + int64(h.packed)
	switch h.kind {
	case dataPage:
		return c.beginPage(&h, body)
	case dataPageV2:
		return c.beginPageV2(&h, body)
	case dictionaryPage:
		return c.readDictionary(&h, body)
	}
	return nil
}

// header reads the header of the next page.
func (c *column) header() (h pageHeader, err error) {
	const usual = 64 // bytes
	most := int(min(c.win.end-c.at, maxHeader))
	for n := usual; ; n *= 2 {
		data, err := c.win.bytes(c.at, min(n, most))
		if err != nil {
			return h, err
		}
		n = len(data)
		if h, err = readHeader(data); err == nil {
			return h, nil
		}
		if !errors.Is(err, errShort) || n >= most {
			return h, fmt.Errorf("page header of %d bytes or more: %w", n, err)
		}
	}
}

// unpacked decompresses the page, or part of a page, that is src into n bytes of
// buf. What it returns is a view of src if there was nothing to do.
func (c *column) unpacked(buf *[]byte, src []byte, n int) ([]byte, error) {
	if c.codec == &codecs[uncompressed] {
		if len(src) != n {
			return nil, fmt.Errorf("page of %d bytes: %w", len(src), errSize)
		}
		return src, nil
	}
	if n == 0 { // some writers compress nothing to nothing
		return nil, nil
	}
	dst, err := room(c.mem, (*buf)[:0], n)
	if err != nil {
		return nil, err
	}
	*buf = dst
	if err := c.codec.unpack(c.unpack, dst, src); err != nil {
		return nil, fmt.Errorf("unpack a page with %s: %w", c.codec.name, err)
	}
	return dst, nil
}
