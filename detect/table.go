package detect

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"reflect"
	"time"
	"unsafe"

	"picket/event"
)

// A Table holds a detector's state: at most max entries, each forgotten ttl
// after it was last seen by event time. A key always belongs to the entity of
// the pass it was used in. Keys and values hold no pointers, so no entry
// outlives its batch, a snapshot is a copy, and memory is at most
// max × (size of key and value + 17 bytes) × 3.2, or × 2 when max is a power of two.
//
// A Table belongs to one shard and is not safe for concurrent use.
type Table[K comparable, V any] struct {
	name    string
	ttl     event.Time
	max     int
	used    int
	shift   uint8   // a hash shifted right by it is a slot: slots lie in the order of hashes
	tags    []uint8 // 0: never used; else 0x80 | 7 bits of the hash
	entries []entry[K, V]
	hand    int // where the next search for an entry to evict begins
	evicted int
}

type entry[K comparable, V any] struct {
	entity uint64
	seen   event.Time
	val    V // before key: at the end a value of no size would take room
	key    K
}

const (
	firstSlots = 64
	// evictLook is among how many neighbouring entries the oldest is evicted
	// when a table is full: enough to spare live entries, few enough to be cheap.
	evictLook = 16
)

// NewTable declares a table. It panics when K or V holds a pointer or padding
// bytes, which is a wrong declaration.
func NewTable[K comparable, V any](s *Setup, name string, ttl time.Duration, max int) *Table[K, V] {
	var k K
	var v V
	if err := plain(reflect.TypeOf(k), true); err != nil {
		panic(fmt.Sprintf("table %s: key: %v", name, err))
	}
	if err := plain(reflect.TypeOf(v), false); err != nil {
		panic(fmt.Sprintf("table %s: value: %v", name, err))
	}
	if ttl <= 0 || max < 1 {
		panic(fmt.Sprintf("table %s: needs a positive ttl and size", name))
	}
	t := &Table[K, V]{name: name, ttl: event.Time(ttl.Milliseconds()), max: max}
	s.tables = append(s.tables, t)
	return t
}

// plain checks that t holds no pointers and, for keys, no padding, which would
// make equal keys hash differently.
func plain(t reflect.Type, key bool) error {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return nil
	case reflect.Float32, reflect.Float64:
		if key {
			return errors.New("floating point in a key")
		}
		return nil
	case reflect.Array:
		return plain(t.Elem(), key)
	case reflect.Struct:
		var sum uintptr
		for i := range t.NumField() {
			if err := plain(t.Field(i).Type, key); err != nil {
				return fmt.Errorf("%s: %w", t.Field(i).Name, err)
			}
			sum += t.Field(i).Type.Size()
		}
		if key && sum != t.Size() {
			return fmt.Errorf("%s has padding", t)
		}
		return nil
	}
	return fmt.Errorf("%s holds a pointer", t)
}

// Len counts the entries held, expired ones included.
func (t *Table[K, V]) Len() int { return t.used }

// At returns the value of k for the pass's entity, made zero when it is new or
// was expired, and marks it seen. The pointer is good until the next At of the
// same table.
func (t *Table[K, V]) At(p *Pass, k K) *V {
	h := t.hash(p.Entity, &k)
	if i := t.find(h, p.Entity, &k); i >= 0 {
		e := &t.entries[i]
		if p.Now-e.seen > t.ttl {
			var zero V
			e.val = zero
			e.seen = p.Now
		}
		e.seen = max(e.seen, p.Now)
		return &e.val
	}
	return t.insert(h, p, &k)
}

// Add marks k seen for the pass's entity and reports whether that is new, or
// was expired.
func (t *Table[K, V]) Add(p *Pass, k K) bool {
	h := t.hash(p.Entity, &k)
	i := t.find(h, p.Entity, &k)
	if i < 0 {
		t.insert(h, p, &k)
		return true
	}
	e := &t.entries[i]
	expired := p.Now-e.seen > t.ttl
	e.seen = max(e.seen, p.Now)
	return expired
}

