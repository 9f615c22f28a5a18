// Package bench measures what drover promises about its speed, as ratios taken in one run wherever it can, so that they
// hold on any machine: `make bench`. Nothing here fails for being slow; that is for a person to judge.
package bench
