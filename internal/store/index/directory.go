package index

import "sync"

// Key is a resource of an account.
type Key struct{ Account, ID, Kind string }

// directory numbers resources: there are many, so that segments that each have
// names of their own could not be counted together fast. It only grows; Views
// that are made from one another share it.
type directory struct {
	mu   sync.Mutex
	keys numbering[Key]
}

func (d *directory) number(k Key) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.keys.number(k)
}

// all are the keys by number. What was returned never changes.
func (d *directory) all() []Key {
	d.mu.Lock()
	defer d.mu.Unlock()
	keys := d.keys.values
	return keys[:len(keys):len(keys)]
}

// numbering gives values numbers as they come, from 0 on.
type numbering[K comparable] struct {
	values []K // by number
	known  map[K]uint32
}

func (n *numbering[K]) number(v K) uint32 {
	i, ok := n.known[v]
	if !ok {
		if n.known == nil {
			n.known = map[K]uint32{}
		}
		i = uint32(len(n.values))
		n.known[v] = i
		n.values = append(n.values, v)
	}
	return i
}
