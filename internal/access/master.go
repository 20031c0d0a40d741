package access

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"picket/internal/fault"
)

// masterBytes makes the cipher AES-256.
const masterBytes = 32

// Master encrypts secrets with AES-256-GCM. It may be used from several
// goroutines.
type Master struct {
	path  string // of the key file; empty when the keys are in memory only
	mu    sync.Mutex
	keys  []masterKey          // as in the file: the first seals
	known map[string]masterKey // every key seen since the start, by ID: they open
}

type masterKey struct {
	id    string
	bytes []byte
}

// NewMaster makes a Master that is forgotten with the process.
func NewMaster() *Master {
	m := &Master{}
	m.take([]masterKey{newMasterKey()})
	return m
}

// OpenMaster reads the master keys from a file, which it makes with a new key if
// there is none. The file has a line "ID BASE64" for each key and must be for
// its owner alone (mode 0600). Whoever loses it loses all secrets.
func OpenMaster(path string) (*Master, error) {
	m := &Master{path: path}
	err := m.read()
	if errors.Is(err, fs.ErrNotExist) {
		if err = createMaster(path); err == nil {
			err = m.read()
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open master key file %q: %w", path, err)
	}
	return m, nil
}

func newMasterKey() masterKey {
	id, b := make([]byte, 4), make([]byte, masterBytes)
	_, _ = rand.Read(id) // never fails, nor does the next
	_, _ = rand.Read(b)
	return masterKey{hex.EncodeToString(id), b}
}

// createMaster makes the file whole or not at all. If another process was
// quicker its file stays.
func createMaster(path string) error {
	tmp, err := writeMaster(path, []masterKey{newMasterKey()})
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Link(tmp, path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// writeMaster writes keys to a new file beside path and returns its name.
func writeMaster(path string, keys []masterKey) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".master-*") // with mode 0600
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	var text bytes.Buffer
	text.WriteString("# Encrypts the secrets of access keys; without this file they are lost. The first key is in use.\n")
	for _, k := range keys {
		fmt.Fprintf(&text, "%s %s\n", k.id, base64.StdEncoding.EncodeToString(k.bytes))
	}
	_, err = f.Write(text.Bytes())
	return f.Name(), errors.Join(err, f.Sync(), f.Close())
}

// refresh sees what another process has made of the file. The caller holds the lock.
func (m *Master) refresh() error {
	if m.path == "" {
		return nil
	}
	if err := m.read(); err != nil {
		return fmt.Errorf("read master key file %q: %w", m.path, err)
	}
	return nil
}

// read takes the keys from the file.
func (m *Master) read() error {
	info, err := os.Stat(m.path)
	if err != nil {
		return err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fault.Newf(fault.Internal, "others may read it (mode %#o)", info.Mode().Perm()).WithHint("chmod 600 %s", m.path)
	}
	b, err := os.ReadFile(m.path)
	if err != nil {
		return err
	}
	keys, err := parseMaster(b)
	if err != nil {
		return err
	}
	m.take(keys)
	return nil
}

// take makes keys the ones in use. Those that were before stay known until the
// process ends: whoever read a record just before a rotation can still open it.
func (m *Master) take(keys []masterKey) {
	if m.known == nil {
		m.known = map[string]masterKey{}
	}
	for _, k := range keys {
		m.known[k.id] = k
	}
	m.keys = keys
}

func parseMaster(b []byte) ([]masterKey, error) {
	var keys []masterKey
	lines := bufio.NewScanner(bytes.NewReader(b))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		id, text, _ := strings.Cut(line, " ")
		key, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(key) != masterBytes || !validID(id) {
			return nil, fmt.Errorf("line %d is no master key", n) // the line is a secret
		}
		if slices.ContainsFunc(keys, func(k masterKey) bool { return k.id == id }) {
			return nil, fmt.Errorf("line %d: master key %s stands there twice", n, id)
		}
		keys = append(keys, masterKey{id, key})
	}
	if len(keys) == 0 {
		return nil, errors.New("it has no key")
	}
	return keys, lines.Err()
}

// seal encrypts a secret so that it opens only for the same owner.
func (m *Master) seal(secret, owner string) (sealed []byte, masterID string, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.refresh(); err != nil {
		return nil, "", err
	}
	aead, err := m.keys[0].aead()
	if err != nil {
		return nil, "", err
	}
	return aead.Seal(nil, nil, []byte(secret), []byte(owner)), m.keys[0].id, nil
}

// open is the inverse of seal. The error does not say more than that it failed.
func (m *Master) open(sealed []byte, masterID, owner string) (string, error) {
	key, err := m.key(masterID)
	if err != nil {
		return "", err
	}
	aead, err := key.aead()
	if err != nil {
		return "", err
	}
	secret, err := aead.Open(nil, nil, sealed, []byte(owner))
	return string(secret), err
}

// key finds a master key, in the file if another process has put it there.
func (m *Master) key(id string) (masterKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.known[id]; !ok {
		if err := m.refresh(); err != nil {
			return masterKey{}, err
		}
	}
	k, ok := m.known[id]
	if !ok {
		return masterKey{}, fmt.Errorf("there is no master key %q", id)
	}
	return k, nil
}

// aead makes the cipher; it puts a random nonce before what it seals.
func (k masterKey) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.bytes)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// renew puts a new key before the others.
func (m *Master) renew() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.refresh(); err != nil {
		return err
	}
	return m.replace(append([]masterKey{newMasterKey()}, m.keys...))
}

// keep drops all keys of the file but the first and those in ids.
func (m *Master) keep(ids map[string]bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.refresh(); err != nil {
		return err
	}
	unused := func(k masterKey) bool { return !ids[k.id] }
	return m.replace(append(m.keys[:1:1], slices.DeleteFunc(slices.Clone(m.keys[1:]), unused)...))
}

// replace swaps the keys, in the file first. The caller holds the lock.
func (m *Master) replace(keys []masterKey) error {
	if m.path != "" {
		tmp, err := writeMaster(m.path, keys)
		if err == nil {
			err = os.Rename(tmp, m.path)
		}
		if err != nil {
			return fmt.Errorf("write master key file %q: %w", m.path, err)
		}
	}
	m.take(keys)
	return nil
}
