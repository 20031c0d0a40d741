package guardduty

import (
	"errors"

	"picket/internal/awsrpc"
	"picket/internal/fault"
	"picket/internal/lists"
	"picket/internal/store"
)

// A listKind is what the operations of one kind of lists have of their own.
type listKind struct {
	*lists.Kind
	param  string // what messages call its members: ipSet for ipSetId and ipSetName
	most   int    // lists in an account and region
	member string // said to members, whose administrator's lists count; "": what they are told of all else
	// recorded says that the errors of the kind go by the classes that were
	// recorded from the real service, which take some for the server's.
	recorded bool
}

// textMember is what members are told who would manage lists of addresses.
const textMember = "The request is rejected. Member accounts cannot manage IPSets or ThreatIntelSets."

var (
	ipSets          = &listKind{Kind: &lists.IPSet, param: "ipSet", most: 1, member: textMember, recorded: true}
	threatIntelSets = &listKind{Kind: &lists.ThreatIntelSet, param: "threatIntelSet", most: 6, member: textMember, recorded: true}
	trustedEntities = &listKind{Kind: &lists.TrustedEntitySet, param: "trustedEntitySet", most: 1}
	threatEntities  = &listKind{Kind: &lists.ThreatEntitySet, param: "threatEntitySet", most: 6}
)

// refuse is an error of the kind: a server's with a client's status where it was
// recorded so.
func (k *listKind) refuse(cause error, message string) error {
	if !k.recorded {
		return fault.Wrap(fault.Invalid, cause, message)
	}
	return &awsrpc.Exception{Name: "InternalServerErrorException", Status: 400, Type: "InvalidInputException", Message: message, Err: cause}
}

func listARN(k *listKind, detector string, l *store.List) string {
	d := store.Detector{Meta: store.Meta{Scope: l.Scope, ID: detector}}
	return store.DetectorARN(&d) + "/" + k.Name + "/" + l.ID
}

// manages refuses who has not the detector, or has an administrator.
func manages(tx *store.Tx, k *listKind, s store.Scope, detector string) error {
	if _, err := ownDetector(tx, s, detector); err != nil {
		return err
	}
	err := refuseMember(tx, s)
	if k.member != "" && errors.Is(err, fault.Invalid) {
		return fault.New(fault.Invalid, k.member)
	}
	return err
}

// ownList reads a list that has not been deleted.
func ownList(tx *store.Tx, k *listKind, s store.Scope, id string) (store.List, error) {
	l, err := anyList(tx, k, s, id)
	if err == nil && l.Status == lists.Deleted {
		return l, errNoList(nil)
	}
	return l, err
}

// anyList reads a list, be it deleted.
func anyList(tx *store.Tx, k *listKind, s store.Scope, id string) (store.List, error) {
	if !validID(id) {
		return store.List{}, fault.New(fault.Invalid, "The request is rejected because an invalid "+k.param+"Id is specified.")
	}
	l, err := k.Collection.Get(tx, s, id)
	if errors.Is(err, fault.NotFound) {
		return l, errNoList(err)
	}
	return l, err
}

// findList is the look-up of the kind for the tag operations.
func findList(k *listKind) func(tx *store.Tx, s store.Scope, id string) error {
	return func(tx *store.Tx, s store.Scope, id string) error {
		_, err := ownList(tx, k, s, id)
		return err
	}
}

func errNoList(err error) error {
	return fault.Wrap(fault.NotFound, err, "The request is rejected since no such resource found.")
}
