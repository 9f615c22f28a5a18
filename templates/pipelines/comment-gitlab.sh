set -euo pipefail
[ -n "${DROVER_GITLAB_TOKEN:-}" ] || { echo "there is no DROVER_GITLAB_TOKEN, so the plan is not posted; the artifact drover-plan.md of the plan's job has it" >&2; exit 5; }
gitlab() { curl --silent --show-error --fail-with-body --max-time 60 --retry 3 --header @<(printf 'PRIVATE-TOKEN: %s\n' "$DROVER_GITLAB_TOKEN") --header 'Content-Type: application/json' "$@" || return 1; } # and not 5 or 6, which curl ends with too
mark="<!-- drover plan of $DROVER_CLUSTER -->"
notes="$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes"
me=$(gitlab "$CI_API_V4_URL/user" | jq .id) # a note of somebody else could be changed by them later
id= page=1 more=100
while [ -z "$id" ] && [ "$more" -eq 100 ]; do
  found=$(gitlab "$notes?per_page=100&page=$page")
  id=$(jq -r --argjson me "$me" --arg mark "$mark" 'map(select(.author.id == $me and (.body | startswith($mark)))) | first | .id // empty' <<< "$found")
  more=$(jq length <<< "$found") page=$((page + 1))
done
body=$(jq -n --arg mark "$mark" --rawfile plan drover-plan.md '{body: ($mark + "\n" + $plan)}')
if [ -n "$id" ]; then
  gitlab --request PUT --data @- "$notes/$id" <<< "$body" > /dev/null
else
  gitlab --request POST --data @- "$notes" <<< "$body" > /dev/null
fi
