package main

import (
	"strconv"
	"time"
)

// ctRec is one CloudTrail record: a management event or an S3 data event.
type ctRec struct {
	t                                int64 // unix ms
	ident                            string
	source, name, region, ip, ua     string
	errCode, errMsg                  string
	req, resp, extra, resources, tls string // raw JSON; "" means absent or null
	readOnly, data                   bool
	eventType, account, sharedID     string
	vpce, vpceAccount                string // the endpoint called through, and whose it is when not the account's own
}

func stamp(b []byte, ms int64) []byte {
	return time.UnixMilli(ms).UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
}
func stampS(ms int64) string { return string(stamp(nil, ms)) }

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// appendTo writes the record in the member order CloudTrail uses.
func (e *ctRec) appendTo(b []byte, r *rng) []byte {
	b = append(b, `{"eventVersion":"1.11","userIdentity":`+e.ident+`,"eventTime":"`...)
	b = stamp(b, e.t)
	b = append(b, `","eventSource":"`+e.source+`.amazonaws.com","eventName":"`+e.name+`","awsRegion":"`+e.region+
		`","sourceIPAddress":"`+e.ip+`","userAgent":"`+e.ua+`"`...)
	if e.errCode != "" {
		b = append(b, `,"errorCode":"`+e.errCode+`","errorMessage":"`+e.errMsg+`"`...)
	}
	b = append(b, `,"requestParameters":`+orElse(e.req, "null")+`,"responseElements":`+orElse(e.resp, "null")...)
	if e.extra != "" {
		b = append(b, `,"additionalEventData":`+e.extra...)
	}
	b = append(b, `,"requestID":"`+r.uuid()...)
	b = append(b, `","eventID":"`+r.uuid()+`","readOnly":`...)
	b = strconv.AppendBool(b, e.readOnly)
	if e.resources != "" {
		b = append(b, `,"resources":`+e.resources...)
	}
	b = append(b, `,"eventType":"`+orElse(e.eventType, "AwsApiCall")+`","managementEvent":`...)
	b = strconv.AppendBool(b, !e.data)
	return append(e.appendDelivery(b), '}')
}

// appendDelivery writes the members that say to whom and how the event came.
func (e *ctRec) appendDelivery(b []byte) []byte {
	b = append(b, `,"recipientAccountId":"`+e.account+`"`...)
	if e.sharedID != "" {
		b = append(b, `,"sharedEventID":"`+e.sharedID+`"`...)
	}
	if e.vpce != "" {
		b = append(b, `,"vpcEndpointId":"`+e.vpce+`","vpcEndpointAccountId":"`+orElse(e.vpceAccount, e.account)+`"`...)
	}
	category := "Management"
	if e.data {
		category = "Data"
	}
	b = append(b, `,"eventCategory":"`+category+`"`...)
	if e.tls != "" {
		b = append(b, `,"tlsDetails":`+e.tls...)
	}
	return b
}
