package guardduty

import (
	"context"

	"picket/internal/lists"
	"picket/internal/store"
)

// getList reads a list and its tags. Those of members are their administrator's.
// A deleted list stays to be read, without tags.
func (a *API) getList(ctx context.Context, k *listKind, detector, id string) (l store.List, tags map[string]string, err error) {
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, detector); err != nil {
			return err
		}
		if s, err = lists.ManagerOf(tx, s); err != nil {
			return err
		}
		if l, err = anyList(tx, k, s, id); err != nil {
			return err
		}
		tags, err = listTags(tx, k, &l)
		return err
	})
	return l, tags, err
}

func listTags(tx *store.Tx, k *listKind, l *store.List) (map[string]string, error) {
	d, err := tx.DetectorOf(l.Scope)
	if err != nil {
		return nil, err
	}
	return tx.Tags(listARN(k, d.ID, l))
}

// listLists gives a page of ids, in rising order, and the token of the next one:
// the last id.
func (a *API) listLists(ctx context.Context, k *listKind, detector string, most *int32, token *string) (ids []string, next *string, err error) {
	after, limit := "", usualPage
	if token != nil {
		after = *token
	}
	if most != nil {
		limit = int(*most)
	}
	err = a.db.Read(ctx, func(tx *store.Tx) error {
		s := scopeOf(ctx)
		if _, err := ownDetector(tx, s, detector); err != nil {
			return err
		}
		if after != "" && !validID(after) {
			return k.refuse(nil, errOutOfRange.Msg)
		}
		if s, err = lists.ManagerOf(tx, s); err != nil {
			return err
		}
		found, err := k.Collection.List(tx, s, after, limit+1, lists.Deleted)
		for i := range found[:min(len(found), limit)] {
			ids = append(ids, found[i].ID)
		}
		if len(found) > limit {
			next = &ids[limit-1]
		}
		return err
	})
	return ids, next, err
}
