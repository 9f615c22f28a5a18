# tell LEVEL TITLE TEXT: what a person sees in the job's log.
tell() { echo "$1: $2: $3" >&2; }
summary() { cat; }
# The job may fail with 5 and 6, which GitLab shows as a warning.
waits() { exit "$1"; }
