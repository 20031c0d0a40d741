package store

import (
	"fmt"
	"time"
)

// Usage is what was processed of one source for one resource on one day.
type Usage struct {
	Scope
	Day      time.Time // midnight UTC
	Source   string    // the feature's name, such as FLOW_LOGS
	Resource string    // what the logs were of: a bucket, a cluster; "" when the source has none
	Records  int64
	Bytes    int64 // uncompressed
}

// AddUsage adds to the counters.
func (t *Tx) AddUsage(us []Usage) error {
	for _, u := range us {
		err := t.exec(`INSERT INTO usage_counters (region, account, day, source, resource, records, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (region, account, day, source, resource) DO UPDATE
			SET records = usage_counters.records + excluded.records, bytes = usage_counters.bytes + excluded.bytes`,
			key(u.Region), key(u.Account), millis(u.Day.UTC().Truncate(24*time.Hour)), key(u.Source), key(u.Resource), u.Records, u.Bytes)
		if err != nil {
			return fmt.Errorf("count usage of %s: %w", u.Source, err)
		}
	}
	return nil
}

// AddUsageOnce is AddUsage of one count unless it was done before under the id in
// the scope of u. It says whether it counted.
func (t *Tx) AddUsageOnce(id string, u Usage) (counted bool, err error) {
	n, err := t.affected(`INSERT INTO counted (region, account, id) VALUES ($1, $2, $3) ON CONFLICT (region, account, id) DO NOTHING`,
		key(u.Region), key(u.Account), key(id))
	if err != nil {
		return false, fmt.Errorf("note what was counted: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	return true, t.AddUsage([]Usage{u})
}

// Usage reads the counters of a scope from day from on, in order of day, source
// and resource.
func (t *Tx) Usage(s Scope, from time.Time) ([]Usage, error) {
	var out []Usage
	err := t.rows(func(scan func(...any) error) (bool, error) {
		u := Usage{Scope: s}
		var day int64
		err := scan(&day, &u.Source, &u.Resource, &u.Records, &u.Bytes)
		u.Day = fromMillis(day)
		out = append(out, u)
		return true, err
	}, `SELECT day, source, resource, records, bytes FROM usage_counters WHERE region = $1 AND account = $2 AND day >= $3 ORDER BY day, source, resource`,
		s.Region, s.Account, millis(from.UTC().Truncate(24*time.Hour)))
	if err != nil {
		return nil, fmt.Errorf("read usage: %w", err)
	}
	return out, nil
}

// UsageTotals calls f with what was processed from day from on of each source
// and resource of w's accounts, in order of account, source and resource. The
// days are not told; criteria are not asked.
func (t *Tx) UsageTotals(w Where, from time.Time, f func(Usage)) error {
	var q query
	where := w.scope(&q, "f.region", "f.account") + " AND f.day >= " + q.arg(millis(from.UTC().Truncate(24*time.Hour)))
	err := t.rows(func(scan func(...any) error) (bool, error) {
		u := Usage{Scope: Scope{Region: w.Region}}
		if err := scan(&u.Account, &u.Source, &u.Resource, &u.Records, &u.Bytes); err != nil {
			return false, err
		}
		f(u)
		return true, nil
	}, `SELECT f.account, f.source, f.resource, CAST(sum(f.records) AS BIGINT), CAST(sum(f.bytes) AS BIGINT) FROM usage_counters f WHERE `+where+`
		GROUP BY f.account, f.source, f.resource ORDER BY f.account, f.source, f.resource`, q.args...)
	if err != nil {
		return fmt.Errorf("sum usage: %w", err)
	}
	return nil
}
