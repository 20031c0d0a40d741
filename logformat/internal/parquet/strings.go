package parquet

import "fmt"

// lengths decodes DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
type lengths struct {
	sizes delta
	data  []byte
}

func beginLengths(c *column, data []byte) (decoder, error) {
	return &c.lengths, c.lengths.begin(data)
}

func (l *lengths) begin(data []byte) (err error) {
	if err = l.sizes.begin(data); err == nil {
		l.data, err = l.sizes.rest()
	}
	return err
}

// cut decodes the next values into views of l.data, which it then cuts off.
func (l *lengths) cut(spans []span, numbers []uint64) (data []byte, err error) {
	if err := l.sizes.decode(numbers); err != nil {
		return nil, err
	}
	at := 0
	for i, n := range numbers {
		if n > uint64(len(l.data)-at) {
			return nil, fmt.Errorf("value of %d bytes in a page that has %d left", int64(n), len(l.data)-at)
		}
		spans[i] = span{uint32(at), uint32(n)}
		at += int(n)
	}
	data, l.data = l.data[:at], l.data[at:]
	return data, nil
}

func (l *lengths) decode(c *column, n int) error {
	data, err := l.cut(c.spans[:n], c.deltas.numbers[:n])
	c.out.List = List{data: data, spans: c.spans[:n]}
	return err
}

// prefixes decodes DELTA_BYTE_ARRAY: of each value how much it shares with the
// one before, then the rest of each.
type prefixes struct {
	shared delta
	rest   lengths
	last   []byte // the value decoded last
}

func beginPrefixes(c *column, data []byte) (decoder, error) {
	p := &c.prefixes
	p.last = p.last[:0]
	err := p.shared.begin(data)
	if err == nil {
		data, err = p.shared.rest()
	}
	if err == nil {
		err = p.rest.begin(data)
	}
	return p, err
}

func (p *prefixes) decode(c *column, n int) error {
	if c.info.Width > 0 {
		return p.decodeFixed(c, n)
	}
	return p.join(c, n)
}

// join puts the next n values together in c.made.
func (p *prefixes) join(c *column, n int) error {
	spans, shared := c.spans[:n], c.deltas.shared[:n]
	if err := p.shared.decode(shared); err != nil {
		return err
	}
	data, err := p.rest.cut(spans, c.deltas.numbers[:n])
	if err != nil {
		return err
	}
	c.made = c.made[:0]
	before := p.last
	for i, s := range spans {
		if shared[i] > uint64(len(before)) {
			return fmt.Errorf("value that shares %d bytes with one of %d", int64(shared[i]), len(before))
		}
		at := len(c.made)
		if at+int(shared[i])+int(s.n) > maxPage {
			return fmt.Errorf("values of more than %d bytes in %d rows", maxPage, n)
		}
		if c.made, err = room(c.mem, c.made, at+int(shared[i])+int(s.n)); err != nil {
			return err
		}
		copy(c.made[at:], before[:shared[i]])
		copy(c.made[at+int(shared[i]):], data[s.off:s.off+s.n])
		before = c.made[at:]
		spans[i] = span{uint32(at), uint32(len(before))}
	}
	c.out.List = List{data: c.made, spans: spans}
	return p.keep(c, before)
}

// keep notes the last value for the next rows.
func (p *prefixes) keep(c *column, last []byte) (err error) {
	if p.last, err = room(c.mem, p.last[:0], len(last)); err == nil {
		copy(p.last, last)
	}
	return err
}

// decodeFixed is decode for values that must have one width.
func (p *prefixes) decodeFixed(c *column, n int) error {
	if err := p.join(c, n); err != nil {
		return err
	}
	for _, s := range c.out.List.spans {
		if int(s.n) != c.info.Width {
			return fmt.Errorf("value of %d bytes in a column of %d", s.n, c.info.Width)
		}
	}
	return nil
}
