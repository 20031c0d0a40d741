// Package baseline holds the statistics that tell the unusual from the usual:
// moving means, robust bounds, counts of distinct things, rarity and seasons.
// It exists so that detectors learn in fixed memory: every type is flat, holds
// no pointer and is ready to use when zero, so that it can be the value of a
// detector's table and survive in a snapshot as plain bytes.
//
// Times are Unix milliseconds by the event's own clock. None of the types is
// safe for concurrent use. The package imports only the standard library.
package baseline
