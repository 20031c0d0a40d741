package logformat

import (
	"testing"

	"picket/event"
)

func TestEventID(t *testing.T) {
	const uuid = "00112233-4455-6677-8899-aabbCCddeEFf"
	for _, s := range []string{"", "x", uuid, "not-a-uuid", uuid[:35], uuid + "0", "00112233_4455-6677-8899-aabbccddeeff"} {
		if got, want := eventID(s), event.HashID(s); got != want {
			t.Errorf("eventID(%q) = %x, want %x", s, got, want)
		}
	}
	for i := range len(uuid) {
		for c := range 256 {
			s := []byte(uuid)
			s[i] = byte(c)
			if got, want := eventID(string(s)), event.HashID(string(s)); got != want {
				t.Fatalf("eventID(%q) = %x, want %x", s, got, want)
			}
		}
	}
}
