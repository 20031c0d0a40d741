package intel

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Format is one way to write a list down.
type Format struct {
	// Name is what the API's format member, intel files and messages call it.
	Name string
	// Doc says what a file looks like and how it is read.
	Doc string
	// Sniff reports whether a file that begins with head, up to 4 KiB without
	// byte order mark, looks like this format.
	Sniff func(head []byte) bool
	// Parse calls add for each entry of r. It returns an error that names the
	// line and the reason when the file is malformed, and add's error as it is;
	// what was added before is then worth nothing.
	Parse func(r io.Reader, add func(*Entry) error) (Stats, error)
}

// Formats lists every format, in the order in which they are tried on a file
// whose format is not declared. The first six are the API's.
var Formats = []*Format{
	&STIX, &FireEye, &ProofPoint, &OTXCSV, &AlienVault,
	&Onionoo, &AWSRanges, &MISPWarningList, &RankCSV, &FeedCSV, &TrailTSV,
	&TXT,
}

// FormatByName finds a format by its name in any case.
func FormatByName(name string) (*Format, bool) {
	for _, f := range Formats {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return nil, false
}

const sniffLen = 4096

// Sniff names the format of a file by its first bytes, or nil when it is none.
func Sniff(head []byte) *Format {
	head = bytes.TrimPrefix(head[:min(len(head), sniffLen)], bom)
	for _, f := range Formats {
		if f.Sniff(head) {
			return f
		}
	}
	return nil
}

var bom = []byte("\xef\xbb\xbf")

// errSize is what a list larger than its cap ends in.
var errSize = errors.New("list too large")

// Read parses r, gzip or not, in the named format; "" means by content. A list
// of more than maxBytes after decompression is refused.
func Read(r io.Reader, format string, maxBytes int64, add func(*Entry) error) (Stats, error) {
	plain, err := decompress(r, maxBytes)
	if err != nil {
		return Stats{}, err
	}
	head, err := plain.Peek(sniffLen)
	if err != nil && err != io.EOF {
		return Stats{}, fmt.Errorf("read: %w", err)
	}
	f, ok := FormatByName(format)
	switch {
	case format == "":
		f = Sniff(head)
		ok = f != nil
	case !ok:
		return Stats{}, fmt.Errorf("unknown list format %q", format)
	}
	if !ok {
		return Stats{}, errors.New("no known list format")
	}
	if bytes.HasPrefix(head, bom) {
		_, _ = plain.Discard(len(bom)) // peeked at above, so it can't fail
	}
	st, err := f.Parse(plain, add)
	if err == nil {
		err = st.verdict()
	}
	if err != nil {
		return st, fmt.Errorf("%s: %w", f.Name, err)
	}
	return st, nil
}

func decompress(r io.Reader, maxBytes int64) (*bufio.Reader, error) {
	br := bufio.NewReaderSize(r, readBuffer)
	if magic, err := br.Peek(2); err != nil || magic[0] != 0x1f || magic[1] != 0x8b {
		return bufio.NewReaderSize(&capReader{br, maxBytes}, readBuffer), nil
	}
	zr, err := gzip.NewReader(br)
	if err != nil {
		return nil, fmt.Errorf("gunzip: %w", err)
	}
	return bufio.NewReaderSize(&capReader{zr, maxBytes}, readBuffer), nil
}

// capReader fails, rather than ending quietly, once left bytes have been read.
type capReader struct {
	r    io.Reader
	left int64
}

func (c *capReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errSize
	}
	return n, err
}

// readBuffer is also the longest line of a list.
const readBuffer = 64 << 10

// lines reads a text line by line without copying. Lines end in LF or CRLF.
type lines struct {
	r *bufio.Reader
	n int // number of the current line, from 1
}

func newLines(r io.Reader) *lines {
	br, ok := r.(*bufio.Reader)
	if !ok || br.Size() < readBuffer {
		br = bufio.NewReaderSize(r, readBuffer)
	}
	return &lines{r: br}
}

// next returns the next line with surrounding white space cut off; the bytes
// are the reader's and good until the next call. The end is io.EOF.
func (l *lines) next() ([]byte, error) {
	b, err := l.r.ReadSlice('\n')
	if len(b) == 0 && err != nil {
		return nil, l.wrap(err)
	}
	l.n++
	if err != nil && err != io.EOF {
		return nil, l.wrap(err)
	}
	return bytes.TrimSpace(b), nil
}

func (l *lines) wrap(err error) error {
	switch err {
	case io.EOF:
		return err
	case bufio.ErrBufferFull:
		return fmt.Errorf("line %d: longer than %d bytes", l.n, readBuffer)
	}
	return fmt.Errorf("after line %d: %w", l.n, err)
}

// firstLine returns the first line of head that is neither blank nor, when
// comments may stand before it, a '#' comment.
func firstLine(head []byte, comments bool) []byte {
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && !(comments && line[0] == '#') {
			return line
		}
	}
	return nil
}
