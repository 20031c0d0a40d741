package parquet

import (
	"fmt"
	"math/bits"
)

// beginPage begins with a page of the first kind: levels and values are
// compressed together.
func (c *column) beginPage(h *pageHeader, body []byte) error {
	data, err := c.unpacked(&c.page, body, h.unpacked)
	if err != nil {
		return err
	}
	if c.info.optional {
		if data, err = c.beginLevels(h, data); err != nil {
			return fmt.Errorf("definition levels: %w", err)
		}
	}
	c.nulls = -1
	return c.beginValues(h, data)
}

// beginLevels cuts the definition levels off a page of the first kind.
func (c *column) beginLevels(h *pageHeader, data []byte) (rest []byte, err error) {
	switch h.levels {
	case rleEncoding:
		levels, rest, err := cutSized(data)
		c.levels = hybrid{data: levels, width: 1}
		return rest, err
	case bitPacked:
		n := (h.values + 7) / 8
		if n > len(data) {
			return nil, errValues
		}
		if c.mirror, err = room(c.mem, c.mirror[:0], n); err != nil {
			return nil, err
		}
		for i, b := range data[:n] {
			c.mirror[i] = bits.Reverse8(b)
		}
		c.levels = bitmap(c.mirror, h.values)
		return data[n:], nil
	}
	return nil, fmt.Errorf("unknown encoding %d", h.levels)
}

// beginPageV2 begins with a page of the second kind: only values are compressed.
func (c *column) beginPageV2(h *pageHeader, body []byte) error {
	levels := h.repeated + h.defined
	c.levels = hybrid{data: body[h.repeated:levels], width: 1}
	c.nulls = -1
	if c.info.optional {
		c.nulls = h.nulls
	}
	body = body[levels:]
	if h.plain {
		return c.beginValues(h, body)
	}
	data, err := c.unpacked(&c.page, body, h.unpacked-levels)
	if err != nil {
		return err
	}
	return c.beginValues(h, data)
}

// beginValues begins with the values of a page.
func (c *column) beginValues(h *pageHeader, data []byte) (err error) {
	if int64(h.values) > c.unread {
		return fmt.Errorf("page of %d values, of which the column has %d left", h.values, c.unread)
	}
	if h.values == 0 {
		return nil
	}
	if c.values, err = c.begin(h.encoding, data); err != nil {
		return err
	}
	c.left = h.values
	c.unread -= int64(h.values)
	return nil
}

// take decodes n rows into c.out. The page must have so many left.
func (c *column) take(n int) error {
	c.out = Values{}
	present, err := c.takeLevels(n)
	if err != nil {
		return fmt.Errorf("definition levels: %w", err)
	}
	if c.left -= n; c.left == 0 && c.nulls > 0 {
		return fmt.Errorf("%d nulls less than the page's header says", c.nulls)
	}
	return c.values.decode(c, present)
}

// takeLevels decodes which of n rows are null, and returns how many are not.
func (c *column) takeLevels(n int) (present int, err error) {
	if !c.info.optional || c.levels.repeats(1, n) {
		return n, nil
	}
	levels := c.index[:n]
	if err := c.levels.decode(levels); err != nil {
		return 0, err
	}
	c.out.Null = c.null[:n]
	for i, level := range levels {
		if level > 1 {
			return 0, fmt.Errorf("level %d in a column that has 1", level)
		}
		c.null[i] = level == 0
		present += int(level)
	}
	return present, c.countNulls(n - present)
}

// countNulls compares the nulls found with those a page says it has.
func (c *column) countNulls(n int) error {
	if c.nulls < 0 {
		return nil
	}
	if n > c.nulls {
		return fmt.Errorf("%d nulls more than the page's header says", n-c.nulls)
	}
	c.nulls -= n
	return nil
}
