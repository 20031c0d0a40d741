package organizations

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"picket/internal/awscall"
)

// service is AWS Organizations.
var service = awscall.Service{ID: "Organizations", Name: "organizations", Signer: v4.NewSigner(), Refusal: refused}

const (
	target  = "AWSOrganizationsV20161128." // what the names of operations come after
	content = "application/x-amz-json-1.1"

	// most is how long an answer may be, in bytes. Amazon's have 20 accounts;
	// other servers may give all that they have, at 500 bytes or so each.
	most = 16 << 20
)

// place finds the one endpoint that a partition has (AWS General Reference, AWS
// Organizations endpoints and quotas). In AWS GovCloud (US) all cryptography is
// validated, and the endpoint does not say so.
func place(s awscall.Server) (awscall.Place, error) {
	if !smithyhttp.ValidHostLabel(s.Region) {
		return awscall.Place{}, fmt.Errorf("%q is not a region", s.Region)
	}
	if s.Own != nil {
		own := *s.Own
		own.Path = cmp.Or(own.Path, "/")
		return awscall.Place{URL: own, Region: s.Region}, nil
	}
	p, name := awscall.PartitionOf(s.Region), "organizations"
	if s.FIPS && p.Global != "us-gov-west-1" {
		name += "-fips"
	}
	domain := p.Domain
	if s.DualStack {
		domain = p.DualStack
	}
	return awscall.Place{URL: url.URL{Scheme: "https", Host: name + "." + p.Global + "." + domain, Path: "/"}, Region: p.Global}, nil
}

// call has an operation done. Input and output are those of the AWS
// Organizations API reference, in JSON.
func call(ctx context.Context, client *awscall.Client, operation string, in, out any) error {
	at, err := place(client.Server())
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return client.Do(ctx, &awscall.Operation{Place: at, Name: operation, Method: http.MethodPost, Body: body,
		Header: http.Header{"Content-Type": {content}, "X-Amz-Target": {target + operation}},
		Read:   func(res *http.Response) error { return read(res, out) }})
}

// read reads an answer of success.
func read(res *http.Response, out any) error {
	data, err := awscall.ReadAll(res, most)
	if err == nil {
		err = decode(data, out)
	}
	if err != nil {
		return failed(&smithyhttp.Response{Response: res}, fmt.Errorf("the answer: %w", err))
	}
	return nil
}

// decode reads an answer. An empty one says nothing.
func decode(data []byte, out any) error {
	if len(data) == 0 {
		return nil
	}
	if err := json.Unmarshal(data, out); err != nil {
		return fmt.Errorf("not what AWS Organizations says: %w", err)
	}
	return nil
}

// refused is the error of an answer that is not one of success. It has a
// smithy.APIError if the answer is of AWS Organizations and not, say, the page of
// a proxy.
func refused(res *smithyhttp.Response) error {
	data, err := awscall.ReadAll(res.Response, most)
	if err == nil {
		err = decodeError(res.StatusCode, res.Header.Get("X-Amzn-Errortype"), data)
	}
	return failed(res, err)
}

// failed is an error about an answer. It has the name of the request, which AWS
// support asks for.
func failed(res *smithyhttp.Response, err error) error {
	return &awshttp.ResponseError{RequestID: res.Header.Get("X-Amzn-Requestid"), ResponseError: &smithyhttp.ResponseError{Response: res, Err: err}}
}

// decodeError makes the error of what an answer has in its header and its body.
// The header goes first. Around the code there may be a namespace and an address:
// com.example#Code:http://example.com/ (Smithy, AWS JSON 1.1 protocol, operation
// error serialization).
func decodeError(status int, kind string, data []byte) error {
	var told struct {
		Type    string `json:"__type"`
		Code    any    // of any type, and of use if it is a text
		Message string // some write message, which is read as well
	}
	if err := decode(data, &told); err != nil {
		return err
	}
	code, _ := told.Code.(string)
	code, _, _ = strings.Cut(cmp.Or(kind, told.Type, code), ":")
	if _, name, ok := strings.Cut(code, "#"); ok {
		code = name
	}
	if code == "" {
		_, reason := awscall.Status(status)
		return &smithy.GenericAPIError{Code: "UnknownError", Message: cmp.Or(told.Message, reason)}
	}
	return &smithy.GenericAPIError{Code: code, Message: told.Message}
}
