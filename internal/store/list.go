package store

import (
	"fmt"
	"strconv"
	"strings"

	"picket/finding"
	"picket/internal/fault"
	"picket/internal/store/index"
)

// ErrToken is what ListFindings says of a token that it can't use.
var ErrToken = fault.New(fault.Invalid, "The request is rejected because an invalid next token is specified")

// Sort is the order of a list of findings. The zero Sort is the real service's
// default: by service.eventLastSeen falling. Ties are in that order, then by
// id, whatever the direction.
type Sort struct {
	Attribute string
	Desc      bool
}

// A sortColumn is an attribute that findings can be sorted by.
type sortColumn struct {
	index.Column
	kind finding.Kind
}

var sortColumns = map[string]sortColumn{
	"accountId":              {index.Account, finding.KindString},
	"confidence":             {index.Confidence, finding.KindNumber},
	"createdAt":              {index.Created, finding.KindTime},
	"updatedAt":              {index.Updated, finding.KindTime},
	"severity":               {index.Severity, finding.KindNumber},
	"type":                   {index.Type, finding.KindString},
	"service.eventFirstSeen": {index.FirstSeen, finding.KindTime},
	"service.eventLastSeen":  {index.LastSeen, finding.KindTime},
}

// The most and the usual number of findings of a page.
const maxPage = 50

// A Page is a part of a list.
type Page struct {
	Sort  Sort
	Limit int    // 1 to 50; 0 is 50
	Token string // what the page before gave; "" for the first
}

// ListFindings lists ids of findings, a page of them, and the token of the next
// page, "" when this is the last. fault.Invalid for criteria, a sort or a token
// that can't be used. A token says where its page ended, so what is written
// meanwhile neither repeats nor hides what was not touched.
func (t *Tx) ListFindings(w Where, p Page) (ids []string, next string, err error) {
	if p.Sort.Attribute == "" {
		p.Sort = Sort{"service.eventLastSeen", true}
	}
	c, ok := sortColumns[p.Sort.Attribute]
	if !ok {
		return nil, "", fault.New(fault.Invalid, "The request is rejected because the parameter sortCriteria has an invalid value.")
	}
	q, err := t.query(&w)
	if err != nil {
		return nil, "", err
	}
	var after *index.Place
	if p.Token != "" {
		if after, ok = c.parse(p.Token); !ok {
			return nil, "", ErrToken
		}
	}
	v, err := t.view()
	if err != nil {
		return nil, "", fmt.Errorf("list findings: %w", err)
	}
	limit := p.Limit
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	found := v.List(q, index.Order{Column: c.Column, Desc: p.Sort.Desc}, after, limit+1)
	if len(found) > limit { // one more tells that there are more
		found = found[:limit]
		next = c.token(found[limit-1])
	}
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	return ids, next, nil
}

// Ids in tokens have no hyphens, which part a token. The real service's ids need
// no escapes; those that others put may.
var (
	escapeID   = strings.NewReplacer("~", "~0", "-", "~1")
	unescapeID = strings.NewReplacer("~0", "~", "~1", "-")
)

// token has the form the real service's have: value-lastSeen-id, without the
// value when that is lastSeen itself.
func (c sortColumn) token(p index.Place) string {
	tail := strconv.FormatInt(p.Last, 10) + "-" + escapeID.Replace(p.ID)
	switch v := p.Value.(type) {
	case string:
		return v + "-" + tail
	case float64:
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s + "-" + tail
	case int64:
		if c.Column != index.LastSeen {
			return strconv.FormatInt(v, 10) + "-" + tail
		}
	}
	return tail
}

// parse reads a token from its end, for the value may have hyphens.
func (c sortColumn) parse(token string) (*index.Place, bool) {
	rest, id, ok := cutLast(clean(token))
	if !ok || id == "" {
		return nil, false
	}
	value, last, more := cutLast(rest)
	if !more {
		last = rest
	}
	ms, err := strconv.ParseInt(last, 10, 64)
	p := &index.Place{Last: ms, ID: unescapeID.Replace(id)}
	if err != nil || more == (c.Column == index.LastSeen) {
		return nil, false
	}
	if !more {
		p.Value = ms
		return p, true
	}
	switch c.kind {
	case finding.KindString:
		p.Value = value
	case finding.KindTime:
		p.Value, err = strconv.ParseInt(value, 10, 64)
	default:
		var x float64
		x, err = strconv.ParseFloat(value, 64)
		if x-x != 0 {
			return nil, false
		}
		p.Value = x
	}
	return p, err == nil
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, '-')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}
