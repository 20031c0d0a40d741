package logformat

// field is the place of a wanted value in a scanner's out. The kinds of
// records number their fields each for itself.
type field uint8

// maxFields is more than any kind of record has.
const maxFields = 40

// The slots of a scanner's orders, one for each schema.
const (
	slotTrail = iota
	slotTrailBody
	slotUser
	slotSession
	slotIssuer
	slotAttributes
	slotDNS
	slotSrcids
	slotAudit
	slotAuditUser
	slotImpersonated
	slotObjectRef
	slotStatus
	slotAnnotations
	slotEnvelope
	slotLogEvent
	numSchemas
)
