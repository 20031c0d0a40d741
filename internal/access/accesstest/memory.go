package accesstest

import (
	"context"
	"slices"
	"sync"
	"time"

	"picket/internal/access"
)

// Memory is a store of access keys in memory. The zero value is empty and ready to
// use, from several goroutines.
type Memory struct {
	mu      sync.Mutex
	records map[string]access.Record
}

// Load implements access.Keys.
func (m *Memory) Load(context.Context) ([]access.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := make([]access.Record, 0, len(m.records))
	for _, r := range m.records {
		r.Sealed = slices.Clone(r.Sealed)
		all = append(all, r)
	}
	return all, nil
}

// Put implements access.Keys.
func (m *Memory) Put(_ context.Context, r access.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	old, exists := m.records[r.ID]
	if old.Version != r.Version-1 {
		return access.ErrChanged(r.ID)
	}
	if m.records == nil {
		m.records = map[string]access.Record{}
	}
	if exists {
		r.LastUsed = old.LastUsed
	}
	r.Sealed = slices.Clone(r.Sealed)
	m.records[r.ID] = r
	return nil
}

// Touch implements access.Keys.
func (m *Memory) Touch(_ context.Context, id string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if r, ok := m.records[id]; ok && at.After(r.LastUsed) {
		r.LastUsed = at
		m.records[id] = r
	}
	return nil
}

// Delete implements access.Keys.
func (m *Memory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.records[id]; !ok {
		return access.ErrNoKey(id)
	}
	delete(m.records, id)
	return nil
}
