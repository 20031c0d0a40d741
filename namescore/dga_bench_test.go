package namescore

import "testing"

func BenchmarkDGA(b *testing.B) {
	for _, label := range []string{"example", "xjwkqzrvth", "informationtechnologies", "14vj47xpafxlu1o40ybt1naiuqn"} {
		b.Run(label, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(label)))
			for b.Loop() {
				DGA(label)
			}
		})
	}
}
