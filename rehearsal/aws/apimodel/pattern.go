package apimodel

import (
	"regexp"
	"strings"
	"sync"
)

// pattern is a shape's regular expression, compiled when it is first needed.
type pattern struct {
	once sync.Once
	re   *regexp.Regexp // nil: one that Go cannot have, which is not checked
}

var unicode16 = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`) })

// allows says whether the whole of a text matches, as AWS's services (in Java) have it. Go has no look-around: a
// pattern with it allows everything.
func (p *pattern) allows(expression, text string) bool {
	p.once.Do(func() {
		// The only characters beyond 16 bits in the models are all of them.
		expression = strings.ReplaceAll(expression, `\uD800\uDC00-\uDBFF\uDFFF`, `\x{10000}-\x{10FFFF}`)
		expression = unicode16().ReplaceAllString(expression, `\x{$1}`)
		p.re, _ = regexp.Compile(`\A(?:` + expression + `)\z`) // an error leaves nil
	})
	return p.re == nil || p.re.MatchString(text)
}
