package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"drover/generator/netmap"
)

func networkCommand(s streams) *cli.Command {
	return &cli.Command{
		Name: "network", Usage: "print the address plan of a spec, or of a directory of specs",
		Flags: []cli.Flag{
			fileFlag(),
			&cli.StringFlag{Name: "free", Value: "/16", Usage: "also print the next free block of this `SIZE`"},
			&cli.StringFlag{Name: "output", Value: "text", EnvVars: []string{"DROVER_OUTPUT"}, Usage: "output `FORMAT`: text, json, markdown, or svg for a picture"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return network(c, s)
		},
	}
}

func network(c *cli.Context, s streams) error {
	format, err := formatOf(c, "text", "json", "markdown", "svg")
	if err != nil {
		return err
	}
	write := map[string]func(netmap.Map) error{
		"text":     func(m netmap.Map) error { return m.Table(s.out) },
		"svg":      func(m netmap.Map) error { return m.SVG(s.out) },
		"markdown": func(m netmap.Map) error { return m.Markdown(s.out) },
		"json": func(m netmap.Map) error {
			return writeJSON(s.out, m)
		},
	}[format]
	bits, err := strconv.Atoi(strings.TrimPrefix(c.String("free"), "/"))
	if err != nil || bits < 8 || bits > 32 {
		return usageError{fmt.Errorf("--free is %q; use the number of leading bits, such as /20", c.String("free"))}
	}
	all, err := loadAll(c.Context, c.String("file"), s.err)
	if err != nil {
		return err
	}
	m, err := netmap.Of(all, bits)
	if err != nil {
		return usageError{err}
	}
	return write(m)
}
