package store

import (
	"fmt"

	"picket/internal/fault"
)

// Tags reads the tags of a resource, none being an empty map.
func (t *Tx) Tags(arn string) (map[string]string, error) {
	out := map[string]string{}
	err := t.rows(func(scan func(...any) error) (bool, error) {
		var k, v string
		err := scan(&k, &v)
		out[k] = v
		return true, err
	}, `SELECT name, value FROM tags WHERE arn = $1`, clean(arn))
	if err != nil {
		return nil, fmt.Errorf("read tags of %s: %w", arn, err)
	}
	return out, nil
}

// SetTags adds tags to a resource; a tag with a name it has replaces that one.
// fault.Invalid when a name or value can't be stored.
func (t *Tx) SetTags(arn string, tags map[string]string) error {
	for k, v := range tags {
		if clean(k+v) != k+v {
			return fault.New(fault.Invalid, "A tag has characters that can't be stored.")
		}
		err := t.exec(`INSERT INTO tags (arn, name, value) VALUES ($1, $2, $3) ON CONFLICT (arn, name) DO UPDATE SET value = excluded.value`, arn, k, v)
		if err != nil {
			return fmt.Errorf("tag %s: %w", arn, err)
		}
	}
	return nil
}

// DeleteTags removes tags by name; names that the resource has not are passed over.
func (t *Tx) DeleteTags(arn string, names []string) error {
	for _, k := range names {
		if err := t.exec(`DELETE FROM tags WHERE arn = $1 AND name = $2`, arn, clean(k)); err != nil {
			return fmt.Errorf("untag %s: %w", arn, err)
		}
	}
	return nil
}

// DeleteTagsUnder removes the tags of a resource and of all that are below it,
// whose ARNs go on with a slash.
func (t *Tx) DeleteTagsUnder(arn string) error {
	if err := t.exec(`DELETE FROM tags WHERE arn = $1 OR arn > $2 AND arn < $3`, arn, arn+"/", arn+"0"); err != nil { // '0' follows '/'
		return fmt.Errorf("delete tags under %s: %w", arn, err)
	}
	return nil
}
