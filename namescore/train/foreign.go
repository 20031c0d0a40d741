package main

import (
	_ "embed"
	"math/rand/v2"
	"strings"
)

// foreign is a hand-written list of words of other languages in the spelling
// that domain names use, a few dozen a language. English word lists alone make
// half the world's names look generated.
//
//go:embed foreign.txt
var foreign string

// pinyin is the Latin spelling of Mandarin, as initials and finals; not every
// pairing is a syllable, but those that are not are rare enough to do no harm.
var (
	pinyinInitials = strings.Fields("b p m f d t n l g k h j q x zh ch sh r z c s y w")
	pinyinFinals   = strings.Fields("a ai ao an ang e ei en eng i ia ian iang iao ie in ing iu o ong ou u ua uan uang ui un uo")
	afterJQXY      = strings.Fields("i ia ian iang iao ie in ing iu u uan ue un iong")
)

func pinyinSyllable(r *rand.Rand) string {
	i := one(r, pinyinInitials)
	if strings.Contains("jqxy", i) {
		return i + one(r, afterJQXY)
	}
	return i + one(r, pinyinFinals)
}

func pinyin(_ *lexicon, r *rand.Rand) string {
	s := pinyinSyllable(r)
	for range between(r, 1, 3) {
		s += pinyinSyllable(r)
	}
	return s
}

// pinyinShort is the initials of a Chinese name, often with a syllable or a
// number.
func pinyinShort(_ *lexicon, r *rand.Rand) string {
	var s string
	for range between(r, 2, 5) {
		s += one(r, pinyinInitials)[:1]
	}
	switch r.IntN(5) {
	case 0:
		return s + pinyinSyllable(r)
	case 1:
		return one(r, []string{"51", "52", "58", "99", "88", "360", "91", "17"}) + s[:2] + pinyinSyllable(r)
	}
	return s
}

var kana = strings.Fields("a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo ra ri ru re ro wa n ga gi gu ge go za ji zu ze zo da de do ba bi bu be bo kyo shu sho jo ryo")

// romaji spells Japanese sounds.
func romaji(_ *lexicon, r *rand.Rand) string {
	var s string
	for range between(r, 3, 6) {
		s += one(r, kana)
	}
	return s
}

// vowelless drops the vowels of words and sometimes ends in x or z, as the
// names of trackers and of many small services do (click links: clclnks).
func vowelless(l *lexicon, r *rand.Rand) string {
	drop := strings.NewReplacer("a", "", "e", "", "i", "", "o", "", "u", "", "ck", "k", "cks", "x")
	a, b := anyWord(l, r), one(r, l.common)
	s := a[:1] + drop.Replace(a[1:]) + drop.Replace(b)
	return s[:min(len(s), between(r, 4, 8))]
}

// station is the call sign of a broadcaster or the initials of an institution
// before what it is (abcnews, kqedradio).
func station(l *lexicon, r *rand.Rand) string {
	kinds := []string{"tv", "fm", "radio", "news", "web", "net", "shop", "group", "bank", "club", "online", "", "", ""}
	s := string(pick(r, letters))
	for range between(r, 2, 3) {
		s += string(pick(r, letters))
	}
	return s[:min(len(s), between(r, 2, 4))] + one(r, kinds)
}
