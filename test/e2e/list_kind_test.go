package e2e

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/guardduty"
	"github.com/aws/aws-sdk-go-v2/service/guardduty/types"
)

var ipSet = kind{
	word: "ipset", param: "ipSet", most: 1, class: asServers,
	create: func(ctx context.Context, c *client, detector string, in change) (string, error) {
		out, err := c.CreateIPSet(ctx, &guardduty.CreateIPSetInput{DetectorId: &detector, Name: in.name, Format: types.IpSetFormat(*in.format),
			Location: in.location, Activate: in.activate, ClientToken: in.token, Tags: in.tags, ExpectedBucketOwner: in.owner})
		if err != nil {
			return "", err
		}
		return *out.IpSetId, nil
	},
	get: func(ctx context.Context, c *client, detector, id string) (list, error) {
		out, err := c.GetIPSet(ctx, &guardduty.GetIPSetInput{DetectorId: &detector, IpSetId: &id})
		if err != nil {
			return list{}, err
		}
		return list{name: *out.Name, format: string(out.Format), location: *out.Location, status: string(out.Status),
			owner: aws.ToString(out.ExpectedBucketOwner), tags: out.Tags}, nil
	},
	list: func(ctx context.Context, c *client, detector string, most *int32, token *string) ([]string, *string, error) {
		out, err := c.ListIPSets(ctx, &guardduty.ListIPSetsInput{DetectorId: &detector, MaxResults: most, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.IpSetIds, out.NextToken, nil
	},
	update: func(ctx context.Context, c *client, detector, id string, in change) error {
		_, err := c.UpdateIPSet(ctx, &guardduty.UpdateIPSetInput{DetectorId: &detector, IpSetId: &id,
			Name: in.name, Location: in.location, Activate: in.activate, ExpectedBucketOwner: in.owner})
		return err
	},
	delete: func(ctx context.Context, c *client, detector, id string) error {
		_, err := c.DeleteIPSet(ctx, &guardduty.DeleteIPSetInput{DetectorId: &detector, IpSetId: &id})
		return err
	},
}

var threatIntelSet = kind{
	word: "threatintelset", param: "threatIntelSet", most: 6, class: asServers,
	create: func(ctx context.Context, c *client, detector string, in change) (string, error) {
		out, err := c.CreateThreatIntelSet(ctx, &guardduty.CreateThreatIntelSetInput{DetectorId: &detector, Name: in.name, Format: types.ThreatIntelSetFormat(*in.format),
			Location: in.location, Activate: in.activate, ClientToken: in.token, Tags: in.tags, ExpectedBucketOwner: in.owner})
		if err != nil {
			return "", err
		}
		return *out.ThreatIntelSetId, nil
	},
	get: func(ctx context.Context, c *client, detector, id string) (list, error) {
		out, err := c.GetThreatIntelSet(ctx, &guardduty.GetThreatIntelSetInput{DetectorId: &detector, ThreatIntelSetId: &id})
		if err != nil {
			return list{}, err
		}
		return list{name: *out.Name, format: string(out.Format), location: *out.Location, status: string(out.Status),
			owner: aws.ToString(out.ExpectedBucketOwner), tags: out.Tags}, nil
	},
	list: func(ctx context.Context, c *client, detector string, most *int32, token *string) ([]string, *string, error) {
		out, err := c.ListThreatIntelSets(ctx, &guardduty.ListThreatIntelSetsInput{DetectorId: &detector, MaxResults: most, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.ThreatIntelSetIds, out.NextToken, nil
	},
	update: func(ctx context.Context, c *client, detector, id string, in change) error {
		_, err := c.UpdateThreatIntelSet(ctx, &guardduty.UpdateThreatIntelSetInput{DetectorId: &detector, ThreatIntelSetId: &id,
			Name: in.name, Location: in.location, Activate: in.activate, ExpectedBucketOwner: in.owner})
		return err
	},
	delete: func(ctx context.Context, c *client, detector, id string) error {
		_, err := c.DeleteThreatIntelSet(ctx, &guardduty.DeleteThreatIntelSetInput{DetectorId: &detector, ThreatIntelSetId: &id})
		return err
	},
}

var threatEntitySet = kind{
	word: "threatentityset", param: "threatEntitySet", most: 6, entities: true, class: badRequest,
	create: func(ctx context.Context, c *client, detector string, in change) (string, error) {
		out, err := c.CreateThreatEntitySet(ctx, &guardduty.CreateThreatEntitySetInput{DetectorId: &detector, Name: in.name, Format: types.ThreatEntitySetFormat(*in.format),
			Location: in.location, Activate: in.activate, ClientToken: in.token, Tags: in.tags, ExpectedBucketOwner: in.owner})
		if err != nil {
			return "", err
		}
		return *out.ThreatEntitySetId, nil
	},
	get: func(ctx context.Context, c *client, detector, id string) (list, error) {
		out, err := c.GetThreatEntitySet(ctx, &guardduty.GetThreatEntitySetInput{DetectorId: &detector, ThreatEntitySetId: &id})
		if err != nil {
			return list{}, err
		}
		return list{name: *out.Name, format: string(out.Format), location: *out.Location, status: string(out.Status),
			owner: aws.ToString(out.ExpectedBucketOwner), tags: out.Tags,
			details: aws.ToString(out.ErrorDetails), created: out.CreatedAt, updated: out.UpdatedAt}, nil
	},
	list: func(ctx context.Context, c *client, detector string, most *int32, token *string) ([]string, *string, error) {
		out, err := c.ListThreatEntitySets(ctx, &guardduty.ListThreatEntitySetsInput{DetectorId: &detector, MaxResults: most, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.ThreatEntitySetIds, out.NextToken, nil
	},
	update: func(ctx context.Context, c *client, detector, id string, in change) error {
		_, err := c.UpdateThreatEntitySet(ctx, &guardduty.UpdateThreatEntitySetInput{DetectorId: &detector, ThreatEntitySetId: &id,
			Name: in.name, Location: in.location, Activate: in.activate, ExpectedBucketOwner: in.owner})
		return err
	},
	delete: func(ctx context.Context, c *client, detector, id string) error {
		_, err := c.DeleteThreatEntitySet(ctx, &guardduty.DeleteThreatEntitySetInput{DetectorId: &detector, ThreatEntitySetId: &id})
		return err
	},
}

var trustedEntitySet = kind{
	word: "trustedentityset", param: "trustedEntitySet", most: 1, entities: true, class: badRequest,
	create: func(ctx context.Context, c *client, detector string, in change) (string, error) {
		out, err := c.CreateTrustedEntitySet(ctx, &guardduty.CreateTrustedEntitySetInput{DetectorId: &detector, Name: in.name, Format: types.TrustedEntitySetFormat(*in.format),
			Location: in.location, Activate: in.activate, ClientToken: in.token, Tags: in.tags, ExpectedBucketOwner: in.owner})
		if err != nil {
			return "", err
		}
		return *out.TrustedEntitySetId, nil
	},
	get: func(ctx context.Context, c *client, detector, id string) (list, error) {
		out, err := c.GetTrustedEntitySet(ctx, &guardduty.GetTrustedEntitySetInput{DetectorId: &detector, TrustedEntitySetId: &id})
		if err != nil {
			return list{}, err
		}
		return list{name: *out.Name, format: string(out.Format), location: *out.Location, status: string(out.Status),
			owner: aws.ToString(out.ExpectedBucketOwner), tags: out.Tags,
			details: aws.ToString(out.ErrorDetails), created: out.CreatedAt, updated: out.UpdatedAt}, nil
	},
	list: func(ctx context.Context, c *client, detector string, most *int32, token *string) ([]string, *string, error) {
		out, err := c.ListTrustedEntitySets(ctx, &guardduty.ListTrustedEntitySetsInput{DetectorId: &detector, MaxResults: most, NextToken: token})
		if err != nil {
			return nil, nil, err
		}
		return out.TrustedEntitySetIds, out.NextToken, nil
	},
	update: func(ctx context.Context, c *client, detector, id string, in change) error {
		_, err := c.UpdateTrustedEntitySet(ctx, &guardduty.UpdateTrustedEntitySetInput{DetectorId: &detector, TrustedEntitySetId: &id,
			Name: in.name, Location: in.location, Activate: in.activate, ExpectedBucketOwner: in.owner})
		return err
	},
	delete: func(ctx context.Context, c *client, detector, id string) error {
		_, err := c.DeleteTrustedEntitySet(ctx, &guardduty.DeleteTrustedEntitySetInput{DetectorId: &detector, TrustedEntitySetId: &id})
		return err
	},
}
