// Package house holds the tests about the house itself: which room may import
// which, that every room says why it exists, that files named in prose exist
// and that generated pages are current. It has no product code.
package house
