package awscall

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/defaults"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// plainRegion takes regions by the names that they had before FIPS was a setting,
// fips-us-gov-west-1 or us-east-1-fips, and the global one by what is signed for it.
var plainRegion = strings.NewReplacer("-fips-", "-", "fips-", "", "-fips", "", "aws-global", "us-east-1")

// configured reads the configuration as the SDK's clients do.
func configured(ctx context.Context, service Service, cfg aws.Config) (Server, error) {
	own, err := ownEndpoint(ctx, service, cfg)
	if err != nil {
		return Server{}, err
	}
	fips, err := setting(ctx, cfg, fipsSource.GetUseFIPSEndpoint)
	if err != nil {
		return Server{}, err
	}
	dual, err := setting(ctx, cfg, dualStackSource.GetUseDualStackEndpoint)
	if err != nil {
		return Server{}, err
	}
	s := Server{Own: own, Region: plainRegion.Replace(cfg.Region), DualStack: dual == aws.DualStackEndpointStateEnabled}
	s.FIPS = fips == aws.FIPSEndpointStateEnabled || strings.Contains(cfg.Region, "fips-") || strings.Contains(cfg.Region, "-fips")
	if own != nil && (s.FIPS || s.DualStack) {
		return Server{}, fmt.Errorf("FIPS and dual-stack endpoints are Amazon's, and the endpoint is set to %s: unset one of them", own.Redacted())
	}
	return s, nil
}

// Sources of settings: the environment and the profile, among others.
type (
	endpointSource interface {
		GetServiceBaseEndpoint(ctx context.Context, service string) (string, bool, error)
	}
	ignoreSource interface {
		GetIgnoreConfiguredEndpoints(context.Context) (bool, bool, error)
	}
	fipsSource interface {
		GetUseFIPSEndpoint(context.Context) (aws.FIPSEndpointState, bool, error)
	}
	dualStackSource interface {
		GetUseDualStackEndpoint(context.Context) (aws.DualStackEndpointState, bool, error)
	}
)

// setting is what the first source that knows says, or nothing.
func setting[Source, Value any](ctx context.Context, cfg aws.Config, get func(Source, context.Context) (Value, bool, error)) (Value, error) {
	for _, source := range cfg.ConfigSources {
		if s, ok := source.(Source); ok {
			if v, found, err := get(s, ctx); found || err != nil {
				return v, err
			}
		}
	}
	var none Value
	return none, nil
}

var errEndpoint = errors.New("the endpoint that is set is not the address of a server: want http://host:port")

// ownEndpoint is the server that is set in place of Amazon's, nil if none is. A
// setting for the service goes before one for all, and the environment before
// the profile (AWS SDKs and Tools Reference Guide, service-specific endpoints).
func ownEndpoint(ctx context.Context, service Service, cfg aws.Config) (*url.URL, error) {
	ignored, err := setting(ctx, cfg, ignoreSource.GetIgnoreConfiguredEndpoints)
	if err != nil {
		return nil, err
	}
	address := aws.ToString(cfg.BaseEndpoint)
	const all = "AWS_ENDPOINT_URL"
	one := all + "_" + strings.ToUpper(strings.ReplaceAll(service.ID, " ", "_"))
	if !ignored && (os.Getenv(all) == "" || os.Getenv(one) != "") {
		itsOwn, err := setting(ctx, cfg, func(s endpointSource, ctx context.Context) (string, bool, error) {
			return s.GetServiceBaseEndpoint(ctx, service.ID)
		})
		if err != nil {
			return nil, err
		}
		address = cmp.Or(itsOwn, address)
	}
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return nil, errEndpoint // without the address, which may have a password
	}
	return u, nil
}

// timed is the configured HTTP client with the times that its mode of defaults
// allows for connections (AWS SDKs and Tools Reference Guide, smart defaults).
func timed(cfg aws.Config) aws.HTTPClient {
	client, ok := cfg.HTTPClient.(*awshttp.BuildableClient)
	if !ok {
		return cfg.HTTPClient
	}
	mode := cfg.DefaultsMode
	if mode == aws.DefaultsModeAuto {
		mode = defaults.ResolveDefaultsModeAuto(cfg.Region, cfg.RuntimeEnvironment)
	}
	times, err := defaults.GetModeConfiguration(mode)
	if err != nil {
		return client // the mode changes nothing
	}
	if t, ok := times.GetConnectTimeout(); ok {
		client = client.WithDialerOptions(func(d *net.Dialer) { d.Timeout = t })
	}
	if t, ok := times.GetTLSNegotiationTimeout(); ok {
		client = client.WithTransportOptions(func(tr *http.Transport) { tr.TLSHandshakeTimeout = t })
	}
	return client
}
