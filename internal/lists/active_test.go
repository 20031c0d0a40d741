package lists

import (
	"bytes"
	"testing"

	"picket/event"
	"picket/intel"
	"picket/internal/store"
)

func TestActive(t *testing.T) {
	db, dir := openStore(t), t.TempDir()
	w, _ := worker(t, db, Sources{Files: dir})
	location := write(t, dir, "list.txt", "bad.example\n198.51.100.7\n")
	versions := map[string]string{}
	look := func(step string, s store.Scope, want ...string) []List {
		t.Helper()
		found, version, err := Active(t.Context(), db, s)
		if err != nil || version == "" {
			t.Fatal(version, err)
		}
		names := []string{}
		for _, l := range found {
			names = append(names, l.Kind.Name+" "+l.Name)
		}
		if len(names) != len(want) {
			t.Errorf("%s: %q, want %q", step, names, want)
		}
		for i := range min(len(names), len(want)) {
			if names[i] != want[i] {
				t.Errorf("%s: %q, want %q", step, names, want)
			}
		}
		if at, ok := versions[version]; ok && s == home {
			t.Errorf("%s has the version of %s", step, at)
		}
		if s == home {
			versions[version] = step
		}
		return found
	}
	look("nothing", home)
	put(t, db, &IPSet, activating("a", location))
	if err := w.Activate(t.Context(), &IPSet, home, "a"); err != nil {
		t.Fatal(err)
	}
	settled(t, db, &IPSet, "a")
	look("an IP set", home, "ipset list a")
	put(t, db, &ThreatEntitySet, activating("b", location))
	if err := w.Activate(t.Context(), &ThreatEntitySet, home, "b"); err != nil {
		t.Fatal(err)
	}
	settled(t, db, &ThreatEntitySet, "b")
	found := look("an entity set", home, "ipset list a", "threatentityset list b")

	var all intel.Builder
	for _, l := range found {
		data, err := l.Content(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := all.Add(l.Kind.Reading(l.Name, l.Format), bytes.NewReader(data)); err != nil {
			t.Error(err)
		}
	}
	set := all.Build()
	if marks, _ := set.Domain("bad.example"); marks != event.MarkThreat {
		t.Errorf("a name of the entity set has marks %v; IP sets have no names", marks)
	}

	look("a stranger", other)
	member := store.Member{Meta: store.Meta{Scope: home, ID: other.Account, Status: store.MemberEnabled}}
	if err := db.Write(t.Context(), func(tx *store.Tx) error { return store.Members.Put(tx, &member) }); err != nil {
		t.Fatal(err)
	}
	put(t, db, &IPSet, store.List{Meta: store.Meta{Scope: other, ID: "own", Status: InUse}, Name: "own", ReadAt: found[0].ReadAt})
	look("a member", other, "ipset list a", "threatentityset list b")

	l, _ := read(t, db, &IPSet, home, "a")
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		if err := Drop(tx, &IPSet, &l, Inactive); err != nil {
			return err
		}
		return IPSet.Collection.Put(tx, &l)
	}); err != nil {
		t.Fatal(err)
	}
	look("deactivated", home, "threatentityset list b")
	if _, content := read(t, db, &IPSet, home, "a"); content != "" {
		t.Errorf("the content stays: %q", content)
	}
}
