set -euo pipefail
plan=$(drover plan --output markdown)
printf '%s\n' "$plan" >> "$GITHUB_STEP_SUMMARY"
end=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') # nobody can guess it, so that no plan ends the output early
printf 'plan<<%s\n%s\n%s\n' "$end" "$plan" "$end" >> "$GITHUB_OUTPUT"