// Get returns the value of k for the pass's entity, nil when there is none.
// It does not mark it seen.
func (t *Table[K, V]) Get(p *Pass, k K) *V {
	if t.used == 0 {
		return nil
	}
	i := t.find(t.hash(p.Entity, &k), p.Entity, &k)
	if i < 0 || p.Now-t.entries[i].seen > t.ttl {
		return nil
	}
	return &t.entries[i].val
}

// Delete forgets k for the pass's entity.
func (t *Table[K, V]) Delete(p *Pass, k K) {
	if t.used == 0 {
		return
	}
	if i := t.find(t.hash(p.Entity, &k), p.Entity, &k); i >= 0 {
		t.remove(i)
	}
}

func (t *Table[K, V]) find(h, entity uint64, k *K) int {
	if t.used == 0 {
		return -1
	}
	mask := len(t.tags) - 1
	tag := tagOf(h)
	for i := int(h >> t.shift); t.tags[i] != 0; i = (i + 1) & mask {
		if t.tags[i] == tag && t.entries[i].entity == entity && t.entries[i].key == *k {
			return i
		}
	}
	return -1
}

func (t *Table[K, V]) insert(h uint64, p *Pass, k *K) *V {
	if t.used >= t.max {
		t.evict(p.Now)
	}
	if t.used*8 >= len(t.tags)*5 {
		t.grow(p.Now)
	}
	i := t.place(h)
	t.entries[i] = entry[K, V]{entity: p.Entity, seen: p.Now, key: *k}
	return &t.entries[i].val
}

// place finds the free slot for a new entry and takes it.
func (t *Table[K, V]) place(h uint64) int {
	mask := len(t.tags) - 1
	i := int(h >> t.shift)
	for t.tags[i] != 0 {
		i = (i + 1) & mask
	}
	t.tags[i] = tagOf(h)
	t.used++
	return i
}

func tagOf(h uint64) uint8 { return uint8(h) | 0x80 }

// grow makes room for new entries: by dropping the expired ones, and by more
// slots when that was not enough. Tables whose keys come and go so reach a size
// at which they allocate no more.
func (t *Table[K, V]) grow(now event.Time) {
	for i := range t.tags {
		for t.tags[i] != 0 && now-t.entries[i].seen > t.ttl {
			t.remove(i)
		}
	}
	slots := max(len(t.tags), firstSlots)
	for t.used*8 >= slots*4 {
		slots *= 2
	}
	if slots > len(t.tags) {
		t.rebuild(slots)
	}
}

// rebuild gives the table so many slots, a power of two. Entries keep their
// order, so old and new memory are gone through from end to end: with places
// all over it this was the longest pause of a scan.
func (t *Table[K, V]) rebuild(slots int) {
	tags, entries := t.tags, t.entries
	t.tags, t.entries, t.used, t.hand = make([]uint8, slots), make([]entry[K, V], slots), 0, 0
	t.shift = uint8(64 - bits.TrailingZeros(uint(slots)))
	for i, tag := range tags {
		if tag != 0 {
			e := &entries[i]
			t.entries[t.place(t.hash(e.entity, &e.key))] = *e
		}
	}
}

// evict makes room in a full table: the longest unseen of the next evictLook
// entries goes. It depends on nothing but the table's history.
func (t *Table[K, V]) evict(now event.Time) {
	oldest, looked := -1, 0
	mask := len(t.tags) - 1
	for n := 0; n <= mask && looked < evictLook; n++ {
		i := (t.hand + n) & mask
		if t.tags[i] == 0 {
			continue
		}
		looked++
		if oldest < 0 || t.entries[i].seen < t.entries[oldest].seen {
			oldest = i
		}
	}
	t.hand = (oldest + 1) & mask
	if now-t.entries[oldest].seen <= t.ttl {
		t.evicted++
	}
	t.remove(oldest)
}

// remove frees slot i and moves later entries of its cluster back, so that no
// search ends early.
func (t *Table[K, V]) remove(i int) {
	mask := len(t.tags) - 1
	for j := (i + 1) & mask; t.tags[j] != 0; j = (j + 1) & mask {
		home := int(t.hash(t.entries[j].entity, &t.entries[j].key) >> t.shift)
		if (j-home)&mask >= (j-i)&mask {
			t.tags[i], t.entries[i] = t.tags[j], t.entries[j]
			i = j
		}
	}
	t.tags[i] = 0
	t.entries[i] = entry[K, V]{}
	t.used--
}

