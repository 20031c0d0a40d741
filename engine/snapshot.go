package engine

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"picket/detect"
)

// A snapshot is a sequence of blocks, each behind its length as a varint: a
// header, then for each table its header, its data in blocks of up to chunkSize
// and an empty block. Headers are JSON.

// snapshotFormat changes when this layout does.
const snapshotFormat = 1

const chunkSize = 64 << 10

// header begins a snapshot; each table that follows is announced by a tableHeader.
type header struct{ Format, Tables int }

type tableHeader struct{ Detector, Table, Shape string }

// Report says what a Restore found.
type Report struct {
	// Entries counts the entries read.
	Entries int
	// Cold names the tables ("detector/table") that begin empty because the
	// snapshot has none of that name and shape.
	Cold []string
	// Dropped names the snapshot's tables that no detector has any more.
	Dropped []string
}

// Snapshot writes the state of all detectors. It must not run during Process.
func (e *Engine) Snapshot(w io.Writer) error {
	buf := bufio.NewWriter(w)
	n := 0
	for _, s := range e.shards {
		n += len(s.tables())
	}
	if err := writeHeader(buf, header{snapshotFormat, n}); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	for _, s := range e.shards {
		for _, t := range s.tables() {
			if err := saveTable(buf, t); err != nil {
				return fmt.Errorf("write snapshot: table %s/%s: %w", t.detector, t.TableName(), err)
			}
		}
	}
	return buf.Flush()
}

type named struct {
	detect.Stored
	detector string
}

func (n named) id() string { return n.detector + "/" + n.TableName() }

func (s *shard) tables() []named {
	out := []named{{s.seen, "engine"}}
	for i := range s.runners {
		for _, t := range s.runners[i].tables {
			out = append(out, named{t, s.runners[i].d.Name})
		}
	}
	return out
}

func saveTable(w *bufio.Writer, t named) error {
	if err := writeHeader(w, tableHeader{t.detector, t.TableName(), t.Shape()}); err != nil {
		return err
	}
	chunks := chunkWriter{w: w}
	if err := t.Save(&chunks); err != nil {
		return err
	}
	return chunks.close()
}

func writeHeader(w *bufio.Writer, h any) error {
	data, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return writeBlock(w, data)
}

func writeBlock(w *bufio.Writer, data []byte) error {
	var head [binary.MaxVarintLen64]byte
	if _, err := w.Write(head[:binary.PutUvarint(head[:], uint64(len(data)))]); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// readBlock reads a block into buf's array, if that is large enough.
func readBlock(r *bufio.Reader, buf []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, cut(err)
	}
	if n > chunkSize {
		return nil, fmt.Errorf("block of %d bytes, at most %d", n, chunkSize)
	}
	buf = slices.Grow(buf[:0], int(n))[:n]
	_, err = io.ReadFull(r, buf)
	return buf, cut(err)
}

// cut is err where a snapshot must not end.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func readHeader(r *bufio.Reader, h any) error {
	data, err := readBlock(r, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, h)
}

// chunkWriter writes a table's bytes in blocks; an empty block ends them.
type chunkWriter struct {
	w   *bufio.Writer
	buf []byte
}

func (c *chunkWriter) Write(p []byte) (int, error) {
	c.buf = append(c.buf, p...)
	for len(c.buf) >= chunkSize {
		if err := writeBlock(c.w, c.buf[:chunkSize]); err != nil {
			return 0, err
		}
		c.buf = c.buf[:copy(c.buf, c.buf[chunkSize:])]
	}
	return len(p), nil
}

func (c *chunkWriter) close() error {
	if len(c.buf) > 0 {
		if err := writeBlock(c.w, c.buf); err != nil {
			return err
		}
	}
	return writeBlock(c.w, nil)
}

// chunkReader reads what a chunkWriter wrote.
type chunkReader struct {
	r    *bufio.Reader
	buf  []byte
	left []byte // of buf
	end  bool
}

func (c *chunkReader) Read(p []byte) (_ int, err error) {
	if len(c.left) == 0 && !c.end {
		if c.buf, err = readBlock(c.r, c.buf); err != nil {
			return 0, err
		}
		c.left, c.end = c.buf, len(c.buf) == 0
	}
	if c.end {
		return 0, io.EOF
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

// Restore fills a new engine's tables from a snapshot, which may have been
// taken with another number of shards. A table whose shape changed begins
// empty and is named in the report.
func (e *Engine) Restore(r io.Reader) (Report, error) {
	var rep Report
	in := bufio.NewReader(r)
	var h header
	if err := readHeader(in, &h); err != nil {
		return rep, fmt.Errorf("read snapshot: %w", err)
	}
	if h.Format != snapshotFormat {
		return rep, fmt.Errorf("read snapshot: format %d, want %d", h.Format, snapshotFormat)
	}
	warm := map[string]bool{}
	for range h.Tables {
		if err := e.restoreTable(in, warm, &rep); err != nil {
			return rep, fmt.Errorf("read snapshot: %w", err)
		}
	}
	for _, t := range e.shards[0].tables() {
		if !warm[t.id()] {
			rep.Cold = append(rep.Cold, t.id())
		}
	}
	for _, s := range e.shards {
		for _, t := range s.tables() {
			rep.Entries += t.Len()
		}
	}
	return rep, nil
}

func (e *Engine) restoreTable(in *bufio.Reader, warm map[string]bool, rep *Report) error {
	var th tableHeader
	if err := readHeader(in, &th); err != nil {
		return err
	}
	raw, err := io.ReadAll(&chunkReader{r: in})
	if err != nil {
		return fmt.Errorf("table %s/%s: %w", th.Detector, th.Table, err)
	}
	found := false
	for _, s := range e.shards {
		for _, t := range s.tables() {
			if t.detector != th.Detector || t.TableName() != th.Table || t.Shape() != th.Shape {
				continue
			}
			found = true
			if err := t.Load(bytes.NewReader(raw), s.owns); err != nil {
				return fmt.Errorf("table %s: %w", t.id(), err)
			}
		}
	}
	if found {
		warm[th.Detector+"/"+th.Table] = true
	} else {
		rep.Dropped = append(rep.Dropped, th.Detector+"/"+th.Table)
	}
	return nil
}
