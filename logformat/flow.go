package logformat

import (
	"bytes"
	"slices"
	"strings"

	"picket/event"
)

var flowLog = Format{
	Name: "vpc-flow",
	Kind: event.KindFlow,
	Doc: "VPC flow logs of versions 2 to 10 as text: the fields are those the header line names, in its order; without a " +
		"header those of the default format. Intervals without data are counted and left out. " +
		"Transit gateway flow logs (version 6) are refused.",
	Sniff: func(head []byte) bool {
		line := firstLine(head)
		return isFlowHeader(line) || isTransitGateway(line) || defaultPlan.accepts(line)
	},
	Decode: func(b *event.Batch, st *State, final bool) int {
		if st.flow.columns.N == 0 {
			st.flow = defaultPlan
		}
		b.Columns = st.flow.columns
		return st.eachLine(b, final, (*State).flowLine)
	},
}

// A flowPlan says in which columns of a flow log its fields stand. Fields the
// log does not have stand in noColumn.
type flowPlan struct {
	columns event.Columns
	numbers []numberColumn

	src, dst, account, iface, instance, resource, action, status, direction uint8
}

// numberColumn is a column with a number, and which one that is.
type numberColumn struct{ column, number uint8 }

// defaultColumns is the format of flow logs whose maker chose none (version 2).
const defaultColumns = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"

var defaultPlan = func() flowPlan {
	p, _ := planOf([]byte(defaultColumns))
	return p
}()

// planOf reads a header line. The reason is empty when the log can be read.
func planOf(header []byte) (p flowPlan, reason string) {
	var at [event.NumFields]uint8
	for f := range at {
		at[f] = noColumn
	}
	for name := range strings.FieldsSeq(string(header)) {
		if p.columns.N == event.MaxColumns {
			return p, "flow log has more than 64 columns"
		}
		f := fieldOf(name)
		p.columns.Field[p.columns.N] = f
		if at[f] == noColumn {
			at[f] = uint8(p.columns.N)
		}
		p.columns.N++
	}
	for number, f := range numberFields {
		if at[f] != noColumn {
			p.numbers = append(p.numbers, numberColumn{at[f], uint8(number)})
		}
	}
	p.src, p.dst = at[event.FieldSrcAddr], at[event.FieldDstAddr]
	p.account, p.iface = at[event.FieldAccountID], at[event.FieldInterfaceID]
	p.instance, p.resource = at[event.FieldInstanceID], at[event.FieldResourceID]
	p.action, p.status, p.direction = at[event.FieldAction], at[event.FieldLogStatus], at[event.FieldFlowDirection]
	switch {
	case p.src == noColumn || p.dst == noColumn:
		return p, "flow log without srcaddr and dstaddr"
	case at[event.FieldStart] == noColumn && at[event.FieldEnd] == noColumn:
		return p, "flow log without start and end"
	}
	return p, ""
}

var numberFields = [numFlowNumbers]event.Field{
	flowSrcPort: event.FieldSrcPort, flowDstPort: event.FieldDstPort, flowProtocol: event.FieldProtocol,
	flowFlags: event.FieldTCPFlags, flowPackets: event.FieldPackets, flowBytes: event.FieldBytes,
	flowStart: event.FieldStart, flowEnd: event.FieldEnd,
}

// fieldOf finds a field by the name a header gives it. Parquet files write
// underscores, and some tools do in text.
func fieldOf(name string) event.Field {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if i := slices.Index(event.FieldNames[1:], name); i >= 0 {
		return event.Field(i + 1)
	}
	return event.FieldUnknown
}

// isFlowHeader reports whether line names flow log fields.
func isFlowHeader(line []byte) bool {
	if len(line) == 0 || line[0] >= '0' && line[0] <= '9' || line[0] == '-' || line[0] == '{' || line[0] == '[' {
		return false
	}
	names := 0
	for _, name := range bytes.Fields(line[:min(len(line), maxHeader)]) {
		if fieldOf(string(name)) != event.FieldUnknown {
			names++
		}
	}
	return names >= 2
}

// maxHeader is more than the names of all fields take.
const maxHeader = 4 << 10

// isTransitGateway recognises a transit gateway flow log by its header or by a
// record in its default format.
func isTransitGateway(line []byte) bool {
	if bytes.HasPrefix(line, []byte("6 TransitGateway ")) {
		return true
	}
	return !bytes.HasPrefix(line, []byte("{")) && (bytes.HasPrefix(line, []byte("tgw-")) || bytes.Contains(line, []byte(" tgw-id ")) ||
		bytes.Contains(line, []byte(" tgw-attachment-id ")) || bytes.Contains(line, []byte(" tgw-src-vpc-id ")))
}

// accepts reports whether line is a record of this plan.
func (p *flowPlan) accepts(line []byte) bool {
	var c cutter
	switch c.flow(p, line, 0, len(line), new(event.Flow)) {
	case flowOK, flowNoData, flowSkipData:
		return true
	}
	return false
}
