// Package markdown writes answers as GitHub's Markdown, for comments on pull requests and summaries of jobs: headings,
// paragraphs and tables of a bounded size.
//
// It must never let a text become more than text: no markup, no HTML, no link, no mention of a person.
package markdown
