// Package config is what picket's server can be told, by a YAML file or by flags
// of the same names. One struct declares each setting once: its key, its flag,
// its default and what it means.
//
// It exists so that a file and the flags cannot differ, and so that a mistake in
// a file is shown where it stands, without the secrets that stand beside it.
//
// It imports access of the house, a YAML reader and pflag.
package config
