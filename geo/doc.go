// Package geo tells where in the world, and in whose network, an address is.
//
// It exists to hide that databases in the MMDB format agree on the file and on
// nothing else: it reads the schemas of the usual publishers, and several files
// at once. No database comes with the program. It imports the standard library,
// picket/event and github.com/oschwald/maxminddb-golang.
package geo
