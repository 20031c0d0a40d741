package main

import (
	"bufio"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"picket/namescore/internal/lexical"
)

// known is a hand-written list of well-known sites' labels.
//
//go:embed known.txt
var known string

// lexicon is the ordinary language that benign labels are made of.
type lexicon struct {
	common []string // the 4,000 commonest words
	usual  []string // words most people know
	rare   []string // the rest of a desk dictionary
	names  []string // people, places, peoples
	known  []string
	alien  []string // words of other languages
}

// readLexicon reads SCOWL's lists from the directory in which Debian's package
// scowl puts them. Its numbers say how common the words of a list are.
func readLexicon(dir string) (*lexicon, error) {
	var l lexicon
	for _, part := range []struct {
		dst  *[]string
		glob []string
	}{
		{&l.common, []string{"english-words.10"}},
		{&l.usual, []string{"english-words.20", "english-words.35", "american-words.[123]*"}},
		{&l.rare, []string{"english-words.[45]*", "english-words.6*"}},
		{&l.names, []string{"english-proper-names.[5678]*", "english-upper.[3456]*", "american-upper.[56]*"}},
	} {
		for _, g := range part.glob {
			if err := readWords(part.dst, filepath.Join(dir, g)); err != nil {
				return nil, err
			}
		}
	}
	l.known, l.alien = strings.Fields(known), strings.Fields(foreign)
	return &l, nil
}

func readWords(dst *[]string, glob string) error {
	files, err := filepath.Glob(glob)
	if err != nil {
		return fmt.Errorf("word list %q: %w", glob, err)
	}
	if len(files) == 0 {
		return fmt.Errorf("word list %q: no such file", glob)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return fmt.Errorf("word list: %w", err)
		}
		for in := bufio.NewScanner(f); in.Scan(); {
			if w := strings.ToLower(in.Text()); isLetters(w) {
				*dst = append(*dst, w)
			}
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("word list: %w", err)
		}
	}
	slices.Sort(*dst)
	*dst = slices.Compact(*dst)
	return nil
}

// halves parts what the lexicon has many of in two, so that the letter model
// and the weights are not fitted on the same words: a model that has seen every
// word of a label finds it more ordinary than it will find a stranger's.
func (l *lexicon) halves() (a, b *lexicon) {
	a, b = &lexicon{common: l.common, usual: l.usual}, &lexicon{common: l.common, usual: l.usual}
	a.rare, b.rare = alternate(l.rare)
	a.names, b.names = alternate(l.names)
	a.known, b.known = alternate(l.known)
	a.alien, b.alien = alternate(l.alien)
	return a, b
}

// alternate deals words out by a hash, so that neighbours in the alphabet,
// often forms of one word, do not follow a pattern.
func alternate(words []string) (a, b []string) {
	for _, w := range words {
		h := uint32(2166136261)
		for _, c := range []byte(w) {
			h = (h ^ uint32(c)) * 16777619
		}
		if h>>16&1 == 0 {
			a = append(a, w)
		} else {
			b = append(b, w)
		}
	}
	return a, b
}

