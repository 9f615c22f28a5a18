package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// completions are the scripts that a shell reads; each asks drover itself what fits.
var completions = map[string]string{
	"bash": `# drover's completion for bash. Put into ~/.bashrc: source <(drover completion bash)
_drover() {
  local words
  words=("${COMP_WORDS[@]:0:COMP_CWORD}")
  if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
    words+=(-) # what fits is told for the dash alone
  fi
  mapfile -t COMPREPLY < <(compgen -W "$("${words[@]}" --generate-bash-completion 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -o bashdefault -o default -F _drover drover
`,
	"zsh": `#compdef drover
# drover's completion for zsh. Put into ~/.zshrc, after compinit: source <(drover completion zsh)
_drover() {
  local -a found asked
  asked=("${(@)words[1,CURRENT-1]}")
  if [[ "${words[CURRENT]}" == -* ]]; then
    asked+=(-) # what fits is told for the dash alone
  fi
  found=("${(@f)$("${asked[@]}" --generate-bash-completion 2>/dev/null)}")
  if [[ -n "${found[1]}" ]]; then
    compadd -a found
  else
    _files
  fi
}
compdef _drover drover
`,
	"fish": `# drover's completion for fish. Put it into ~/.config/fish/completions/drover.fish
function __drover_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  if string match -q -- '-*' $current
    set words $words - # what fits is told for the dash alone
  end
  $words --generate-bash-completion 2>/dev/null
end
complete -c drover -a '(__drover_complete)'
`,
}

func completionCommand(s streams) *cli.Command {
	shells := slices.Sorted(maps.Keys(completions))
	return &cli.Command{
		Name: "completion", Usage: "print a completion script for a shell", ArgsUsage: strings.Join(shells, "|"),
		BashComplete: func(c *cli.Context) {
			_, _ = fmt.Fprintln(c.App.Writer, strings.Join(shells, "\n")) // a shell that hung up wants nothing more
		},
		Action: func(c *cli.Context) error {
			script, known := completions[c.Args().First()]
			if !known || c.Args().Len() != 1 {
				return usageError{fmt.Errorf("completion takes the name of a shell: %s", strings.Join(shells, ", "))}
			}
			_, err := io.WriteString(s.out, script)
			return err
		},
	}
}
