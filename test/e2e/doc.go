// Package e2e tests the running server through the official SDK, as its users
// meet it: the real binary, on SQLite and on PostgreSQL.
package e2e
