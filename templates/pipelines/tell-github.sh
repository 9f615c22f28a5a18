# tell LEVEL TITLE TEXT: what a person sees beside the run. The texts are fixed, so that nothing in them is a command.
tell() { echo "::$1 title=$2::$3"; }
summary() { cat >> "$GITHUB_STEP_SUMMARY"; }
# GitHub has no neutral result for a job: a wait is a warning, a summary, and an output that the approval's job goes by.
waits() { exit 0; }
