package history

import (
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"drover/templates"
)

// Page writes the report as one HTML page that needs nothing else.
func (r Report) Page(w io.Writer) error {
	page, err := template.New("rotation.html.tmpl").Funcs(template.FuncMap{
		"clock": func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") },
		"took":  func(seconds float64) string { return took(seconds) },
		"share": func(seconds float64) float64 { return r.share(seconds) },
		"ticks": func(text string) []string { return strings.Split(text, "`") }, // every second part is a command
		"odd":   func(i int) bool { return i%2 == 1 },
	}).ParseFS(templates.FS, "report/rotation.html.tmpl")
	if err != nil {
		return fmt.Errorf("reading the template of a report: %w", err)
	}
	if err := page.Execute(w, struct {
		Report
		Chart chart
	}{r, r.chart()}); err != nil {
		return fmt.Errorf("writing the report of rotation %s: %w", r.ID, err)
	}
	return nil
}

func took(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	text := d.Round(time.Second).String()
	if whole, ok := strings.CutSuffix(text, "m0s"); ok {
		return strings.Replace(whole+"m", "h0m", "h", 1)
	}
	return text
}

// share is a phase's part of the longest one, in percent.
func (r Report) share(seconds float64) float64 {
	longest := 0.0
	for _, p := range r.Phases {
		longest = max(longest, p.Seconds)
	}
	if longest == 0 {
		return 0
	}
	return 100 * seconds / longest
}

// The measures of the chart, in pixels.
const (
	chartWide = 640
	chartHigh = 120
	labelWide = 52 // of a time below it
)

// chart is the new color's share of the traffic over time.
type chart struct {
	Wide, High int
	Area       string // a polygon's points
	Marks      []chartMark
	Dots       []chartDot
}

// chartDot is a share that was measured, where anything was.
type chartDot struct {
	X, Y    float64
	Percent string
}

// chartMark is a moment at which the weights changed.
type chartMark struct {
	X       float64
	After   string // since the first
	Percent int
	Label   bool // there is room for its time
}

// chart is empty where the weights never changed.
func (r Report) chart() chart {
	if len(r.Weights) < 2 {
		return chart{}
	}
	begin, end := r.Weights[0].Time, r.Weights[len(r.Weights)-1].Time
	span := max(end.Sub(begin).Seconds(), 1) * 1.1 // so that the last step shows
	c := chart{Wide: chartWide, High: chartHigh}
	y := func(percent int) float64 { return chartHigh - float64(percent)/100*chartHigh }
	points := []string{fmt.Sprintf("0,%d", chartHigh)}
	last, lastLabel := 0, -float64(labelWide)
	for _, w := range r.Weights {
		x, percent := w.Time.Sub(begin).Seconds()/span*chartWide, w.Weights[r.To]
		points = append(points, fmt.Sprintf("%.1f,%.1f", x, y(last)), fmt.Sprintf("%.1f,%.1f", x, y(percent)))
		mark := chartMark{X: x, After: took(w.Time.Sub(begin).Seconds()), Percent: percent, Label: x-lastLabel >= labelWide}
		if mark.Label {
			lastLabel = x
		}
		c.Marks, last = append(c.Marks, mark), percent
	}
	for _, a := range r.Arrivals {
		x := a.Time.Sub(begin).Seconds() / span * chartWide
		if a.Counted() && x <= chartWide {
			c.Dots = append(c.Dots, chartDot{X: x, Y: chartHigh - a.Arrived/100*chartHigh, Percent: fmt.Sprintf("%.1f", a.Arrived)})
		}
	}
	c.Area = strings.Join(append(points, fmt.Sprintf("%d,%.1f", chartWide, y(last)), fmt.Sprintf("%d,%d", chartWide, chartHigh)), " ")
	return c
}
