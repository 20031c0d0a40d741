// Package app makes a server of the rooms: it opens what is kept, wires the APIs
// to it, listens, and takes everything down again in the opposite order. It
// exists so that no other room has to know how the others are put together; it
// is the only one that knows everyone.
//
// It may import every room but cmd.
package app
