// Package detect is the contract between detectors and what runs them: the
// declaration of a detector, the tables it keeps its state in, and the pass in
// which it is shown one row. It exists so that a detector can be written, run
// and tested without knowing who feeds it or who listens. It imports event,
// finding and the standard library.
package detect
