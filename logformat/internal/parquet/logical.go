package parquet

// Some of the ConvertedTypes, which LogicalTypes replace.
const (
	convertedMillis = 9
	convertedMicros = 10
	convertedUint8  = 11
	convertedUint64 = 14
)

func (e *element) convert(to int64) {
	switch {
	case to == convertedMillis:
		e.Ticks = 1e3
	case to == convertedMicros:
		e.Ticks = 1e6
	case to >= convertedUint8 && to <= convertedUint64:
		e.Unsigned = true
	}
}

// readLogical reads a LogicalType, of which timestamps and integers matter.
func (e *element) readLogical(d *compact, head field) {
	d.inner(head, func(f field) bool {
		switch f.id {
		case 8:
			e.readTimestamp(d, f)
		case 10:
			e.readInteger(d, f)
		default:
			return false
		}
		return true
	})
}

func (e *element) readTimestamp(d *compact, head field) {
	ticks := [...]int64{1: 1e3, 2: 1e6, 3: 1e9}
	d.inner(head, func(f field) bool {
		if f.id != 2 {
			return false
		}
		d.inner(f, func(unit field) bool {
			if unit.id >= 1 && int(unit.id) < len(ticks) {
				e.Ticks = ticks[unit.id]
			}
			return false
		})
		return true
	})
}

func (e *element) readInteger(d *compact, head field) {
	d.inner(head, func(f field) bool {
		if f.id == 2 {
			e.Unsigned = !d.boolean(f)
		}
		return f.id == 2
	})
}
