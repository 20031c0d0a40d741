package detecttest

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/tools/txtar"
)

// A testCase is one directory of an archive: raw logs, lists, and the findings
// wanted.
type testCase struct {
	name string
	logs []logFile
	list []listFile
	want []wanted
}

type logFile struct {
	name string
	data []byte
}

type listFile struct {
	category, name string
	data           []byte
}

// wanted is one line of a want file:
//
//	TYPE [count=N] [severity=S] [role=R] [json.path=value …]
type wanted struct {
	typ    string
	checks [][2]string
}

// parseArchive reads a txtar archive. Files are CASE/want,
// CASE/intel/CATEGORY.ext and logs under any other name.
func parseArchive(a *txtar.Archive) ([]*testCase, error) {
	var cases []*testCase
	byName := map[string]*testCase{}
	for _, f := range a.Files {
		dir, file, ok := strings.Cut(f.Name, "/")
		if !ok {
			return nil, fmt.Errorf("file %q is in no case directory", f.Name)
		}
		c := byName[dir]
		if c == nil {
			c = &testCase{name: dir}
			byName[dir] = c
			cases = append(cases, c)
		}
		if err := c.add(file, f.Data); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return cases, nil
}

func (c *testCase) add(file string, data []byte) error {
	switch {
	case file == "want":
		for _, line := range strings.Split(string(data), "\n") {
			if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
				continue
			}
			fields := splitWant(line)
			w := wanted{typ: fields[0]}
			for _, kv := range fields[1:] {
				k, v, ok := strings.Cut(kv, "=")
				if !ok {
					return fmt.Errorf("%q is no path=value", kv)
				}
				w.checks = append(w.checks, [2]string{k, v})
			}
			c.want = append(c.want, w)
		}
	case strings.HasPrefix(file, "intel/"):
		name := strings.TrimPrefix(file, "intel/")
		category, _, _ := strings.Cut(name, ".")
		c.list = append(c.list, listFile{category, name, data})
	default:
		text, err := expand(string(data))
		if err != nil {
			return err
		}
		c.logs = append(c.logs, logFile{file, []byte(text)})
	}
	return nil
}

// splitWant splits at blanks outside double quotes; quotes are dropped.
func splitWant(line string) []string {
	var out []string
	var cur strings.Builder
	quoted := false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			if cur.Len() > 0 {
				out = append(out, cur.String())
				cur.Reset()
			}
		default:
			cur.WriteRune(r)
		}
	}
	return append(out, cur.String())
}

var (
	baseLine   = regexp.MustCompile(`^base (\S+)$`)
	repeatLine = regexp.MustCompile(`^repeat (\d+) (\S+): (.*)$`)
	braces     = regexp.MustCompile(`\{(i|j|k|t|e|iso|hex)([+-]\d+)?\}`)
)

// expand writes out template lines:
//
//	base RFC3339          the moment that {t}, {e} and {iso} count from
//	repeat N STEP: LINE   N times LINE, with {i} = 0…N-1, {j} = 1+i%250,
//	                      {k} = i/250, {t} Unix seconds, {e} = {t}+30,
//	                      {iso} RFC 3339, {hex} a 60-character base32 text of i
//
// Any number may be shifted: {i+1000}. Other lines know {t}, {e} and {iso} of
// the base.
func expand(text string) (string, error) {
	base := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	var out strings.Builder
	for _, line := range strings.SplitAfter(text, "\n") {
		trimmed := strings.TrimSuffix(line, "\n")
		if m := baseLine.FindStringSubmatch(trimmed); m != nil {
			t, err := time.Parse(time.RFC3339, m[1])
			if err != nil {
				return "", fmt.Errorf("base line: %w", err)
			}
			base = t
			continue
		}
		if m := repeatLine.FindStringSubmatch(trimmed); m != nil {
			n, _ := strconv.Atoi(m[1])
			step, err := time.ParseDuration(m[2])
			if err != nil {
				return "", fmt.Errorf("repeat line: %w", err)
			}
			f := formOf(m[3])
			for i := range n {
				f.fill(&out, i, base.Add(time.Duration(i)*step))
				out.WriteByte('\n')
			}
			continue
		}
		f := formOf(line)
		f.fill(&out, 0, base)
	}
	return out.String(), nil
}

// A form is a line with places to fill in.
type form struct {
	text   []string // before each place and behind the last
	places []place
}

type place struct {
	what  string
	shift int
}

func formOf(line string) form {
	var f form
	from := 0
	for _, m := range braces.FindAllStringSubmatchIndex(line, -1) {
		p := place{what: line[m[2]:m[3]]}
		if m[4] >= 0 {
			p.shift, _ = strconv.Atoi(line[m[4]:m[5]])
		}
		f.text, f.places = append(f.text, line[from:m[0]]), append(f.places, p)
		from = m[1]
	}
	f.text = append(f.text, line[from:])
	return f
}

func (f *form) fill(out *strings.Builder, i int, at time.Time) {
	for n, p := range f.places {
		out.WriteString(f.text[n])
		out.WriteString(p.value(i, at))
	}
	out.WriteString(f.text[len(f.places)])
}

func (p place) value(i int, at time.Time) string {
	switch p.what {
	case "i":
		return strconv.Itoa(i + p.shift)
	case "j":
		return strconv.Itoa(1 + i%250 + p.shift)
	case "k":
		return strconv.Itoa(i/250 + p.shift)
	case "t":
		return strconv.FormatInt(at.Unix()+int64(p.shift), 10)
	case "e":
		return strconv.FormatInt(at.Unix()+30+int64(p.shift), 10)
	case "iso":
		return at.Add(time.Duration(p.shift) * time.Second).UTC().Format(time.RFC3339)
	}
	return base32Text(uint64(i + p.shift))
}

// base32Text is text that looks like encoded data, the same for the same n.
func base32Text(n uint64) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz234567"
	b := make([]byte, 60)
	x := n*0x9e3779b97f4a7c15 + 0x1234567
	for i := range b {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b[i] = alphabet[x%32]
	}
	return string(b)
}
