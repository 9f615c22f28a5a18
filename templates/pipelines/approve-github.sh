set -euo pipefail
# Who approved is asked of GitHub: the run itself was started by a schedule. Without reviewers nobody did, and the gate stays closed.
who=$(curl --silent --show-error --fail-with-body --max-time 60 --retry 3 --header @<(printf 'Authorization: Bearer %s\n' "$GH_TOKEN") \
  --header 'Accept: application/vnd.github+json' "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID/approvals" |
  jq -r --arg name "$DROVER_ENVIRONMENT" '[.[] | select(.state == "approved" and any(.environments[]; .name == $name)) | .user.login] | last // empty')
if [ -z "$who" ]; then
  echo "::error title=nobody approved::the environment of this job has no required reviewers; add them in the repository's settings"
  exit 1
fi
# A review may come days later, when another rotation waits at the same gate.
now=$(drover status --output json | jq -r '.rotation.id // ""')
if [ -z "$now" ] || [ "$now" != "$DROVER_ROTATION" ]; then
  echo "::error title=too late::the rotation that this approval is for is over; approve the job of a newer run"
  exit 1
fi
drover approve "$DROVER_GATE" --by "$who" --reason "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
