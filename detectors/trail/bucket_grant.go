package trail

import (
	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
	"picket/s3policy"
)

var (
	anonymousGranted = management("Policy:S3/BucketAnonymousAccessGranted", 8,
		"Bucket {bucket} became readable or writable by anyone.",
		"{userName} changed the policy or ACL of {bucket} through {api} so that anonymous callers are allowed in.",
		"Remove the grant unless the bucket is meant to be public, and look for who used it in the meantime.")
	publicGranted = management("Policy:S3/BucketPublicAccessGranted", 8,
		"Bucket {bucket} became accessible to all AWS users.",
		"{userName} changed the policy or ACL of {bucket} through {api} so that any authenticated AWS principal is allowed in.",
		"Name the accounts or the organization that need access instead of all of AWS, and look for who used the grant in the meantime.")
)

// BucketGrant finds buckets opened to anyone or to all of AWS.
var BucketGrant = &detect.Detector{
	Name: "trail-bucket-grant",
	Doc: `Evaluates every new bucket policy and bucket ACL (PutBucketPolicy, PutBucketAcl, CreateBucket) as it stands in the record, with its
conditions and denials. It raises AnonymousAccessGranted when callers without credentials get in, PublicAccessGranted when any AWS
principal does, and only when the bucket was not known to be that open before; a state never seen counts as closed. Failed calls do not
count. Block Public Access, which may still keep callers out, is not considered.
It misses access points, object ACLs and policies left out of the record. Known false positives: buckets that are public on purpose.`,
	Findings: []*finding.Type{anonymousGranted, publicGranted},
	New:      newBucketGrant,
}

// bucketState is who the bucket's policy and ACL let in.
type bucketState struct {
	Policy, ACL openness
}

// openness is s3policy.Access without what can't be known.
type openness struct {
	Anonymous, Authenticated s3policy.Permission
}

func openTo(a s3policy.Access) openness { return openness{a.Anonymous, a.Authenticated} }

func (b bucketState) anonymous() bool { return b.Policy.Anonymous|b.ACL.Anonymous != 0 }
func (b bucketState) public() bool    { return b.Policy.Authenticated|b.ACL.Authenticated != 0 }

func newBucketGrant(s *detect.Setup) detect.Handlers {
	buckets := detect.NewTable[uint64, bucketState](s, "buckets", bucketTTL, bucketMax)
	return detect.Handlers{
		When: []detect.When{{All: event.Succeeded | event.S3, Names: []string{"PutBucketPolicy", "DeleteBucketPolicy", "PutBucketAcl", "CreateBucket", "DeleteBucket"}}},
		Trail: func(pass *detect.Pass, t *event.Trail) {
			bucket := bucketOf(t)
			if bucket == "" {
				return
			}
			state := buckets.At(pass, event.Hash(0, bucket))
			was := *state
			state.apply(t)
			switch {
			case state.anonymous() && !was.anonymous():
				pass.Report(anonymousGranted, state.evidence(bucket))
			case state.public() && !was.public():
				pass.Report(publicGranted, state.evidence(bucket))
			}
		},
	}
}

// apply changes b as the call changed the bucket. What can't be evaluated
// leaves it as it was.
func (b *bucketState) apply(t *event.Trail) {
	switch t.Name {
	case "PutBucketPolicy":
		if doc := jsonview.Get(t.Params, "bucketPolicy"); doc != "" {
			if a := s3policy.EvaluatePolicy(doc); !a.Unknown {
				b.Policy = openTo(a)
			}
		}
	case "DeleteBucketPolicy":
		b.Policy = openness{}
	case "PutBucketAcl":
		if a, stated := s3policy.EvaluateACL(t.Params); stated && !a.Unknown {
			b.ACL = openTo(a)
		}
	case "CreateBucket":
		a, _ := s3policy.EvaluateACL(t.Params)
		*b = bucketState{ACL: openTo(a)}
	case "DeleteBucket":
		*b = bucketState{}
	}
}

func (b bucketState) evidence(bucket string) detect.Evidence {
	return detect.Evidence{
		Key: detect.Key(bucket),
		Resource: bucketAccess(finding.PublicAccess{
			EffectivePermission: "PUBLIC",
			PermissionConfiguration: &finding.PermissionConfiguration{BucketLevelPermissions: &finding.BucketLevelPermissions{
				AccessControlList: &finding.AccessControlList{
					AllowsPublicReadAccess:  b.ACL.Authenticated&s3policy.Read != 0,
					AllowsPublicWriteAccess: b.ACL.Authenticated&s3policy.Write != 0,
				},
				BucketPolicy: &finding.BucketPolicy{
					AllowsPublicReadAccess:  b.Policy.Authenticated&s3policy.Read != 0,
					AllowsPublicWriteAccess: b.Policy.Authenticated&s3policy.Write != 0,
				},
			}},
		}),
	}
}
