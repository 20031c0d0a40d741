package event

// Columns says which field stands in which column of a raw flow record, so
// that names that only a finding needs are cut out when it is made.
// The zero Columns knows no column.
type Columns struct {
	// Field[i] is the field in column i.
	Field [MaxColumns]Field
	N     int
}

// MaxColumns is the most columns a flow record may have: version 10 of the
// format defines 45 fields, custom formats select from them.
const MaxColumns = 64

// Field is a field of a VPC flow record.
type Field uint8

// The fields of versions 2 to 10, in the order of their definition.
const (
	FieldUnknown Field = iota
	FieldVersion
	FieldAccountID
	FieldInterfaceID
	FieldSrcAddr
	FieldDstAddr
	FieldSrcPort
	FieldDstPort
	FieldProtocol
	FieldPackets
	FieldBytes
	FieldStart
	FieldEnd
	FieldAction
	FieldLogStatus
	FieldVPCID
	FieldSubnetID
	FieldInstanceID
	FieldTCPFlags
	FieldType
	FieldPktSrcAddr
	FieldPktDstAddr
	FieldRegion
	FieldAZID
	FieldSublocationType
	FieldSublocationID
	FieldPktSrcAWSService
	FieldPktDstAWSService
	FieldFlowDirection
	FieldTrafficPath
	FieldECSClusterARN
	FieldECSClusterName
	FieldECSContainerInstanceARN
	FieldECSContainerInstanceID
	FieldECSContainerID
	FieldECSSecondContainerID
	FieldECSServiceName
	FieldECSTaskDefinitionARN
	FieldECSTaskARN
	FieldECSTaskID
	FieldRejectReason
	FieldResourceID
	FieldEncryptionStatus
	NumFields
)

// FieldNames are the names as flow log headers write them; Parquet files use
// underscores in place of hyphens.
var FieldNames = [NumFields]string{
	"", "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets",
	"bytes", "start", "end", "action", "log-status", "vpc-id", "subnet-id", "instance-id", "tcp-flags", "type",
	"pkt-srcaddr", "pkt-dstaddr", "region", "az-id", "sublocation-type", "sublocation-id", "pkt-src-aws-service",
	"pkt-dst-aws-service", "flow-direction", "traffic-path", "ecs-cluster-arn", "ecs-cluster-name",
	"ecs-container-instance-arn", "ecs-container-instance-id", "ecs-container-id", "ecs-second-container-id",
	"ecs-service-name", "ecs-task-definition-arn", "ecs-task-arn", "ecs-task-id", "reject-reason", "resource-id",
	"encryption-status",
}

// FlowText cuts field f out of the raw record of a flow; "" when the record
// has no such field or a dash in its place.
func (b *Batch) FlowText(fl *Flow, f Field) string {
	line := b.Text(fl.Line)
	for col := 0; col < b.Columns.N; col++ {
		end := 0
		for end < len(line) && line[end] != ' ' {
			end++
		}
		if b.Columns.Field[col] == f {
			if line[:end] == "-" {
				return ""
			}
			return line[:end]
		}
		if end == len(line) {
			return ""
		}
		line = line[end+1:]
	}
	return ""
}
