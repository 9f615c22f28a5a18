package spec

import "drover/generator/untrusted"

// Place is where something is written, and how the line looks.
type Place struct {
	Position
	Excerpt string // the line, a caret below what it is about
}

// Places finds where the paths of one spec are written. It is for what is
// said about several specs at once, after each was loaded by itself.
type Places struct {
	file string
	d    *decoder
}

// PlacesIn reads the spec in the file at path again. Positions take ten times
// the memory of what they are about, so that Load does not keep them.
func PlacesIn(path string) *Places {
	p := &Places{file: path}
	if data, err := untrusted.ReadFile(path); err == nil {
		_, p.d = examine(path, data)
	}
	return p
}

// At gives the place of the value at path, such as spec.network.cidr, or of
// the nearest part of the spec around it that is written in the file.
func (p *Places) At(path string) Place {
	if p.d == nil {
		return Place{Position: Position{File: p.file}}
	}
	at := p.d.where(path)
	return Place{Position{p.file, at.line, at.column}, p.d.excerpt([]span{at})}
}
