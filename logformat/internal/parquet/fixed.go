package parquet

import "encoding/binary"

// deltas decodes integers from their differences.
type deltas struct{ delta }

func beginDeltas(c *column, data []byte) (decoder, error) {
	return &c.ints, c.ints.begin(data)
}

func (d *deltas) decode(c *column, n int) (err error) {
	numbers := c.deltas.numbers[:n]
	if err := d.delta.decode(numbers); err != nil {
		return err
	}
	if c.made, err = room(c.mem, c.made, 8*n); err != nil {
		return err
	}
	for i, v := range numbers {
		if c.info.Type == Int32 {
			binary.LittleEndian.PutUint32(c.made[4*i:], uint32(v))
		} else {
			binary.LittleEndian.PutUint64(c.made[8*i:], v)
		}
	}
	c.out.List = List{data: c.made[:c.info.Width*n], width: c.info.Width}
	return nil
}

// split decodes values whose first bytes stand together, then their second
// bytes, and so on.
type split struct {
	data   []byte
	values int // in data
	at     int // the next one
}

func beginSplit(c *column, data []byte) (decoder, error) {
	c.split = split{data: data, values: len(data) / c.info.Width}
	return &c.split, nil
}

func (s *split) decode(c *column, n int) (err error) {
	if n > s.values-s.at {
		return errValues
	}
	width := c.info.Width
	if c.made, err = room(c.mem, c.made, n*width); err != nil {
		return err
	}
	for k := range width {
		from := s.data[k*s.values+s.at:][:n]
		for i, b := range from {
			c.made[i*width+k] = b
		}
	}
	s.at += n
	c.out.List = List{data: c.made, width: width}
	return nil
}
