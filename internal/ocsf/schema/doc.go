// Package schema describes a cut of the Open Cybersecurity Schema Framework
// (OCSF) and checks events against it. It stands apart from ocsf so that the
// program that cuts the schema out, and everything that writes OCSF events in
// another version or class, can share one description and one validator. It
// imports the standard library.
package schema
