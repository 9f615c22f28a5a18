package s3_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"drover/orchestrator/internal/mototest"
	"drover/orchestrator/store"
	"drover/orchestrator/store/blob/s3"
	"drover/orchestrator/store/location"
	"drover/orchestrator/store/storetest"
)

// settings are those of AWS for a simulated account.
func settings(t testing.TB, endpoint string) aws.Config {
	t.Helper()
	loaded, err := config.LoadDefaultConfig(t.Context(),
		config.WithRegion("eu-central-1"), config.WithBaseEndpoint(endpoint),
		config.WithSharedConfigFiles(nil), config.WithSharedCredentialsFiles(nil),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("testing", "testing", "")))
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func at(bucket string) location.Location {
	return location.Location{
		Kind: "s3", Bucket: bucket, Prefix: "shop/.drover",
		Settings: map[string]string{location.Region: "eu-central-1", location.PathStyle: "true", location.Encrypt: "true"},
	}
}

func open(t testing.TB, settings aws.Config, bucket string) store.Objects {
	t.Helper()
	objects, err := s3.OpenWith(t.Context(), settings, at(bucket))
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// makeBucket makes a bucket with the state of a root in it, beside which the store is.
func makeBucket(t testing.TB, settings aws.Config, name string) {
	t.Helper()
	client := awss3.NewFromConfig(settings, func(o *awss3.Options) { o.UsePathStyle = true })
	if _, err := client.CreateBucket(t.Context(), &awss3.CreateBucketInput{
		Bucket:                    aws.String(name),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.PutObject(t.Context(), &awss3.PutObjectInput{
		Bucket: aws.String(name), Key: aws.String("shop/blue/terraform.tfstate"), Body: bytes.NewReader([]byte("{}")),
	}); err != nil {
		t.Fatal(err)
	}
}

func TestS3IsAPlaceForAStore(t *testing.T) {
	t.Parallel()
	account := settings(t, mototest.Start(t))
	var buckets atomic.Int64
	storetest.Run(t, func(t *testing.T) func() store.Objects {
		name := fmt.Sprintf("state-%d", buckets.Add(1))
		makeBucket(t, account, name)
		return func() store.Objects { return open(t, account, name) }
	})

	t.Run("a bucket that is not there is not an empty store", func(t *testing.T) {
		t.Parallel()
		if records, err := store.Open(open(t, account, "nowhere"), "shop", store.Options{}).Records(t.Context()); err == nil {
			t.Errorf("read %d records", len(records))
		}
		if _, err := open(t, account, "nowhere").Read(t.Context(), "journal/1"); err == nil || errors.Is(err, store.ErrNotFound) {
			t.Errorf("reading: %v", err)
		}
	})

	t.Run("a list begins after a name on the server", func(t *testing.T) {
		t.Parallel()
		makeBucket(t, account, "long")
		counting := account.Copy()
		var requests atomic.Int64
		counting.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			requests.Add(1)
			return http.DefaultClient.Do(r)
		})
		o := open(t, counting, "long")
		for i := range 5 {
			if err := o.Create(t.Context(), fmt.Sprintf("journal/%d", i), nil); err != nil {
				t.Fatal(err)
			}
		}
		if requests.Load() != 5 {
			t.Errorf("5 values were created by %d requests", requests.Load())
		}
		var query url.Values
		counting.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			query = r.URL.Query()
			return http.DefaultClient.Do(r)
		})
		if _, err := open(t, counting, "long").List(t.Context(), "journal/", "journal/3"); err != nil {
			t.Fatal(err)
		}
		if after := query.Get("start-after"); after != "shop/.drover/journal/3" {
			t.Errorf("the list begins after %q", after)
		}
	})

	t.Run("a server without conditional writes is refused", func(t *testing.T) {
		t.Parallel()
		makeBucket(t, account, "old")
		unconditional := account.Copy()
		unconditional.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
			r.Header.Del("If-None-Match")
			return http.DefaultClient.Do(r)
		})
		var wrong *store.ConditionError
		if _, err := store.Open(open(t, unconditional, "old"), "shop", store.Options{}).Acquire(t.Context(), store.Holder{}); !errors.As(err, &wrong) {
			t.Errorf("taking the lease: %v", err)
		}
	})
}

type client func(*http.Request) (*http.Response, error)

func (c client) Do(r *http.Request) (*http.Response, error) { return c(r) }

// A journal of 10,000 records is read from the simulated S3, and verified, in less than a second.
func BenchmarkReadJournal(b *testing.B) {
	const many = 10_000
	account := settings(b, mototest.Start(b))
	makeBucket(b, account, "state")
	o := open(b, account, "state")
	if err := storetest.Long(b, many).Copy(b.Context(), o, ""); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		records, err := store.Open(o, "shop", store.Options{}).Records(b.Context())
		if err != nil || len(records) < many {
			b.Fatalf("read %d records: %v", len(records), err)
		}
	}
}
