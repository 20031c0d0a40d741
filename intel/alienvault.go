package intel

import (
	"bytes"
	"io"
)

// AlienVault is AlienVault's IP reputation file.
var AlienVault = Format{
	Name: "ALIEN_VAULT",
	Doc: `One address a line with '#' between the fields: address, reliability 1-10, risk, activity, country, city, position,
revision. The activity is the threat name, ten times the reliability the confidence.`,
	Sniff: func(head []byte) bool {
		fields := bytes.Split(firstLine(head, true), []byte("#"))
		return len(fields) >= alienVaultFields && indicator(bytes.TrimSpace(fields[0]), new(Entry)) == nil
	},
	Parse: parseAlienVault,
}

// alienVaultFields are address, reliability, risk and activity: what is read.
const alienVaultFields = 4

func parseAlienVault(r io.Reader, add func(*Entry) error) (st Stats, err error) {
	in := newLines(r)
	var e Entry
	for {
		line, err := in.next()
		if err == io.EOF {
			return st, nil
		}
		if err != nil {
			return st, err
		}
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if err := alienVaultLine(line, &e); err != nil {
			st.bad(in.n, err)
			continue
		}
		st.Entries++
		if err := add(&e); err != nil {
			return st, err
		}
	}
}

func alienVaultLine(line []byte, e *Entry) error {
	fields := bytes.SplitN(line, []byte("#"), alienVaultFields+1)
	if len(fields) < alienVaultFields {
		return errNotIndicator
	}
	if err := indicator(bytes.TrimSpace(fields[0]), e); err != nil {
		return err
	}
	if e.Domain != nil {
		return errNotIndicator
	}
	reliability, _ := number(bytes.TrimSpace(fields[1]), 10) // 0, "not stated", when it is no number
	e.Confidence = uint8(min(reliability, 10) * 10)
	e.Threat = bytes.TrimSpace(fields[3])
	return nil
}
