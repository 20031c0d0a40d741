// Package ocsf writes findings as events of the Open Cybersecurity Schema
// Framework (OCSF), class Detection Finding, and validates such events against
// the schema. It exists so that lakes and SIEMs which speak OCSF take picket's
// findings without a mapping of their own. It imports event, finding, jsonview,
// the schema package below it and the standard library.
package ocsf

//go:generate go run ./gen -out schema.json
