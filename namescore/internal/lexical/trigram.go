package lexical

// Classes is the size of the alphabet of the letter model: the boundary of a
// label, 26 letters, one class for all digits, one for the hyphen and anything
// else. Digits share a class because which digit follows says nothing.
const Classes = 29

const (
	boundary = 0
	digit    = 27
	other    = 28
)

// TrigramSize is the length of a trigram table in bytes.
const TrigramSize = Classes * Classes * Classes

// CostUnit is the number of steps in one bit of a trigram cost: a byte holds
// costs up to 255/16 = 15.9 bits.
const CostUnit = 16

// RareCost marks a trigram that ordinary names hardly ever have: 8 bits are
// 3.3 more than an evenly drawn letter costs.
const RareCost = 8 * CostUnit

var classes = func() (t [256]uint8) {
	for i := range t {
		t[i] = other
	}
	for c := range 26 {
		t['a'+c], t['A'+c] = uint8(1+c), uint8(1+c)
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = digit
	}
	return t
}()

// TrigramIndex is where a trigram table keeps the cost of class c after the
// classes a and b, in that order.
func TrigramIndex(a, b, c uint8) int {
	return (int(a)*Classes+int(b))*Classes + int(c)
}

// EachTrigram calls f with the table index of every trigram of label, the two
// boundaries before it and the one after it included.
func EachTrigram(label string, f func(index int)) {
	var a, b uint8 = boundary, boundary
	for i := range len(label) {
		c := classes[label[i]]
		f(TrigramIndex(a, b, c))
		a, b = b, c
	}
	f(TrigramIndex(a, b, boundary))
}
