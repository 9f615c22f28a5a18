// Package s3 opens stores in buckets of Amazon S3, and of what is compatible with it and has conditional writes. It must
// never take credentials but from the SDK's usual places.
package s3

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"gocloud.dev/blob/s3blob"

	"drover/orchestrator/store"
	"drover/orchestrator/store/blob"
	"drover/orchestrator/store/location"
)

// Open is the opener of the kind s3.
func Open(ctx context.Context, at location.Location) (store.Objects, error) {
	options := []func(*config.LoadOptions) error{config.WithRegion(at.Settings[location.Region])}
	if profile := at.Settings[location.Profile]; profile != "" {
		options = append(options, config.WithSharedConfigProfile(profile))
	}
	settings, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("reading AWS's configuration: %w", err)
	}
	return OpenWith(ctx, settings, at)
}

// OpenWith opens the store with the given configuration of AWS instead of the machine's.
func OpenWith(ctx context.Context, settings aws.Config, at location.Location) (store.Objects, error) {
	client := s3.NewFromConfig(settings, func(o *s3.Options) {
		o.UsePathStyle = at.Settings[location.PathStyle] == "true"
		if endpoint := at.Settings[location.Endpoint]; endpoint != "" {
			o.BaseEndpoint = aws.String(endpoint)
		}
	})
	own := &s3blob.Options{RequestChecksumCalculation: settings.RequestChecksumCalculation}
	switch key := at.Settings[location.KMSKey]; {
	case key != "":
		own.EncryptionType, own.KMSEncryptionID = types.ServerSideEncryptionAwsKms, key
	case at.Settings[location.Encrypt] == "true":
		own.EncryptionType = types.ServerSideEncryptionAes256
	}
	bucket, err := s3blob.OpenBucket(ctx, client, at.Bucket, own)
	if err != nil {
		return nil, err
	}
	return blob.New(bucket, at.Prefix, blob.Platform{After: after, NoBucket: noBucket}), nil
}

func after(as func(any) bool, key string) {
	var list *s3.ListObjectsV2Input
	if as(&list) {
		list.StartAfter = aws.String(key)
	}
}

func noBucket(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && answer.ErrorCode() == "NoSuchBucket"
}
