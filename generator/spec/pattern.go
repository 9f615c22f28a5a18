package spec

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first needed:
// most specs need few of them, and compiling all would be most of the time that
// it takes to validate one.
type pattern struct {
	text string
	once sync.Once
	re   *regexp.Regexp
}

// patterns are all there are, for the test that compiles them.
var patterns = make([]*pattern, 0, len(pool)) // room for all, so that a program which starts does not grow it again and again

// pool is where they are: one allocation for each would be most of what the package does before main.
var pool [256]pattern

func lazily(text string) *pattern {
	p := &pool[len(patterns)]
	p.text = text
	patterns = append(patterns, p)
	return p
}

func (p *pattern) get() *regexp.Regexp {
	p.once.Do(func() { p.re = regexp.MustCompile(p.text) })
	return p.re
}

// MatchString tells whether s holds a match.
func (p *pattern) MatchString(s string) bool { return p.get().MatchString(s) }

// FindStringSubmatch gives the first match in s and its groups.
func (p *pattern) FindStringSubmatch(s string) []string { return p.get().FindStringSubmatch(s) }
