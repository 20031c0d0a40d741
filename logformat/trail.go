package logformat

import (
	"picket/event"
)

var cloudTrail = Format{
	Name: "cloudtrail",
	Kind: event.KindTrail,
	Doc: "AWS CloudTrail records, management and data events: files as CloudTrail writes them to S3 ({\"Records\":[…]}), " +
		"one event per line, arrays, single events, and EventBridge events with the record in detail. " +
		"Digest files, Insights and network activity events are recognised and left out.",
	Sniff: func(head []byte) bool {
		return shape(head)&(seenEventName|seenDigest|seenRecords|seenDetail) != 0
	},
	Decode: func(b *event.Batch, st *State, final bool) int { return st.json(b, guessTrail, final) },
}

// Fields of a CloudTrail record.
const (
	trailTime field = iota
	trailSource
	trailName
	trailRegion
	trailIP
	trailAgent
	trailError
	trailMessage
	trailParams
	trailResponse
	trailExtra
	trailResources
	trailID
	trailType
	trailCategory
	trailManagement
	trailRecipient
	trailEndpoint
	trailEndpointAccount
	trailDetail
	trailUser
	userType
	userPrincipal
	userARN
	userAccount
	userKey
	userName
	userInvokedBy
	userRoleDelivery
	userAssumedRoot
	userScope
	userCreated
	userMFA
	issuerType
	issuerID
	issuerARN
	issuerName
	numTrailFields
	noField = maxFields - 1 // for objects whose text nobody wants
)

var sessionIssuerSchema = newSchema(slotIssuer, []key{
	wanted(textValue, issuerType, "type"),
	wanted(textValue, issuerID, "principalId"),
	wanted(textValue, issuerARN, "arn"),
	wanted(textValue, issuerName, "userName"),
}, "accountId")

var sessionAttributesSchema = newSchema(slotAttributes, []key{
	wanted(textValue, userCreated, "creationDate"),
	wanted(textValue, userMFA, "mfaAuthenticated"),
})

var sessionSchema = newSchema(slotSession, []key{
	nested(noField, "sessionIssuer", sessionIssuerSchema),
	nested(noField, "attributes", sessionAttributesSchema),
	wanted(textValue, userRoleDelivery, "ec2RoleDelivery"),
	wanted(textValue, userAssumedRoot, "assumedRoot"),
}, "webIdFederationData", "sourceIdentity", "ec2IssuedInVpc")

var userIdentitySchema = newSchema(slotUser, []key{
	wanted(textValue, userType, "type"),
	wanted(textValue, userPrincipal, "principalId"),
	wanted(textValue, userARN, "arn"),
	wanted(textValue, userAccount, "accountId"),
	wanted(textValue, userKey, "accessKeyId"),
	wanted(textValue, userName, "userName"),
	wanted(textValue, userInvokedBy, "invokedBy"),
	wanted(rawValue, userScope, "inScopeOf"),
	nested(noField, "sessionContext", sessionSchema),
}, "identityProvider", "onBehalfOf", "credentialId")

var trailKeys = []key{
	nested(trailUser, "userIdentity", userIdentitySchema),
	wanted(textValue, trailTime, "eventTime"),
	wanted(textValue, trailSource, "eventSource"),
	wanted(textValue, trailName, "eventName"),
	wanted(textValue, trailRegion, "awsRegion"),
	wanted(textValue, trailIP, "sourceIPAddress"),
	wanted(textValue, trailAgent, "userAgent"),
	wanted(textValue, trailError, "errorCode"),
	wanted(textValue, trailMessage, "errorMessage"),
	wanted(rawValue, trailParams, "requestParameters"),
	wanted(rawValue, trailResponse, "responseElements"),
	wanted(rawValue, trailExtra, "additionalEventData"),
	wanted(rawValue, trailResources, "resources"),
	wanted(textValue, trailID, "eventID"),
	wanted(textValue, trailType, "eventType"),
	wanted(textValue, trailCategory, "eventCategory"),
	wanted(textValue, trailManagement, "managementEvent"),
	wanted(textValue, trailRecipient, "recipientAccountId"),
	wanted(textValue, trailEndpoint, "vpcEndpointId"),
	wanted(textValue, trailEndpointAccount, "vpcEndpointAccountId"),
}

// trailSkipped are the members that nobody wants, and those that surround the
// record in an EventBridge event.
var trailSkipped = []string{"eventVersion", "requestID", "readOnly", "apiVersion", "sharedEventID",
	"serviceEventDetails", "addendum", "sessionCredentialFromConsole", "edgeDeviceDetails", "tlsDetails", "eventContext",
	"insightDetails", "version", "id", "detail-type", "source", "account", "time", "region"}

