package ingest

import (
	"picket/internal/awsrpc"
)

// Service is the model of the service. Limits are such that a request at all of
// them at once need not fit: Dialect bounds its size.
var Service = awsrpc.Service{
	Name:       Name,
	Protocol:   awsrpc.RestJSON,
	Operations: []awsrpc.Operation{PutFindings.Operation, GetLists.Operation},
	Limits: map[string]awsrpc.Limit{
		"Account":  {Pattern: `[0-9]{12}`},
		"Findings": {Max: new(int64(MaxFindings))},
		"Counts":   {Max: new(int64(MaxCounts))},
		"InputID":  {Pattern: `[0-9a-f]{32}`},
		"Source":   {Enum: Sources},
		"Resource": {Max: new(int64(400))},
		"Number":   {Min: new(int64(0)), Max: new(int64(1 << 50))},
	},
}

// Name is the service's name, in credential scopes and actions.
const Name = "picket"

// Bounds of one request.
const (
	MaxFindings = 500
	MaxCounts   = 1000
	MaxBytes    = 1 << 20
)

// Sources are the data sources whose records are counted, by the names of the
// detector's features.
var Sources = []string{"CLOUD_TRAIL", "DNS_LOGS", "FLOW_LOGS", "S3_DATA_EVENTS", "EKS_AUDIT_LOGS"}

// Dialect is AppFabric's, which tells all that is wrong with a request.
var Dialect = &awsrpc.Dialect{
	ContentType: awsrpc.AppFabric.ContentType,
	MaxBody:     MaxBytes,
	Kinds:       awsrpc.AppFabric.Kinds,
	Front:       awsrpc.AppFabric.Front,
	Unknown:     awsrpc.AppFabric.Unknown,
	Refuse:      awsrpc.AppFabric.Refuse,
	Resource: func(c awsrpc.Caller, _ *awsrpc.Operation, member func(string) string) string {
		account := member("account")
		if account == "" {
			account = c.Account
		}
		return "arn:aws:" + Name + ":" + c.Region + ":" + account + ":*"
	},
}

// The operations.
var (
	PutFindings = awsrpc.Op[PutFindingsInput, PutFindingsOutput]{Operation: awsrpc.Operation{
		Service: Name, Name: "PutFindings", Method: "POST", Path: "/picket/v1/findings", Status: 200}}
	GetLists = awsrpc.Op[GetListsInput, GetListsOutput]{Operation: awsrpc.Operation{
		Service: Name, Name: "GetLists", Method: "GET", Path: "/picket/v1/lists", Status: 200}}
)

// PutFindingsInput is findings of an account in the region that the request is
// signed for, and counts of the logs that were looked through for them.
type PutFindingsInput struct {
	Account  *string  `aws:"account,limit=Account" json:"account,omitempty"`    // absent: the caller's
	Findings []string `aws:"findings,limit=Findings" json:"findings,omitempty"` // GuardDuty's JSON, each
	Counts   []Count  `aws:"counts,limit=Counts" json:"counts,omitempty"`
}

// Count is what one input, such as a file, had of one source and resource. It is
// counted once for an id, however often it is sent.
type Count struct {
	ID       *string `aws:"id,required,limit=InputID" json:"id"`
	Source   *string `aws:"source,required,limit=Source" json:"source"`
	Resource *string `aws:"resource,limit=Resource" json:"resource,omitempty"` // a bucket, a cluster
	Records  *int64  `aws:"records,required,limit=Number" json:"records"`
	Bytes    *int64  `aws:"bytes,required,limit=Number" json:"bytes"`
}

// PutFindingsOutput has a result for each finding and each count, in their order.
type PutFindingsOutput struct {
	Findings []Result `aws:"findings" json:"findings"`
	Counts   []Result `aws:"counts" json:"counts"`
}

// Result is what became of a finding or a count.
type Result struct {
	State    *string `aws:"state" json:"state"`       // one of the states below
	ID       *string `aws:"id" json:"id"`             // of the finding in the store
	Archived *bool   `aws:"archived" json:"archived"` // a filter archived it
	Reason   *string `aws:"reason" json:"reason"`     // why it was refused
}

// The states of results.
const (
	Created  = "CREATED"  // there was no such finding
	Updated  = "UPDATED"  // counted in a finding that was there
	Repeated = "REPEATED" // it was sent before: nothing changed
	Counted  = "COUNTED"  // of counts
	Refused  = "REFUSED"
)

// GetListsInput asks for the lists that count for an account.
type GetListsInput struct {
	Account   *string `aws:"account,query,limit=Account"` // absent: the caller's
	NextToken *string `aws:"nextToken,query"`
}

// GetListsOutput is a page of the lists. A list too long for a page goes on in
// the next, whose first list it is.
type GetListsOutput struct {
	Account   *string `aws:"account" json:"account"`
	Version   *string `aws:"version" json:"version"` // changes when a list does
	Lists     []List  `aws:"lists" json:"lists"`
	NextToken *string `aws:"nextToken" json:"nextToken"`
}

// List is a list, or a part of its file.
type List struct {
	ID      *string `aws:"id" json:"id"`
	Kind    *string `aws:"kind" json:"kind"` // ipset, threatintelset, trustedentityset or threatentityset
	Name    *string `aws:"name" json:"name"`
	Format  *string `aws:"format" json:"format"`
	Content []byte  `aws:"content" json:"content"`
}
