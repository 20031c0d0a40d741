package engine

import (
	"bufio"
	"bytes"
	"encoding/gob"
	"fmt"
	"io"

	"picket/detect"
)

// snapshotFormat changes when the layout below does.
const snapshotFormat = 1

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
	enc := gob.NewEncoder(buf)
	n := 0
	for _, s := range e.shards {
		n += len(s.tables())
	}
	if err := enc.Encode(header{snapshotFormat, n}); err != nil {
		return fmt.Errorf("write snapshot: %w", err)
	}
	for _, s := range e.shards {
		for _, t := range s.tables() {
			if err := saveTable(enc, t); err != nil {
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

func saveTable(enc *gob.Encoder, t named) error {
	if err := enc.Encode(tableHeader{t.detector, t.TableName(), t.Shape()}); err != nil {
		return err
	}
	chunks := chunkWriter{enc: enc}
	if err := t.Save(&chunks); err != nil {
		return err
	}
	return chunks.close()
}

// chunkWriter carries a table's bytes through gob in blocks; an empty block ends it.
type chunkWriter struct {
	enc *gob.Encoder
	buf []byte
}

const chunkSize = 64 << 10

func (c *chunkWriter) Write(p []byte) (int, error) {
	c.buf = append(c.buf, p...)
	if len(c.buf) < chunkSize {
		return len(p), nil
	}
	return len(p), c.flush()
}

func (c *chunkWriter) flush() error {
	if len(c.buf) == 0 {
		return nil
	}
	err := c.enc.Encode(c.buf)
	c.buf = c.buf[:0]
	return err
}

func (c *chunkWriter) close() error {
	if err := c.flush(); err != nil {
		return err
	}
	return c.enc.Encode([]byte{})
}

type chunkReader struct {
	dec *gob.Decoder
	buf []byte
	end bool
}

func (c *chunkReader) Read(p []byte) (int, error) {
	for len(c.buf) == 0 {
		if c.end {
			return 0, io.EOF
		}
		c.buf = c.buf[:0]
		if err := c.dec.Decode(&c.buf); err != nil {
			return 0, err
		}
		c.end = len(c.buf) == 0
	}
	n := copy(p, c.buf)
	c.buf = c.buf[n:]
	return n, nil
}

// Restore fills a new engine's tables from a snapshot, which may have been
// taken with another number of shards. A table whose shape changed begins
// empty and is named in the report.
func (e *Engine) Restore(r io.Reader) (Report, error) {
	var rep Report
	dec := gob.NewDecoder(bufio.NewReader(r))
	var h header
	if err := dec.Decode(&h); err != nil {
		return rep, fmt.Errorf("read snapshot: %w", err)
	}
	if h.Format != snapshotFormat {
		return rep, fmt.Errorf("read snapshot: format %d, want %d", h.Format, snapshotFormat)
	}
	warm := map[string]bool{}
	for range h.Tables {
		if err := e.restoreTable(dec, warm, &rep); err != nil {
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

func (e *Engine) restoreTable(dec *gob.Decoder, warm map[string]bool, rep *Report) error {
	var th tableHeader
	if err := dec.Decode(&th); err != nil {
		return err
	}
	raw, err := io.ReadAll(&chunkReader{dec: dec})
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
