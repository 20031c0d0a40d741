package index

import "sync"

// Key is a resource of an account.
type Key struct{ Account, ID, Kind string }

// directory numbers resources: there are many, so that segments that each have
// names of their own could not be counted together fast. It only grows; Views
// that are made from one another share it.
type directory struct {
	mu      sync.Mutex
	numbers map[Key]uint32
	keys    []Key
}

func (d *directory) number(k Key) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, ok := d.numbers[k]
	if !ok {
		if d.numbers == nil {
			d.numbers = map[Key]uint32{}
		}
		n = uint32(len(d.keys))
		d.numbers[k] = n
		d.keys = append(d.keys, k)
	}
	return n
}

// all are the keys by number. What was returned never changes.
func (d *directory) all() []Key {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.keys[:len(d.keys):len(d.keys)]
}
