// Package parquet reads flat columns of Apache Parquet files.
//
// It exists because the Parquet libraries there are take longer to compile than
// half of picket, and trust the files they read. This one reads what a log
// needs: the values of top-level columns that do not repeat, in every encoding,
// page version and codec that the Apache Parquet format 2.11 has for them
// (parquet.thrift, Encodings.md, Compression.md) but the codecs BROTLI, LZO and
// LZ4, which LZ4_RAW replaces. Other columns may be in the file; their pages are
// never touched.
//
// It imports the standard library, picket's own inflate and klauspost's zstd,
// both of which the program has anyway. Files are not trusted: nothing is made
// room for on a file's word alone, and limits.go says how much it can be.
package parquet
