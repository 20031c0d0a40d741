package parquet

import (
	"errors"
	"fmt"
)

// readDictionary reads a dictionary page, of which a chunk has at most one.
func (c *column) readDictionary(h *pageHeader, body []byte) error {
	if c.dictionary != 0 {
		return errors.New("a second dictionary")
	}
	if h.encoding != plainEncoding && h.encoding != plainDictionary {
		return fmt.Errorf("dictionary in encoding %d", h.encoding)
	}
	data, err := c.unpacked(&c.wordsData, body, h.unpacked)
	if err != nil {
		return err
	}
	if err := c.cutDictionary(data, h.values); err != nil {
		return fmt.Errorf("dictionary: %w", err)
	}
	c.numbered++
	c.dictionary = c.numbered
	return nil
}

// cutDictionary makes c.words the n values in data, which may be in the window.
func (c *column) cutDictionary(data []byte, n int) (err error) {
	if c.info.Type == Boolean {
		return c.expandDictionary(data, n)
	}
	if c.codec == &codecs[uncompressed] {
		if c.wordsData, err = room(c.mem, c.wordsData[:0], len(data)); err != nil {
			return err
		}
		copy(c.wordsData, data)
		data = c.wordsData
	}
	if c.info.Width == 0 {
		const head = 4 // the length in front of a value
		if n > len(data)/head {
			return errValues
		}
		if c.wordsSpans, err = room(c.mem, c.wordsSpans[:0], n); err != nil {
			return err
		}
	}
	c.words, _, err = cutPlain(data, c.info.Width, n, c.wordsSpans)
	return err
}

// expandDictionary is cutDictionary for booleans, of which a dictionary can hold
// two.
func (c *column) expandDictionary(bits []byte, n int) error {
	const most = 2
	if n > most || n > 8*len(bits) {
		return fmt.Errorf("%d booleans in %d bytes", n, len(bits))
	}
	c.words = List{width: 1}
	for i := range n {
		c.words.data = append(c.words.data, bits[0]>>i&1)
	}
	return nil
}

// indexes decodes values that stand in a dictionary.
type indexes struct{ hybrid }

func beginIndexes(c *column, data []byte) (decoder, error) {
	if c.dictionary == 0 {
		return nil, errors.New("values of a dictionary, and no dictionary before them")
	}
	c.indexes = indexes{}
	if len(data) > 0 { // a page of nulls may have nothing
		c.indexes.width, c.indexes.data = int(data[0]), data[1:]
	}
	if c.indexes.width > 32 {
		return nil, fmt.Errorf("indexes of %d bits", c.indexes.width)
	}
	return &c.indexes, nil
}

func (x *indexes) decode(c *column, n int) error {
	index := c.index[:n]
	if err := x.hybrid.decode(index); err != nil {
		return err
	}
	most := uint32(0)
	for _, k := range index {
		most = max(most, k)
	}
	if n > 0 && uint64(most) >= uint64(c.words.Len()) {
		return fmt.Errorf("value %d of a dictionary that has %d", most, c.words.Len())
	}
	c.out.Index, c.out.List, c.out.Dictionary = index, c.words, c.dictionary
	return nil
}
