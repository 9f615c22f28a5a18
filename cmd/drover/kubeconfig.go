package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"path/filepath"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v2"
	"sigs.k8s.io/yaml"

	"drover/generator/spec"
	"drover/orchestrator/cluster"
	"drover/orchestrator/color"
	"drover/orchestrator/journal"
	"drover/orchestrator/kubernetes"
)

func kubeconfigCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "kubeconfig", Usage: "print a kubeconfig for a color (default: the active one); it contains no secrets", ArgsUsage: "[blue|green]",
		Flags: []cli.Flag{fileFlag(), outFlag(),
			&cli.StringFlag{Name: "output", Usage: "write to `FILE`, readable only by you, instead of standard output"}},
		Action: func(c *cli.Context) error {
			asked := c.Args().First()
			if c.Args().Len() > 1 || asked != "" && asked != string(color.Blue) && asked != string(color.Green) {
				return usageError{fmt.Errorf("%s takes blue or green, not %q", c.Command.FullName(), c.Args().Slice())}
			}
			l, err := loadSpec(c, io.Discard)
			if err != nil {
				return err
			}
			o, err := optionsOf(c, s, l.Cluster, newProgress(s.err, false))
			if err != nil {
				return err
			}
			data, err := kubeconfig(c.Context, o, color.Color(asked))
			if err != nil {
				return err
			}
			return deliver(s, c.String("output"), data)
		},
	}
}

// deliver writes a file whole, or to standard output.
func deliver(s streams, file string, data []byte) error {
	if file == "" {
		_, err := s.out.Write(data)
		return err
	}
	if err := renameio.WriteFile(file, data, 0o600); err != nil {
		return fmt.Errorf("writing the kubeconfig: %w", err)
	}
	_, err := fmt.Fprintf(s.err, "wrote %s; use it with: export KUBECONFIG=%s\n", file, filepath.Clean(file))
	return err
}

// kubeconfig asks the platform where a color's API server is.
func kubeconfig(ctx context.Context, o cluster.Options, of color.Color) ([]byte, error) {
	if of == "" {
		events, err := cluster.Events(ctx, o.Store)
		if err != nil {
			return nil, err
		}
		if of = journal.Fold(events).Active; of == "" {
			return nil, fmt.Errorf("%s has no active color yet; build it with `drover apply`, or name the color", o.Spec.Metadata.Name)
		}
	}
	cloud, err := connectPlatform(ctx, o)
	if err != nil {
		return nil, err
	}
	if _, err := cluster.AccountOf(ctx, cloud, o.Spec); err != nil {
		return nil, err
	}
	name := o.Spec.Metadata.Name + "-" + string(of)
	access, err := cloud.Kubernetes(ctx, name)
	if err != nil {
		return nil, err
	}
	if access.Server == "" {
		return nil, fmt.Errorf("finding the API server of %s: %w", name, kubernetes.ErrNoServer)
	}
	return configFor(o.Spec, name, access)
}

// configFor is a kubeconfig whose credentials are asked of AWS's own program each time, so that it holds none.
func configFor(c spec.Cluster, name string, access kubernetes.Access) ([]byte, error) {
	type object = map[string]any
	login := object{"apiVersion": "client.authentication.k8s.io/v1", "command": "aws", "interactiveMode": "IfAvailable",
		"args":        []string{"--region", c.Spec.Region, "eks", "get-token", "--cluster-name", name, "--output", "json"},
		"installHint": "kubectl asks the AWS CLI for credentials: https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html"}
	data, err := yaml.Marshal(object{
		"apiVersion": "v1", "kind": "Config", "current-context": name,
		"clusters": []object{{"name": name, "cluster": object{"server": access.Server, "certificate-authority-data": base64.StdEncoding.EncodeToString(access.CA)}}},
		"users":    []object{{"name": name, "user": object{"exec": login}}},
		"contexts": []object{{"name": name, "context": object{"cluster": name, "user": name}}},
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the kubeconfig of %s: %w", name, err)
	}
	return data, nil
}
