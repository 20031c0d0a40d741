// Package index answers which findings meet criteria, in any order and counted
// by any group, from memory. It exists because no index of a database does: at a
// million findings common criteria have hundreds of thousands of findings each,
// and the answer must be made in some milliseconds whatever is asked.
//
// A View is the findings of one moment and never changes. An Edit makes the next
// from it, which shares nearly everything with it. A View is made of segments of
// up to 65,536 findings: columns of what findings are sorted and counted by, and
// for each value that criteria can name the rows that have it. A finding that
// changes leaves its row and gets a new one in a new segment; small segments and
// those with many dead rows are merged: small ones by the Edit, large ones by who
// owns the View, beside its users.
//
// It imports event and finding of the house.
package index
