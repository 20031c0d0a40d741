// Package intel reads threat and trusted lists and answers, for one address or
// one name, which of them it is on.
//
// It exists so that every row is looked up once, in one merged table, instead
// of once per list and detector. A Builder takes lists in any of the Formats
// and makes an immutable Set; whoever uses a Set swaps it whole when a list
// changes, so readers need no lock.
//
// It imports the standard library, picket/event, and two small libraries of
// data structures: golang.org/x/net/publicsuffix and github.com/gaissmai/bart.
package intel
