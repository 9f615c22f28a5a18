package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
)

const attachments = "attachments/"

// plainName is what a purpose or a name may be made of, so that it is the same in every store.
var plainName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$`) })

// Attachment names a value that is kept beside the journal, such as a state that Terraform could not write.
type Attachment struct {
	Purpose string `json:"purpose"` // what it is for: errored-state, lock
	Name    string `json:"name"`    // which one it is, such as a color and a time
	Digest  string `json:"digest"`
}

func (a Attachment) object() string {
	return attachments + a.Purpose + "/" + a.Name + "/" + a.Digest
}

func (a Attachment) check() error {
	if !plainName().MatchString(a.Purpose) || !plainName().MatchString(a.Name) {
		return fmt.Errorf("an attachment's purpose and name have letters, digits, dots, dashes and underscores only; these are %q and %q", a.Purpose, a.Name)
	}
	return nil
}

func (a Attachment) hash(data []byte) string {
	return digest("attachment", a.Purpose, a.Name, string(data))
}

// AttachmentOf names a value as SaveAttachment does, and keeps nothing.
func AttachmentOf(purpose, name string, data []byte) Attachment {
	a := Attachment{Purpose: purpose, Name: name}
	a.Digest = a.hash(data)
	return a
}

// SaveAttachment keeps a value. Two values of one purpose and name are both kept.
func (s *Store) SaveAttachment(ctx context.Context, purpose, name string, data []byte) (Attachment, error) {
	a := AttachmentOf(purpose, name, data)
	if err := a.check(); err != nil {
		return a, err
	}
	err := s.objects.Create(ctx, a.object(), data)
	if err == nil {
		return a, nil
	}
	there, readErr := s.objects.Read(ctx, a.object())
	switch {
	case readErr == nil && bytes.Equal(there, data):
		return a, nil
	case readErr == nil:
		return a, &DamageError{a.object(), "does not match its digest", "Move the object away, then run this again"}
	default:
		return a, fmt.Errorf("saving %s: %w", a.object(), errors.Join(err, readErr))
	}
}

// Attachments lists what is kept for a purpose, in the order of names.
func (s *Store) Attachments(ctx context.Context, purpose string) ([]Attachment, error) {
	names, err := s.objects.List(ctx, attachments+purpose+"/", "")
	if err != nil {
		return nil, fmt.Errorf("listing the attachments for %s: %w", purpose, err)
	}
	all := make([]Attachment, 0, len(names))
	for _, object := range names {
		name, hash, _ := strings.Cut(strings.TrimPrefix(object, attachments+purpose+"/"), "/")
		a := Attachment{purpose, name, hash}
		if a.check() != nil || !isDigest().MatchString(hash) {
			return nil, &DamageError{object, "is not an object of drover's", "Move it out of the store's folder"}
		}
		all = append(all, a)
	}
	return all, nil
}

// Attachment reads a value, or returns a MissingError, or a DamageError where it is not what was saved.
func (s *Store) Attachment(ctx context.Context, a Attachment) ([]byte, error) {
	if err := a.check(); err != nil {
		return nil, err
	}
	data, err := s.objects.Read(ctx, a.object())
	if errors.Is(err, ErrNotFound) {
		return nil, &MissingError{"attachment " + a.Purpose + "/" + a.Name}
	}
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", a.object(), err)
	}
	if a.hash(data) != a.Digest {
		return nil, &DamageError{a.object(), "does not match its digest", "Restore the object from a copy"}
	}
	return data, nil
}

// DeleteAttachment removes a value that has served its purpose; one that is not there is no error.
func (s *Store) DeleteAttachment(ctx context.Context, a Attachment) error {
	if err := a.check(); err != nil {
		return err
	}
	if err := s.objects.Delete(ctx, a.object()); err != nil {
		return fmt.Errorf("deleting %s: %w", a.object(), err)
	}
	return nil
}