// hash mixes the entity and the key's bytes.
func (t *Table[K, V]) hash(entity uint64, k *K) uint64 {
	n, p := unsafe.Sizeof(*k), unsafe.Pointer(k)
	h := entity*0x9e3779b97f4a7c15 + uint64(n)
	at := uintptr(0) // p stays where it is: a pointer must not point behind k
	for ; at+8 <= n; at += 8 {
		h = fold(h^*(*uint64)(unsafe.Add(p, at)), 0xd6e8feb86659fd93)
	}
	if at < n {
		var tail [8]byte
		copy(tail[:], unsafe.Slice((*byte)(unsafe.Add(p, at)), n-at))
		h ^= binary.LittleEndian.Uint64(tail[:])
	}
	return fold(h, 0xa0761d6478bd642f)
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// Stored is a table as the engine sees it: something that can be saved and
// filled again, in another number of shards.
type Stored interface {
	TableName() string
	// Shape changes when the key or the value does.
	Shape() string
	// Save writes all live entries.
	Save(w io.Writer) error
	// Load reads what Save wrote and adds the entries whose entity keep accepts.
	Load(r io.Reader, keep func(entity uint64) bool) error
	// Evicted counts live entries dropped because the table was full.
	Evicted() int
	Len() int
	Max() int
}

// TableName is the name the table was declared with.
func (t *Table[K, V]) TableName() string { return t.name }

// Evicted counts live entries dropped because the table was full.
func (t *Table[K, V]) Evicted() int { return t.evicted }

// Max is the most entries the table holds.
func (t *Table[K, V]) Max() int { return t.max }

// Shape describes the key's and the value's layout.
func (t *Table[K, V]) Shape() string {
	var e entry[K, V]
	return shape(reflect.TypeOf(e.key)) + "=" + shape(reflect.TypeOf(e.val))
}

func shape(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Struct:
		s := "{"
		for i := range t.NumField() {
			f := t.Field(i)
			s += f.Name + ":" + shape(f.Type) + ";"
		}
		return s + "}"
	case reflect.Array:
		return fmt.Sprintf("[%d]%s", t.Len(), shape(t.Elem()))
	}
	return t.Kind().String()
}

// Save writes the number of entries and then each as it lies in memory
// (little-endian machines only, which all of Go's common targets are).
func (t *Table[K, V]) Save(w io.Writer) error {
	var n [8]byte
	binary.LittleEndian.PutUint64(n[:], uint64(t.used))
	if _, err := w.Write(n[:]); err != nil {
		return err
	}
	for n := range t.tags {
		// Not in the order of slots: filling a smaller table in the order of hashes
		// would heap all entries up in one place.
		i := int(uint32(n)*scatter) & (len(t.tags) - 1)
		if t.tags[i] == 0 {
			continue
		}
		if _, err := w.Write(rawBytes(&t.entries[i])); err != nil {
			return err
		}
	}
	return nil
}

// scatter is a step through the slots that comes to each of them once, as any
// odd number does, and to neighbours far apart: 2^32 divided by the golden ratio.
const scatter = 0x9e3779b1

// Load adds saved entries.
func (t *Table[K, V]) Load(r io.Reader, keep func(uint64) bool) error {
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return fmt.Errorf("read table %s: %w", t.name, err)
	}
	for range binary.LittleEndian.Uint64(n[:]) {
		var e entry[K, V]
		if _, err := io.ReadFull(r, rawBytes(&e)); err != nil {
			return fmt.Errorf("read table %s: %w", t.name, err)
		}
		if !keep(e.entity) {
			continue
		}
		p := Pass{Now: e.seen, Entity: e.entity}
		*t.At(&p, e.key) = e.val
	}
	return nil
}

func rawBytes[T any](v *T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(v)), unsafe.Sizeof(*v))
}
