package access

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"picket/internal/fault"
)

// masterBytes makes the cipher AES-256.
const masterBytes = 32

// Master encrypts secrets with AES-256-GCM. It never changes and may be used
// from several goroutines.
type Master struct {
	id   string
	aead cipher.AEAD // puts a random nonce before what it seals
}

// OpenMaster reads the master key from a file, which it makes with a new key if
// there is none. The file has a line "ID BASE64" and must be for its owner alone
// (mode 0600). Whoever loses it loses all secrets.
func OpenMaster(path string) (*Master, error) {
	m, err := readMaster(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = createMaster(path); err == nil {
			m, err = readMaster(path)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open master key file %q: %w", path, err)
	}
	return m, nil
}

// createMaster makes the file whole or not at all. If another process was
// quicker its file stays.
func createMaster(path string) error {
	tmp, err := writeMaster(path)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp) }()
	if err := os.Link(tmp, path); !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// writeMaster writes a new key to a new file beside path and returns its name.
func writeMaster(path string) (name string, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".master-*") // with mode 0600
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	id, key := make([]byte, 4), make([]byte, masterBytes)
	_, _ = rand.Read(id) // never fails, nor does the next
	_, _ = rand.Read(key)
	_, err = fmt.Fprintf(f, "# Encrypts the secrets of access keys; without this file they are lost.\n%x %s\n", id, base64.StdEncoding.EncodeToString(key))
	return f.Name(), errors.Join(err, f.Sync(), f.Close())
}

func readMaster(path string) (*Master, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.Newf(fault.Internal, "others may read it (mode %#o)", info.Mode().Perm()).WithHint("chmod 600 %s", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return parseMaster(b)
}

func parseMaster(b []byte) (*Master, error) {
	var m *Master
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
		if m != nil {
			return nil, fmt.Errorf("line %d is a second key", n)
		}
		if m, err = newMaster(id, key); err != nil {
			return nil, err
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if m == nil {
		return nil, errors.New("it has no key")
	}
	return m, nil
}

func newMaster(id string, key []byte) (*Master, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return &Master{id, aead}, err
}

// seal encrypts a secret so that it opens only for the same owner.
func (m *Master) seal(secret, owner string) []byte {
	return m.aead.Seal(nil, nil, []byte(secret), []byte(owner))
}

// open is the inverse of seal. The error does not say more than that it failed.
func (m *Master) open(sealed []byte, masterID, owner string) (string, error) {
	if masterID != m.id {
		return "", fmt.Errorf("there is no master key %q", masterID)
	}
	secret, err := m.aead.Open(nil, nil, sealed, []byte(owner))
	return string(secret), err
}
