package trail

import (
	"slices"
	"time"

	"picket/detect"
	"picket/event"
	"picket/finding"
	"picket/jsonview"
)

var (
	accountBlockDisabled = management("Policy:S3/AccountBlockPublicAccessDisabled", 2,
		"Account-level S3 Block Public Access was weakened.",
		"{userName} turned off settings of account-level Block Public Access through {api}.",
		"Turn all four settings on again unless some bucket of the account has to be public.")
	bucketBlockDisabled = management("Policy:S3/BucketBlockPublicAccessDisabled", 2,
		"Block Public Access was weakened on bucket {bucket}.",
		"{userName} turned off settings of Block Public Access on {bucket} through {api}.",
		"Turn all four settings on again unless the bucket has to be public.")
)

// AccountBlockPublicAccess finds a weaker account-level Block Public Access.
var AccountBlockPublicAccess = &detect.Detector{
	Name: "trail-account-public-access-block",
	Doc: `Raises a finding when one of the four flags of the account's S3 Block Public Access goes from true, or from a state never seen,
to false, or the configuration is deleted. Setting flags to what they are known to be is no change. Failed calls do not count.
It misses changes before the first record, and those of an organization's policy. Known false positives: accounts that host public
buckets on purpose.`,
	Findings: []*finding.Type{accountBlockDisabled},
	New: func(s *detect.Setup) detect.Handlers {
		names := append([]string{"PutAccountPublicAccessBlock", "DeleteAccountPublicAccessBlock"}, blockActions...)
		return blockHandlers(s, names, false, func(pass *detect.Pass, t *event.Trail, _ blockFlags) {
			pass.Report(accountBlockDisabled, detect.Evidence{})
		})
	},
}

// BucketBlockPublicAccess finds a weaker Block Public Access of a bucket.
var BucketBlockPublicAccess = &detect.Detector{
	Name: "trail-bucket-public-access-block",
	Doc: `Raises a finding when one of the four flags of a bucket's Block Public Access goes from true, or from a state never seen, to
false, or the configuration is deleted. Setting flags to what they are known to be is no change. Failed calls do not count.
It misses changes before the first record, and does not ask whether the bucket became public by it. Known false positives: web sites
and other buckets that are public on purpose.`,
	Findings: []*finding.Type{bucketBlockDisabled},
	New: func(s *detect.Setup) detect.Handlers {
		names := append([]string{"PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock", "DeleteBucket"}, blockActions...)
		return blockHandlers(s, names, true, func(pass *detect.Pass, t *event.Trail, f blockFlags) {
			bucket := bucketOf(t)
			pass.Report(bucketBlockDisabled, detect.Evidence{Key: detect.Key(bucket), Resource: bucketAccess(finding.PublicAccess{
				PermissionConfiguration: &finding.PermissionConfiguration{BucketLevelPermissions: &finding.BucketLevelPermissions{
					BlockPublicAccess: f.details()}}})})
		})
	},
}

// blockActions are what S3's API calls the two calls, for buckets and for
// accounts alike; CloudTrail has names of its own, some tools that pass its
// records on do not.
var blockActions = []string{"PutPublicAccessBlock", "DeletePublicAccessBlock"}

// blockFlags are the flags of Block Public Access, as bits; blockSeen says that
// they are known.
type blockFlags uint8

const (
	blockACLs blockFlags = 1 << iota
	ignoreACLs
	blockPolicy
	restrictBuckets
	blockSeen
	blockAll = blockACLs | ignoreACLs | blockPolicy | restrictBuckets
)

var blockNames = [...]struct {
	flag blockFlags
	name string
}{{blockACLs, "BlockPublicAcls"}, {ignoreACLs, "IgnorePublicAcls"}, {blockPolicy, "BlockPublicPolicy"}, {restrictBuckets, "RestrictPublicBuckets"}}

func (f blockFlags) details() *finding.BlockPublicAccess {
	return &finding.BlockPublicAccess{IgnorePublicAcls: f&ignoreACLs != 0, RestrictPublicBuckets: f&restrictBuckets != 0,
		BlockPublicAcls: f&blockACLs != 0, BlockPublicPolicy: f&blockPolicy != 0}
}

// State about buckets outlives the change by more than a year, so that a
// change is told from a repetition; S3 allows an account a million buckets, of
// which few are changed.
const (
	bucketTTL = 400 * 24 * time.Hour
	bucketMax = 1 << 17
)

// blockHandlers watch the flags of buckets or of the account (key 0).
func blockHandlers(s *detect.Setup, names []string, buckets bool, report func(*detect.Pass, *event.Trail, blockFlags)) detect.Handlers {
	flags := detect.NewTable[uint64, blockFlags](s, "flags", bucketTTL, bucketMax)
	return detect.Handlers{
		When: []detect.When{{All: event.Succeeded | event.S3, Names: names}},
		Trail: func(pass *detect.Pass, t *event.Trail) {
			key := blockKey(t)
			if slices.Contains(blockActions, t.Name) && (key != 0) != buckets {
				return
			}
			if t.Name == "DeleteBucket" {
				flags.Delete(pass, key)
				return
			}
			next, known := requestedFlags(t)
			if !known {
				return
			}
			was := blockAll
			f := flags.At(pass, key)
			if *f&blockSeen != 0 {
				was = *f & blockAll
			}
			*f = next | blockSeen
			if was&^next != 0 {
				report(pass, t, next)
			}
		},
	}
}

func blockKey(t *event.Trail) uint64 {
	if b := bucketOf(t); b != "" {
		return event.Hash(0, b)
	}
	return 0
}

// requestedFlags are the flags a call sets: none when it deletes the
// configuration. A flag left out is false (S3 API); a configuration left out of
// the record says nothing.
func requestedFlags(t *event.Trail) (f blockFlags, known bool) {
	switch t.Name {
	case "DeleteAccountPublicAccessBlock", "DeleteBucketPublicAccessBlock", "DeletePublicAccessBlock":
		return 0, true
	}
	config := jsonview.Get(t.Params, "PublicAccessBlockConfiguration")
	if !jsonview.IsObject(config) {
		return 0, false
	}
	for _, n := range blockNames {
		if v, _ := jsonview.GetBool(config, n.name); v {
			f |= n.flag
		}
	}
	return f, true
}
