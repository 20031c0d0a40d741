package publish

import (
	"errors"
	"regexp"

	"picket/internal/store"
)

var (
	bucketARN = regexp.MustCompile(`^arn:aws(-cn|-us-gov)?:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\x00-\x1f]*)?$`)
	keyARN    = regexp.MustCompile(`^arn:aws(-cn|-us-gov)?:kms:([a-z0-9-]+):[0-9]{12}:key/[A-Za-z0-9-]+$`)
)

// Validate says by its wire name which property of a destination can't be right,
// whatever exists. The key must be in the destination's region.
func Validate(d *store.Destination) error {
	if !bucketARN.MatchString(d.ARN) {
		return errors.New("destinationArn")
	}
	if m := keyARN.FindStringSubmatch(d.KMSKeyARN); m == nil || m[2] != d.Region {
		return errors.New("kmsKeyArn")
	}
	return nil
}
