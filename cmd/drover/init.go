package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"drover/generator/draft"
	"drover/generator/eksctl"
	"drover/generator/fleet"
	"drover/generator/spec"
	"drover/generator/untrusted"
)

func initCommand(s streams) *cli.Command {
	flags := []cli.Flag{
		&cli.StringFlag{Name: "file", Aliases: []string{"f"}, Value: "cluster.yaml", EnvVars: []string{"DROVER_FILE"},
			Usage: "write the spec to `FILE`, or to NAME.yaml in a directory"},
		&cli.StringFlag{Name: "from-eksctl", Usage: "start from the eksctl ClusterConfig in `FILE`, and list the settings that cannot be converted"},
	}
	for _, q := range questions {
		flags = append(flags, &cli.StringFlag{Name: q.flag, Usage: q.usage})
	}
	return &cli.Command{
		Name: "init", Usage: "create a spec; prompts for values that the flags do not set",
		Flags:  flags,
		Action: func(c *cli.Context) error { return initialize(c, s) },
	}
}

// initialize writes a spec: from the flags, from eksctl's, and from answers.
func initialize(c *cli.Context, s streams) error {
	if err := noArguments(c); err != nil {
		return err
	}
	neighbors, err := neighborsOf(c, s.err)
	if err != nil {
		return err
	}
	cluster, title, err := startingPoint(c)
	if err != nil {
		return err
	}
	a := &asker{streams: s, neighbors: neighbors, cluster: &cluster}
	if err := a.all(c); err != nil {
		return err
	}
	if cluster.Spec.Account == "" {
		cluster.Spec.Account = accountOf(cluster.Spec)
	}
	if title == "" {
		title = cluster.Metadata.Name + ": a production Kubernetes cluster"
	}
	text, notes, err := firstText(c, title, &cluster)
	if err != nil {
		return err
	}
	file := specFile(c.String("file"), cluster.Metadata.Name)
	if err := create(file, text); err != nil {
		return err
	}
	return sayWritten(s, file, text, notes)
}

// accountOf is the account of the first admin on AWS, which is the cluster's: `drover rights` names it, and credentials for
// any other are refused from the start.
func accountOf(s spec.Spec) string {
	if s.Platform != spec.AWS || len(s.Access.Admins) == 0 {
		return ""
	}
	if parts := strings.SplitN(s.Access.Admins[0], ":", 6); len(parts) == 6 { // arn:partition:iam::account:name
		return parts[4]
	}
	return ""
}

// startingPoint is what --from-eksctl says, or nothing.
func startingPoint(c *cli.Context) (spec.Cluster, string, error) {
	from := c.String("from-eksctl")
	if from == "" {
		return spec.Cluster{}, "", nil
	}
	data, err := untrusted.ReadFile(from)
	if err != nil {
		return spec.Cluster{}, "", usageError{fmt.Errorf("reading the eksctl ClusterConfig: %w; name its file with --from-eksctl", err)}
	}
	cluster, err := eksctl.Known(from, data)
	if err != nil {
		return spec.Cluster{}, "", usageError{err}
	}
	return cluster, "Taken over from " + filepath.Base(from) + " of eksctl.", nil
}

// firstText is the spec's text. What eksctl's file says beside the answers is
// in it as far as it can be.
func firstText(c *cli.Context, title string, cluster *spec.Cluster) (string, []eksctl.Note, error) {
	if from := c.String("from-eksctl"); from != "" {
		data, err := untrusted.ReadFile(from)
		if err != nil {
			return "", nil, fmt.Errorf("reading the eksctl ClusterConfig: %w", err)
		}
		text, notes, err := eksctl.Convert(from, data, title, *cluster)
		if err != nil {
			return "", nil, usageError{err}
		}
		return text, notes, nil
	}
	text, diagnostics, err := draft.Text(title, *cluster)
	if err == nil && diagnostics.HasErrors() {
		err = diagnostics // an answer was right by itself, and is not beside the others
	}
	return text, nil, err
}

// neighborsOf are the specs that the new one will lie beside.
func neighborsOf(c *cli.Context, warn io.Writer) ([]fleet.Member, error) {
	dir := c.String("file")
	if !isDirectory(dir) {
		if _, err := os.Lstat(dir); err == nil {
			return nil, existsError(dir)
		}
		dir = filepath.Dir(dir)
	}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it is made when the spec is written
	}
	files, err := specFiles(dir)
	var none spec.Diagnostics
	if errors.As(err, &none) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	var sound []fleet.Member
	for _, file := range files {
		cluster, diagnostics := spec.Load(file)
		if !diagnostics.HasErrors() {
			sound = append(sound, fleet.Member{File: file, Cluster: cluster})
		} else if from := c.String("from-eksctl"); from != "" && filepath.Base(from) == filepath.Base(file) {
			continue // what is taken over is no spec, and may lie where the spec will
		} else if _, err := fmt.Fprintf(warn, "skipping %s: not a valid spec\n", file); err != nil {
			return nil, err
		}
	}
	return sound, nil
}

// specFile is where the spec is written: the file itself, or in a directory
// the file that is named for the cluster.
func specFile(path, name string) string {
	if isDirectory(path) {
		return filepath.Join(path, name+".yaml")
	}
	return path
}

// isDirectory tells whether path is a directory, or is written as one that is
// not there yet.
func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir() || errors.Is(err, fs.ErrNotExist) && strings.HasSuffix(path, string(filepath.Separator))
}

func existsError(file string) error {
	return usageError{fmt.Errorf("%s already exists, and init does not overwrite files; name another file with -f", file)}
}

// create writes a file that must not exist yet.
func create(file, text string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("creating the directory of the spec: %w", err)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return existsError(file)
	}
	if err != nil {
		return fmt.Errorf("writing the spec: %w", err)
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the spec: %w", errors.Join(err, os.Remove(file)))
	}
	return nil
}

// mostNotes is how many fields of a ClusterConfig are spoken of one by one.
const mostNotes = 200

// sayWritten ends with what is in the file, what is not, and what comes next.
func sayWritten(s streams, file, text string, notes []eksctl.Note) error {
	for i, n := range notes {
		if i == mostNotes {
			if _, err := fmt.Fprintf(s.err, "and %d more\n", len(notes)-i); err != nil {
				return err
			}
			break
		}
		if _, err := fmt.Fprintln(s.err, n); err != nil {
			return err
		}
	}
	if _, diagnostics := spec.Parse(file, []byte(text)); len(diagnostics) > 0 {
		if _, err := fmt.Fprintln(s.err, diagnostics.Error()); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(s.out, "wrote %s; next: drover validate -f %s\n", file, strings.TrimPrefix(file, "./"))
	return err
}
