package lexical

// A word set is a hash set of 16-bit fingerprints in buckets of four, behind
// two prefix filters that end most searches early. A string that is no word is
// taken for one about once in 14,000 tries that pass the filters.
const (
	MinWord = 3
	MaxWord = 12

	buckets    = 1 << 14
	bucketSize = 4
	prefix3    = 26 * 26 * 26 / 8 // one bit for each three letters, exact
	prefix5    = 1 << 14          // one bit for each hash of five letters

	// WordsSize is the length of a word set in bytes.
	WordsSize = buckets*bucketSize*2 + prefix3 + prefix5
)

const (
	prefix3At = buckets * bucketSize * 2
	prefix5At = prefix3At + prefix3

	hashSeed  = 0x9e3779b97f4a7c15
	hashPrime = 0x100000001b3
)

func mix(h uint64, c uint8) uint64 { return (h ^ uint64(c)) * hashPrime }

// slot spreads the state of a running hash into a bucket and a fingerprint,
// which is never 0, the mark of a free place.
func slot(h uint64) (bucket int, print uint16) {
	h ^= h >> 29
	h *= 0xbf58476d1ce4e5b9
	return int(h >> 50), uint16(h>>20) | 1
}

func prefixBit(h uint64) uint64 {
	h ^= h >> 29
	h *= 0x94d049bb133111eb
	return h >> 47
}

func letters3(w string) uint64 {
	return uint64(classes[w[0]]-1)*676 + uint64(classes[w[1]]-1)*26 + uint64(classes[w[2]]-1)
}

// BuildWords makes a word set. Each word must be MinWord to MaxWord lower-case
// letters. It reports false when the words do not fit.
func BuildWords(words []string) ([]byte, bool) {
	if len(words) > buckets*bucketSize*9/10 {
		return nil, false
	}
	t := make([]byte, WordsSize)
	for _, w := range words {
		b3 := letters3(w)
		t[prefix3At+int(b3>>3)] |= 1 << (b3 & 7)
		h := uint64(hashSeed)
		for i := range len(w) {
			h = mix(h, w[i])
			if i == 4 {
				b := prefixBit(h)
				t[prefix5At+int(b>>3)] |= 1 << (b & 7)
			}
		}
		insert(t, h)
	}
	return t, true
}

// insert puts the word of hash h in the first free place from its bucket on.
func insert(t []byte, h uint64) {
	b, print := slot(h)
	for {
		for i := range bucketSize {
			at := (b*bucketSize + i) * 2
			switch uint16(t[at]) | uint16(t[at+1])<<8 {
			case print:
				return
			case 0:
				t[at], t[at+1] = byte(print), byte(print>>8)
				return
			}
		}
		b = (b + 1) % buckets
	}
}

func contains(t string, h uint64) bool {
	b, print := slot(h)
	for range buckets {
		s := t[b*bucketSize*2:][:bucketSize*2]
		for i := 0; i < bucketSize*2; i += 2 {
			switch uint16(s[i]) | uint16(s[i+1])<<8 {
			case print:
				return true
			case 0:
				return false
			}
		}
		b = (b + 1) % buckets
	}
	return false
}

// Cover splits label into words so that as few letters as possible are left
// over, and among such splits into as few words as possible. It returns the
// letters that are in words and the number of words.
func Cover(set, label string) (letters, words int) {
	if len(label) > MaxLabel {
		label = label[:MaxLabel]
	}
	// best[i] is the value of the first i letters: 64 a covered letter less
	// one a word, so that letters win and fewer words break the tie.
	var best [MaxLabel + 1]int16
	for i := range len(label) {
		if best[i+1] < best[i] {
			best[i+1] = best[i]
		}
		extend(set, label[i:], best[i:])
	}
	v := int(best[len(label)])
	letters = (v + 63) / 64
	return letters, letters*64 - v
}

// extend enters every word that rest starts with into best.
func extend(set, rest string, best []int16) {
	if len(rest) < MinWord || !startsWord(set, rest) {
		return
	}
	h := uint64(hashSeed)
	for n := 1; n <= min(len(rest), MaxWord); n++ {
		h = mix(h, rest[n-1])
		if n == 5 {
			if b := prefixBit(h); set[prefix5At+int(b>>3)]>>(b&7)&1 == 0 {
				return
			}
		}
		if n < MinWord {
			continue
		}
		if v := best[0] + int16(n*64-1); v > best[n] && contains(set, h) {
			best[n] = v
		}
	}
}

func startsWord(set, s string) bool {
	for i := range 3 {
		if c := classes[s[i]]; c == boundary || c >= digit {
			return false
		}
	}
	b := letters3(s)
	return set[prefix3At+int(b>>3)]>>(b&7)&1 != 0
}
