package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// errInterrupted is a signal that came while a person was asked.
var errInterrupted = errors.New("interrupted")

// readLine reads one answer without the space around it, or ends with the context: a read of a terminal cannot be
// interrupted, so that the goroutine is left to the end of the process. An empty answer at the end is io.EOF.
func readLine(ctx context.Context, from *bufio.Reader) (string, error) {
	type read struct {
		line string
		err  error
	}
	got := make(chan read, 1)
	go func() {
		line, err := from.ReadString('\n')
		got <- read{strings.TrimSpace(line), err}
	}()
	select {
	case <-ctx.Done():
		return "", errInterrupted
	case r := <-got:
		if errors.Is(r.err, io.EOF) && r.line != "" {
			r.err = nil
		}
		return r.line, r.err
	}
}

// ask has a person answer before anything is changed.
func ask(ctx context.Context, s streams, question string) (string, error) {
	if _, err := fmt.Fprint(s.err, question); err != nil {
		return "", err
	}
	answer, err := readLine(ctx, bufio.NewReader(s.in))
	if err == nil {
		return answer, nil
	}
	_, _ = fmt.Fprintln(s.err) // what follows is not on the line of the question
	if errors.Is(err, io.EOF) {
		return "", errors.New("no answer; nothing was changed")
	}
	return "", fmt.Errorf("reading the answer: %w; nothing was changed", err)
}

func isTerminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
