// Package store keeps what picket must not forget: detectors and everything
// configured below them, findings, usage and access keys. There is one concrete type, DB, with two
// dialects: SQLite in a file, for one process, and PostgreSQL, which several
// processes may share. The SQL is the same text for both; dialect.go holds all
// that differs. Which findings meet criteria is asked of package index, which
// each DB brings up to what a transaction sees (memory.go).
//
// It exists so that a step of the service is one transaction whatever the
// database. Work is done on a Tx: DB.Write and DB.Read run a function with one
// and the function's error decides. Writers take turns, in one process and
// among all that share a database, so what a Tx has read stays true until it
// commits.
//
// It imports finding, jsonview, event, access, fault and index of the house, and both
// database drivers.
package store
