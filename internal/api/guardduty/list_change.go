package guardduty

import (
	"context"
	"errors"
	"strings"

	"picket/internal/fault"
	"picket/internal/lists"
	"picket/internal/store"
)

// A listChange is what the update operations of all kinds ask for. What is nil
// stays as it is.
type listChange struct {
	detector, id          string
	name, location, owner *string
	activate              *bool
}

// updateList changes a list. With activate its file is read, again if need be;
// when S3 refuses that, so does this, and the change stays.
func (a *API) updateList(ctx context.Context, k *listKind, c *listChange) error {
	s := scopeOf(ctx)
	err := a.db.Write(ctx, func(tx *store.Tx) error {
		if err := manages(tx, k, s, c.detector); err != nil {
			return err
		}
		l, err := ownList(tx, k, s, c.id)
		if err != nil {
			return err
		}
		if err := a.changeList(tx, k, &l, c); err != nil {
			return err
		}
		return k.Collection.Put(tx, &l)
	})
	if err != nil || c.activate == nil || !*c.activate {
		return err
	}
	err = a.lists.Activate(ctx, k.Kind, s, strings.Clone(c.id))
	switch {
	case errors.Is(err, fault.Conflict):
		return fault.Wrap(fault.Invalid, err, "The request failed because the expected bucket owner doesn't match the actual S3 bucket owner. Verify the account ID and bucket ownership, and then retry.")
	case errors.Is(err, fault.Denied):
		return k.refuse(err, "The request is rejected because the caller is not authorized to call this API.")
	}
	return err
}

func (a *API) changeList(tx *store.Tx, k *listKind, l *store.List, c *listChange) error {
	if c.name != nil {
		l.Name = *c.name
		if taken, err := nameTaken(tx, k, l); err != nil {
			return err
		} else if taken {
			return k.refuse(nil, errOutOfRange.Msg)
		}
	}
	if c.location != nil {
		if a.lists.Check(*c.location) != nil {
			return errListLocation
		}
		l.Location = *c.location
	}
	if c.owner != nil {
		l.BucketOwner = *c.owner
	}
	if c.activate == nil {
		return nil
	}
	if *c.activate {
		l.Status, l.Attempts = lists.Activating, l.Attempts+1
		return nil
	}
	return lists.Drop(tx, k.Kind, l, lists.Inactive)
}

// deleteList has a list count no longer, and takes its tags.
func (a *API) deleteList(ctx context.Context, k *listKind, detector, id string) error {
	return a.db.Write(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if err := manages(tx, k, s, detector); err != nil {
			return err
		}
		l, err := ownList(tx, k, s, id)
		if err != nil {
			return err
		}
		if err := lists.Drop(tx, k.Kind, &l, lists.Deleted); err != nil {
			return err
		}
		if err := tx.DeleteTagsUnder(listARN(k, detector, &l)); err != nil {
			return err
		}
		return k.Collection.Put(tx, &l)
	})
}
