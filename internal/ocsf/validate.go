package ocsf

import (
	_ "embed"
	"sync"

	"picket/internal/ocsf/schema"
)

// Version is the OCSF version of the events that are written and validated.
const Version = "1.2.0"

//go:embed schema.json
var schemaText []byte

// cut is the embedded schema, read when it is first needed.
var cut = sync.OnceValues(func() (*schema.Schema, error) { return schema.Parse(schemaText) })

// Validate checks one event, a JSON object, against OCSF 1.2.0; it knows the
// class Detection Finding and the profiles cloud, container, datetime, host
// and security_control. What is wrong with the event is in a *schema.Invalid.
func Validate(event []byte) error {
	s, err := cut()
	if err != nil {
		return err
	}
	return s.Validate(event)
}
