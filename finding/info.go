package finding

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// MarshalJSON writes the members in order.
func (in Info) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, it := range in {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := writeJSON(&b, it.Key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := writeJSON(&b, it.Value); err != nil {
			return nil, fmt.Errorf("additional info %s: %w", it.Key, err)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// writeJSON encodes v without escaping <, > and &, as the real service does.
func writeJSON(b *bytes.Buffer, v any) error {
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // Encode ends with a newline
	return nil
}

// JSON encodes the finding as GuardDuty's GetFindings does, on one line.
func (f *Finding) JSON() ([]byte, error) {
	var b bytes.Buffer
	err := writeJSON(&b, f)
	return b.Bytes(), err
}
