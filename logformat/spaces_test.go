package logformat

import (
	"math/rand/v2"
	"testing"
)

// TestSpaceMasks compares both implementations with the definition.
func TestSpaceMasks(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 64*maskBlocks+3)
	for round := range 300 {
		for i := range text {
			text[i] = byte(rng.IntN(256))
			if round%3 == 0 {
				text[i] %= 64
			}
		}
		at, blocks := round%4, 1+round%maskBlocks
		var want, plain, got [maskBlocks]uint64
		for i, c := range text[at : at+64*blocks] {
			if c <= ' ' {
				want[i/64] |= 1 << (i % 64)
			}
		}
		spaceMasksPlain(&plain, &text[at], blocks)
		spaceMasks(&got, &text[at], blocks)
		if plain != want {
			t.Fatalf("plain masks of %d blocks:\n%x\nwant\n%x", blocks, plain, want)
		}
		if got != want {
			t.Fatalf("masks of %d blocks:\n%x\nwant\n%x", blocks, got, want)
		}
	}
}
