package guardduty

import (
	"context"
	"strings"

	wire "picket/internal/awsgen/guardduty"
	"picket/internal/awsrpc"
	"picket/internal/store"
)

// maxTags is how many tags a resource can have.
const maxTags = 50

func (a *API) tagRoutes() []awsrpc.Route {
	return []awsrpc.Route{
		awsrpc.Bind(wire.TagResource, a.tagResource),
		awsrpc.Bind(wire.UntagResource, a.untagResource),
		awsrpc.Bind(wire.ListTagsForResource, a.listTags),
	}
}

func (a *API) tagResource(ctx context.Context, in *wire.TagResourceInput) (*wire.TagResourceOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		if err := ownResource(tx, scopeOf(ctx), *in.ResourceArn); err != nil {
			return err
		}
		return setTags(tx, *in.ResourceArn, in.Tags)
	})
	return &wire.TagResourceOutput{}, err
}

func (a *API) untagResource(ctx context.Context, in *wire.UntagResourceInput) (*wire.UntagResourceOutput, error) {
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		if err := ownResource(tx, scopeOf(ctx), *in.ResourceArn); err != nil {
			return err
		}
		return tx.DeleteTags(*in.ResourceArn, in.TagKeys)
	})
	return &wire.UntagResourceOutput{}, err
}

func (a *API) listTags(ctx context.Context, in *wire.ListTagsForResourceInput) (*wire.ListTagsForResourceOutput, error) {
	out := &wire.ListTagsForResourceOutput{}
	err := a.db.Read(ctx, func(tx *store.Tx) (err error) {
		if err := ownResource(tx, scopeOf(ctx), *in.ResourceArn); err != nil {
			return err
		}
		out.Tags, err = tx.Tags(*in.ResourceArn)
		return err
	})
	return out, err
}

// setTags adds tags to a resource as far as there is room.
func setTags(tx *store.Tx, arn string, tags map[string]string) error {
	if len(tags) == 0 {
		return nil
	}
	if err := tx.SetTags(arn, tags); err != nil {
		return err
	}
	all, err := tx.Tags(arn)
	if err == nil && len(all) > maxTags {
		return errOutOfRange
	}
	return err
}

// taggable are the kinds of resources below a detector that can have tags, by
// the word in their ARNs, with the look-up that refuses what does not exist.
var taggable = map[string]func(tx *store.Tx, s store.Scope, id string) error{
	"filter":                findFilter,
	ipSets.Name:             findList(ipSets),
	threatIntelSets.Name:    findList(threatIntelSets),
	threatEntities.Name:     findList(threatEntities),
	trustedEntities.Name:    findList(trustedEntities),
	"publishingdestination": findDestination,
}

// ownResource refuses the ARN of what can't have tags, or is not the scope's.
func ownResource(tx *store.Tx, s store.Scope, arn string) error {
	if plan, ok := strings.CutPrefix(arn, planARN(s, "")); ok {
		_, err := ownPlan(tx, s, plan)
		return err
	}
	_, path, _ := strings.Cut(arn, ":detector/")
	id, below, deep := strings.Cut(path, "/")
	kind, name, _ := strings.Cut(below, "/")
	find := taggable[kind]
	if !validID(id) || deep && (find == nil || name == "") {
		// The front of the tag operations gives its refusals no second name.
		return &awsrpc.Exception{Name: "BadRequestException", Status: 400, Message: "Invalid input resource arn"}
	}
	asked := store.Detector{Meta: store.Meta{Scope: s, ID: id}}
	if own := store.DetectorARN(&asked); arn != own && !strings.HasPrefix(arn, own+"/") {
		return errNotOwned(nil)
	}
	if _, err := ownDetector(tx, s, id); err != nil || !deep {
		return err
	}
	return find(tx, s, name)
}

// Tags are what policies may ask about the tags of a request.
type Tags struct {
	Resource map[string]string // of the resource as it is
	Request  map[string]string // that the request would set
	Keys     []string          // that the request would remove
}

// TagsOf reads the tags that permission may depend on. Resources of other
// accounts have none here: who may not own them is not told of them.
func (a *API) TagsOf(ctx context.Context, ask awsrpc.Ask) (tags Tags, err error) {
	switch in := ask.Input.(type) {
	case *wire.CreateDetectorInput:
		tags.Request = in.Tags
	case *wire.CreateFilterInput:
		tags.Request = in.Tags
	case *wire.CreateMalwareProtectionPlanInput:
		tags.Request = in.Tags
	case *wire.CreateIPSetInput:
		tags.Request = in.Tags
	case *wire.CreateThreatIntelSetInput:
		tags.Request = in.Tags
	case *wire.CreateThreatEntitySetInput:
		tags.Request = in.Tags
	case *wire.CreateTrustedEntitySetInput:
		tags.Request = in.Tags
	case *wire.CreatePublishingDestinationInput:
		tags.Request = in.Tags
	case *wire.TagResourceInput:
		tags.Request = in.Tags
	case *wire.UntagResourceInput:
		tags.Keys = in.TagKeys
	}
	if !strings.Contains(ask.Resource, ":"+ask.Caller.Account+":") {
		return tags, nil
	}
	err = a.db.Read(ctx, func(tx *store.Tx) (err error) {
		tags.Resource, err = tx.Tags(strings.Replace(ask.Resource, "/publishingDestination/", "/publishingdestination/", 1)) // see destinationARN
		return err
	})
	return tags, err
}
