package ingest

import (
	"context"
	"fmt"
	"strings"

	"picket/internal/fault"
	"picket/internal/lists"
	"picket/internal/store"
)

// pageBytes is how much of the lists a page has.
const pageBytes = 4 << 20

// A position is where a page of lists begins.
type position struct {
	version      string
	list, offset int // index among the lists, and in that list's file
}

func (p position) String() string { return fmt.Sprintf("%s-%d-%d", p.version, p.list, p.offset) }

func parsePosition(token string) (p position, err error) {
	p.version, token, _ = strings.Cut(token, "-")
	n, err := fmt.Sscanf(token, "%d-%d", &p.list, &p.offset)
	if err != nil || n != 2 || p.list < 0 || p.offset < 0 {
		return p, fault.New(fault.Invalid, "nextToken is not one that GetLists gave")
	}
	return p, nil
}

func (a *API) getLists(ctx context.Context, in *GetListsInput) (*GetListsOutput, error) {
	var at position
	if in.NextToken != nil {
		var err error
		if at, err = parsePosition(*in.NextToken); err != nil {
			return nil, err
		}
	}
	var s store.Scope
	err := a.DB.Read(ctx, func(tx *store.Tx) (err error) {
		s, err = target(ctx, tx, in.Account)
		return err
	})
	if err != nil {
		return nil, err
	}
	active, version, err := lists.Active(ctx, a.DB, s)
	if err != nil {
		return nil, err
	}
	if in.NextToken != nil && at.version != version {
		return nil, fault.New(fault.Conflict, "the lists have changed since the first page: begin anew")
	}
	at.version = version
	select {
	case a.reading <- struct{}{}:
		defer func() { <-a.reading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return a.page(ctx, s, active, at)
}

// page reads the lists from a position on.
func (a *API) page(ctx context.Context, s store.Scope, active []lists.List, at position) (*GetListsOutput, error) {
	out := &GetListsOutput{Account: &s.Account, Version: &at.version, Lists: []List{}}
	for left := pageBytes; at.list < len(active); at.list, at.offset = at.list+1, 0 {
		l := active[at.list]
		if left <= 0 {
			out.NextToken = new(at.String())
			return out, nil
		}
		content, err := l.Content(ctx, a.DB)
		if err != nil {
			return nil, err
		}
		part := content[min(at.offset, len(content)):]
		rest := max(len(part)-left, 0)
		part = part[:len(part)-rest]
		out.Lists = append(out.Lists, List{ID: &l.ID, Kind: &l.Kind.Name, Name: &l.Name, Format: &l.Format, Content: part})
		if left -= len(part); rest > 0 {
			at.offset += len(part)
			out.NextToken = new(at.String())
			return out, nil
		}
	}
	return out, nil
}