func isLetters(w string) bool {
	for _, c := range []byte(w) {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return w != ""
}

// dictionary is the word set that labels are split with: three letters only of
// the commonest words, for nearly any three letters are a word of some kind.
func (l *lexicon) dictionary() []string {
	var ws []string
	for _, w := range l.common {
		if len(w) >= lexical.MinWord && len(w) <= lexical.MaxWord {
			ws = append(ws, w)
		}
	}
	for _, w := range l.usual {
		if len(w) > lexical.MinWord && len(w) <= lexical.MaxWord {
			ws = append(ws, w)
		}
	}
	slices.Sort(ws)
	return slices.Compact(ws)
}

// source draws benign labels of one kind.
type source struct {
	name   string
	weight int
	draw   func(*lexicon, *rand.Rand) string
}

var sources = []source{
	{"known", 6, func(l *lexicon, r *rand.Rand) string { return one(r, l.known) }},
	{"word", 3, func(l *lexicon, r *rand.Rand) string { return one(r, l.usual) }},
	{"rare word", 4, func(l *lexicon, r *rand.Rand) string { return one(r, l.rare) }},
	{"name", 10, func(l *lexicon, r *rand.Rand) string { return one(r, l.names) }},
	{"two words", 6, func(l *lexicon, r *rand.Rand) string { return anyWord(l, r) + anyWord(l, r) }},
	{"three words", 3, func(l *lexicon, r *rand.Rand) string { return anyWord(l, r) + one(r, l.common) + one(r, l.common) }},
	{"hyphened", 2, func(l *lexicon, r *rand.Rand) string { return anyWord(l, r) + "-" + anyWord(l, r) }},
	{"name and word", 5, func(l *lexicon, r *rand.Rand) string { return one(r, l.names) + one(r, l.usual) }},
	{"two names", 4, func(l *lexicon, r *rand.Rand) string { return one(r, l.names) + one(r, l.names) }},
	{"brand", 5, brand},
	{"shortened", 5, shortened},
	{"initials and word", 3, func(l *lexicon, r *rand.Rand) string { return initials(l, r) + anyWord(l, r) }},
	{"word and initials", 2, func(l *lexicon, r *rand.Rand) string { return anyWord(l, r) + initials(l, r) }},
	{"initials", 3, initials},
	{"numbered", 3, numbered},
	{"foreign word", 4, func(l *lexicon, r *rand.Rand) string { return one(r, l.alien) }},
	{"two foreign words", 8, func(l *lexicon, r *rand.Rand) string { return one(r, l.alien) + one(r, l.alien) }},
	{"name and foreign word", 4, func(l *lexicon, r *rand.Rand) string { return one(r, l.names) + one(r, l.alien) }},
	{"initials and foreign word", 2, func(l *lexicon, r *rand.Rand) string { return initials(l, r) + one(r, l.alien) }},
	{"pinyin", 4, pinyin},
	{"pinyin initials", 3, pinyinShort},
	{"romaji", 2, romaji},
	{"vowelless", 4, vowelless},
	{"station", 4, station},
}

func one(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// anyWord prefers common words as people who name sites do.
func anyWord(l *lexicon, r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return one(r, l.common)
	}
	return one(r, l.usual)
}

// brand joins the start of one word to the end or start of another, as made-up
// brands do (micro+soft, insta+gram, face+book, veri+zon).
func brand(l *lexicon, r *rand.Rand) string {
	a, b := anyWord(l, r), one(r, l.names)
	if r.IntN(2) == 0 {
		a, b = b, a
	}
	a = a[:min(len(a), between(r, 2, 5))]
	if r.IntN(2) == 0 {
		return a + b[max(0, len(b)-between(r, 2, 5)):]
	}
	return a + b[:min(len(b), between(r, 2, 5))]
}

// shortened drops vowels or the end of words (flickr, tumblr, infosec).
func shortened(l *lexicon, r *rand.Rand) string {
	a, b := anyWord(l, r), anyWord(l, r)
	a = a[:min(len(a), between(r, 3, 4))]
	switch r.IntN(3) {
	case 0:
		return a + b[:min(len(b), between(r, 3, 4))]
	case 1:
		return a + b
	}
	return b[:1] + strings.NewReplacer("e", "", "o", "", "u", "").Replace(b[1:]) + a
}

// initials are the first letters of two to four words, as institutions use.
func initials(l *lexicon, r *rand.Rand) string {
	var b []byte
	for range between(r, 2, 4) {
		b = append(b, anyWord(l, r)[0])
	}
	return string(b)
}

// numbered puts a short number before or after a word or initials.
func numbered(l *lexicon, r *rand.Rand) string {
	n := []string{"1", "2", "3", "4", "24", "123", "360", "365", "101", "88", "69", "99", "2000", "7"}
	w := anyWord(l, r)
	switch r.IntN(4) {
	case 0:
		return one(r, n) + w
	case 1:
		return initials(l, r) + one(r, n)
	case 2:
		return w[:1] + "2" + one(r, l.usual)
	}
	return w + one(r, n)
}