var trailBody = newSchema(slotTrailBody, trailKeys, trailSkipped...)

var trailSchema = newSchema(slotTrail,
	append(trailKeys[:len(trailKeys):len(trailKeys)], nested(trailDetail, "detail", trailBody), list("Records"), list("items")),
	trailSkipped...)

// trail makes a row of the record that was read from [i, e).
func (st *State) trail(i, e int) verdict {
	s := &st.scan
	if s.out[trailName].n == 0 || s.out[trailTime].n == 0 || s.out[trailSource].n == 0 {
		return st.insight()
	}
	if d := s.out[trailDetail]; d.n != 0 {
		i, e = int(d.off), int(d.off+d.n)
		if r := &s.out[trailResources]; int(r.off) < i || int(r.off) >= e {
			*r = span{} // the envelope's
		}
	}
	b := st.batch
	source := s.view(b, trailSource)
	if len(source) > 3 && source[3] == ':' {
		return stranger // an S3 event notification: "aws:s3"
	}
	category := st.category()
	switch category {
	case "", "Management", "Data":
	case "NetworkActivity":
		st.skip(SkipNetworkActivity)
		return done
	default:
		st.skip(SkipOther)
		return done
	}
	at, ok := st.clock.parse(s.view(b, trailTime))
	if !ok {
		st.badText(i, "eventTime %q is no plausible time", s.view(b, trailTime))
		return done
	}
	t := grow(&b.Trails)
	t.At, t.Source, t.Category = at, source, category
	t.Raw = event.View(s.text[i:e])
	st.fillTrail(t)
	st.fillIdentity(&t.User)
	if t.Account == "" {
		t.Account = t.User.Account
	}
	st.Stats.Records++
	return done
}

// insight tells an Insights event, which has no eventName of its own, from what
// is no CloudTrail record.
func (st *State) insight() verdict {
	if st.scan.view(st.batch, trailType) != "AwsCloudTrailInsight" {
		return stranger
	}
	st.skip(SkipInsight)
	return done
}

// category is eventCategory, or what older records say in other words.
func (st *State) category() string {
	s := &st.scan
	if s.out[trailCategory].n != 0 {
		return s.view(st.batch, trailCategory)
	}
	switch s.view(st.batch, trailManagement) {
	case "true":
		return "Management"
	case "false":
		return "Data"
	}
	return ""
}

func (st *State) fillTrail(t *event.Trail) {
	s, b := &st.scan, st.batch
	t.Name = s.view(b, trailName)
	t.Region = s.view(b, trailRegion)
	t.CallerIP = s.view(b, trailIP)
	t.UserAgent = s.view(b, trailAgent)
	t.Error = s.view(b, trailError)
	t.Message = s.view(b, trailMessage)
	t.EventID = s.view(b, trailID)
	t.EventType = s.view(b, trailType)
	t.Account = s.view(b, trailRecipient)
	t.Params = s.raw(trailParams)
	t.Response = s.raw(trailResponse)
	t.Extra = s.raw(trailExtra)
	t.Resources = s.raw(trailResources)
	t.Endpoint = s.view(b, trailEndpoint)
	t.EndpointAccount = s.view(b, trailEndpointAccount)
	t.ID = eventID(t.EventID)
	if ip, ok := event.ParseIP(t.CallerIP); ok {
		t.Caller = ip
	}
}

func (st *State) fillIdentity(u *event.Identity) {
	s, b := &st.scan, st.batch
	u.Type = s.view(b, userType)
	u.PrincipalID = s.view(b, userPrincipal)
	u.ARN = s.view(b, userARN)
	u.Account = s.view(b, userAccount)
	u.AccessKey = s.view(b, userKey)
	u.Name = s.view(b, userName)
	u.InvokedBy = s.view(b, userInvokedBy)
	u.RoleDelivery = s.view(b, userRoleDelivery)
	u.AssumedRoot = s.view(b, userAssumedRoot)
	u.Scope = s.raw(userScope)
	u.Created = s.view(b, userCreated)
	u.MFA = s.view(b, userMFA)
	u.IssuerType = s.view(b, issuerType)
	u.IssuerID = s.view(b, issuerID)
	u.IssuerARN = s.view(b, issuerARN)
	u.IssuerName = s.view(b, issuerName)
}
