package remote

import (
	"context"
	"fmt"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"

	"picket/internal/api/ingest"
)

// A List is a list that the server's detection uses.
type List struct {
	Kind, Name, Format string // as package lists has them
	Content            []byte
}

// begins bounds how often reading the lists begins anew because they changed.
const begins = 5

// Lists reads the lists that count for the key's account in the server's
// region, and says which account that is.
func (s *Server) Lists(ctx context.Context) (account string, all []List, err error) {
	for range begins {
		account, all, err = s.readLists(ctx)
		if r, ok := err.(*Refusal); !ok || r.Class != "ConflictException" {
			break
		}
	}
	if err != nil {
		return "", nil, fmt.Errorf("ask %s for the lists of the account: %w", s, err)
	}
	return account, all, nil
}

func (s *Server) readLists(ctx context.Context) (account string, all []List, err error) {
	query, last := url.Values{}, ""
	for {
		var page ingest.GetListsOutput
		err := s.call(ctx, s.Region, ingest.GetLists.Operation.Method, ingest.GetLists.Operation.Path, query, nil, &page)
		if err != nil {
			return "", nil, err
		}
		for _, l := range page.Lists {
			if id := aws.ToString(l.ID); id != last || len(all) == 0 {
				all = append(all, List{Kind: aws.ToString(l.Kind), Name: aws.ToString(l.Name), Format: aws.ToString(l.Format)})
				last = id
			}
			to := &all[len(all)-1]
			to.Content = append(to.Content, l.Content...)
		}
		if page.NextToken == nil {
			return aws.ToString(page.Account), all, nil
		}
		query.Set("nextToken", *page.NextToken)
	}
}
