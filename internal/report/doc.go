// Package report writes the result of a scan for people and programs: a table
// for a terminal, GuardDuty JSON lines, OCSF events and one self-contained HTML
// page. It imports finding, scan, ocsf and the terminal library ansi;
// cmd/picket uses it.
package report
