package programs

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
)

// published are those who publish the programs, with checksums.
func published() []publisher {
	w := newWeb()
	return []publisher{
		envtest{w, "https://raw.githubusercontent.com/kubernetes-sigs/controller-tools/HEAD/envtest-releases.yaml"},
		releases{w, "https://dl.k8s.io/release"},
		kwok{w, "https://api.github.com/repos/kubernetes-sigs/kwok/releases/tags"},
	}
}

// releases is where Kubernetes publishes its own programs, each with its checksum beside it.
type releases struct {
	web web
	at  string
}

// Fetch downloads the controller manager and the scheduler: the others are smaller in envtest's bundle.
func (r releases) Fetch(ctx context.Context, dir string, missing []program, log io.Writer) error {
	var errs []error
	for _, p := range missing {
		if p.file != "kube-controller-manager" && p.file != "kube-scheduler" {
			continue
		}
		url := fmt.Sprintf("%s/%s/bin/%s/%s/%s", r.at, Version(), runtime.GOOS, runtime.GOARCH, p.file)
		if err := r.fetchOne(ctx, dir, p.file, url, log); err != nil {
			errs = append(errs, fmt.Errorf("the release of Kubernetes: %w", err))
			break // the other one is in the same place
		}
	}
	return errors.Join(errs...)
}

func (r releases) fetchOne(ctx context.Context, dir, name, url string, log io.Writer) error {
	sum, err := r.web.text(ctx, url+".sha256")
	if err != nil {
		return err
	}
	file, err := r.web.save(ctx, dir, source{url: url, want: strings.TrimSpace(string(sum)), hash: sha256.New}, log)
	if err != nil {
		return err
	}
	return install(file, dir, name)
}

// kwok is kwok's release, whose files' checksums the host of the release tells.
type kwok struct {
	web web
	at  string
}

// Fetch downloads kwok and its stages.
func (k kwok) Fetch(ctx context.Context, dir string, missing []program, log io.Writer) error {
	assets := map[string]string{"kwok": "kwok-" + runtime.GOOS + "-" + runtime.GOARCH, stagesFile: "stage-fast.yaml"}
	var release struct {
		Assets []struct {
			Name   string `json:"name"`
			URL    string `json:"browser_download_url"`
			Digest string `json:"digest"`
		} `json:"assets"`
	}
	for _, p := range missing {
		name := assets[p.file]
		if name == "" {
			continue
		}
		if release.Assets == nil {
			data, err := k.web.text(ctx, k.at+"/"+versionOf(kwokModule))
			if err == nil {
				err = json.Unmarshal(data, &release)
			}
			if err != nil {
				return fmt.Errorf("kwok's release: %w", err)
			}
		}
		from := source{hash: sha256.New}
		for _, a := range release.Assets {
			if digest, ok := strings.CutPrefix(a.Digest, "sha256:"); a.Name == name && ok {
				from.url, from.want = a.URL, digest
			}
		}
		if from.url == "" {
			return fmt.Errorf("kwok's release has no %s with a checksum: %w", name, errNotPublished)
		}
		file, err := k.web.save(ctx, dir, from, log)
		if err != nil {
			return fmt.Errorf("kwok's release: %w", err)
		}
		if err := install(file, dir, p.file); err != nil {
			return err
		}
	}
	return nil
}
