package guardduty

import (
	"context"

	"picket/internal/fault"
	"picket/internal/lists"
	"picket/internal/store"
)

// A newList is what the create operations of all kinds ask for.
type newList struct {
	detector, name, format, location, token, owner string
	activate                                       bool
	tags                                           map[string]string
}

// createList makes a list, or finds the one that the same token and name made.
// A file that can't be read is no error here: the list's status tells.
func (a *API) createList(ctx context.Context, k *listKind, n *newList) (id *string, err error) {
	s := scopeOf(ctx)
	l := store.List{Meta: store.Meta{Scope: s, ID: newID(), Status: lists.Inactive},
		Name: n.name, Format: n.format, Location: n.location, BucketOwner: n.owner}
	if n.activate {
		l.Status, l.Attempts = lists.Activating, 1
	}
	made := false
	err = a.db.Write(ctx, func(tx *store.Tx) (err error) {
		made, err = a.insertList(tx, k, n, &l)
		return err
	})
	if err != nil {
		return nil, err
	}
	if made && n.activate {
		if err := a.lists.Activate(ctx, k.Kind, s, l.ID); err != nil {
			a.log.Debug("a list was made that can't be read", "list", l.ID, "error", err)
		}
	}
	return &l.ID, nil
}

// insertList puts l, or only gives it the id of the list that the token made.
func (a *API) insertList(tx *store.Tx, k *listKind, n *newList, l *store.List) (made bool, err error) {
	if err := manages(tx, k, l.Scope, n.detector); err != nil {
		return false, err
	}
	if a.lists.Check(l.Location) != nil {
		return false, errListLocation
	}
	op := "Create " + k.Name + " " + l.Name
	if n.token != "" {
		id, err := tx.Token(l.Scope, op, n.token)
		if err != nil {
			return false, err
		}
		if _, err := ownList(tx, k, l.Scope, id); err == nil {
			l.ID = id
			return false, nil
		}
	}
	if err := roomFor(tx, k, l); err != nil {
		return false, err
	}
	if err := k.Collection.Insert(tx, l); err != nil {
		return false, err
	}
	if err := setTags(tx, listARN(k, n.detector, l), n.tags); err != nil || n.token == "" {
		return true, err
	}
	return true, tx.PutToken(l.Scope, op, n.token, l.ID)
}

var errListLocation = fault.New(fault.Invalid, "The request is rejected because the parameter ipSetLocation has an invalid value.")

// roomFor refuses a list beyond the quota, and an IP list with a name that is taken.
func roomFor(tx *store.Tx, k *listKind, l *store.List) error {
	n, err := k.Collection.Count(tx, l.Scope, lists.Deleted)
	if err != nil {
		return err
	}
	if n >= k.most {
		return k.refuse(nil, "The request is rejected because it’s an attempt to create resources beyond the current AWS account limits.")
	}
	if taken, err := nameTaken(tx, k, l); err != nil || !taken {
		return err
	}
	return fault.New(fault.Invalid, "The request is rejected because the parameter "+k.param+"Name has an invalid value.")
}

// nameTaken says whether another list has the name of l. Entity sets may share one.
func nameTaken(tx *store.Tx, k *listKind, l *store.List) (bool, error) {
	if k.Entities {
		return false, nil
	}
	others, err := k.Collection.List(tx, l.Scope, "", k.most, lists.Deleted)
	for i := range others {
		if others[i].ID != l.ID && others[i].Name == l.Name {
			return true, nil
		}
	}
	return false, err
}
