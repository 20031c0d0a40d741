package logformat

import (
	"bytes"

	"picket/event"
)

// flowLine reads the line in [i, e). It refuses a header that changes the
// columns of a batch that has rows of other columns.
func (st *State) flowLine(i, e int) bool {
	if st.refused {
		st.skip(SkipRefused)
		return true
	}
	if c := st.batch.Data[i]; c > '9' || c < '-' {
		return st.flowHeader(i, e)
	}
	st.flowRecord(&st.flow, i, e)
	return true
}

// flowHeader reads a line that does not begin like a record.
func (st *State) flowHeader(i, e int) bool {
	b := st.batch
	line := b.Data[i:e]
	if !bytes.Equal(line, st.header) {
		if isTransitGateway(line) {
			return st.refuse(i, "transit gateway flow log (version 6): its records are about attachments, not interfaces")
		}
		if !isFlowHeader(line) {
			st.bad(i, "no flow record")
			return true
		}
		plan, reason := planOf(line)
		if reason != "" {
			return st.refuse(i, reason)
		}
		st.header, st.headed = append(st.header[:0], line...), plan
	}
	plan := st.headed
	if plan.columns == b.Columns {
		return true
	}
	if len(b.Flows) > 0 {
		return false
	}
	st.flow, b.Columns = plan, plan.columns
	return true
}

// refuse counts the header at i as a bad record, and leaves the records behind
// it alone.
func (st *State) refuse(i int, reason string) bool {
	st.bad(i, reason)
	st.refused = true
	return true
}

// wrappedFlow reads the log message in [i, e) as a flow record in the default
// format. Messages that do not look like one are of other streams.
func (st *State) wrappedFlow(i, e int) {
	text := st.batch.Data[i:e]
	if text[0] < '2' || text[0] > '9' || bytes.Count(text, blank)+1 != defaultPlan.columns.N {
		st.skip(SkipOther)
		return
	}
	st.batch.Columns = defaultPlan.columns
	st.flowRecord(&defaultPlan, i, e)
}

var blank = []byte{' '}

// flowRecord makes a row of the record in [i, e).
func (st *State) flowRecord(p *flowPlan, i, e int) {
	b := st.batch
	f := grow(&b.Flows)
	if r := st.cut.flow(p, b.Data, i, e, f); r != flowOK {
		b.Flows = b.Flows[:len(b.Flows)-1]
		st.flowFault(r, i, e)
		return
	}
	f.Line = event.Span{Off: uint32(i), Len: uint32(e - i)}
	st.Stats.Records++
}

// flowResult is what became of a record.
type flowResult uint8

const (
	flowOK flowResult = iota
	flowNoData
	flowSkipData
	flowColumns
	flowAddress
	flowNumber
	flowTime
	flowAction
	flowStatus
)

var flowFaults = [...]string{
	flowColumns: "flow record whose fields are not as many as its log's columns",
	flowAddress: "flow record with an address that is none",
	flowNumber:  "flow record with a number that is none or too large",
	flowTime:    "flow record whose start is no plausible time",
	flowAction:  "flow record whose action is neither ACCEPT nor REJECT",
	flowStatus:  "flow record with an unknown log-status",
}

func (st *State) flowFault(r flowResult, i, e int) {
	switch {
	case r == flowNoData:
		st.skip(SkipNoData)
	case r == flowSkipData:
		st.skip(SkipSkipData)
	case e == len(st.batch.Data):
		st.bad(i, "truncated record")
	default:
		st.bad(i, flowFaults[r])
	}
}

// flow reads the record in data[i:e] into f.
func (c *cutter) flow(p *flowPlan, data []byte, i, e int, f *event.Flow) flowResult {
	if !c.cut(data, i, e) || c.columns != p.columns.N {
		return flowColumns
	}
	var n flowNumbers
	if !c.numbers(p, &n) {
		if r := c.oddNumbers(p, &n); r != flowOK {
			return c.reason(p, r)
		}
	}
	if r := c.addresses(p, f); r != flowOK {
		return c.reason(p, r)
	}
	f.LocalPort, f.RemotePort = uint16(n[flowSrcPort]), uint16(n[flowDstPort])
	f.Proto, f.Flags = uint8(n[flowProtocol]), uint8(n[flowFlags])
	f.Packets, f.Bytes = n[flowPackets], n[flowBytes]
	if r := c.words(p, f); r != flowOK {
		return r
	}
	return setTime(f, n[flowStart], n[flowEnd])
}

// reason says why a record cannot be read: one without data has dashes where
// others have addresses and numbers.
func (c *cutter) reason(p *flowPlan, r flowResult) flowResult {
	switch string(c.column(p.status)) {
	case "NODATA":
		return flowNoData
	case "SKIPDATA":
		return flowSkipData
	}
	if p.status == noColumn && string(c.column(p.src)) == "-" && string(c.column(p.dst)) == "-" {
		return flowNoData
	}
	return r
}

func setTime(f *event.Flow, start, end uint64) flowResult {
	if start == 0 {
		start = end
	}
	f.At = event.Time(start) * event.Second
	if start > maxSeconds || !f.At.Plausible() {
		return flowTime
	}
	if end > start && end-start < 1<<32 {
		f.Duration = uint32(end - start)
	}
	return flowOK
}

// maxSeconds is far behind any plausible time and still fits milliseconds.
const maxSeconds = 1 << 40

// words reads the fields that are no numbers.
func (c *cutter) words(p *flowPlan, f *event.Flow) flowResult {
	switch string(c.column(p.action)) {
	case "ACCEPT":
		f.Traits = event.Accepted
	case "REJECT":
		f.Traits = event.Rejected
	case "-", "":
	default:
		return flowAction
	}
	switch string(c.column(p.status)) {
	case "OK", "-", "":
	default:
		return c.reason(p, flowStatus)
	}
	if text := c.column(p.direction); len(text) > 1 {
		f.Direction = text[0] // ingress or egress
	}
	owner := c.account.of(c.column(p.account))
	iface := c.column(p.iface)
	if len(iface) < 2 {
		iface = c.column(p.resource) // a regional NAT gateway
	}
	f.Interface = event.Hash(owner, iface)
	if text := c.column(p.instance); len(text) > 1 {
		f.Entity = event.Hash(owner, text)
	}
	return flowOK
}

// accountHash keeps the hash of the last account.
type accountHash struct {
	name []byte
	hash uint64
}

func (a *accountHash) of(name []byte) uint64 {
	if a.name == nil || string(name) != string(a.name) {
		a.name = append(a.name[:0], name...)
		a.hash = event.Hash(0, name)
	}
	return a.hash
}
