set -euo pipefail
github() { curl --silent --show-error --fail-with-body --max-time 60 --retry 3 --header @<(printf 'Authorization: Bearer %s\n' "$GH_TOKEN") --header 'Accept: application/vnd.github+json' "$@"; }
mark="<!-- drover plan of $DROVER_CLUSTER -->"
[ -n "$PLAN" ] || PLAN="The plan of \`$DROVER_CLUSTER\` failed: $GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID"
comments="$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues"
id= page=1 more=100
while [ -z "$id" ] && [ "$more" -eq 100 ]; do
  found=$(github "$comments/$PULL/comments?per_page=100&page=$page")
  id=$(jq -r --arg mark "$mark" 'map(select(.user.type == "Bot" and (.body | startswith($mark)))) | first | .id // empty' <<< "$found")
  more=$(jq length <<< "$found") page=$((page + 1))
done
body=$(jq -n --arg mark "$mark" --arg plan "$PLAN" '{body: ($mark + "\n" + $plan)}')
if [ -n "$id" ]; then
  github --request PATCH --data @- "$comments/comments/$id" <<< "$body" > /dev/null
else
  github --request POST --data @- "$comments/$PULL/comments" <<< "$body" > /dev/null
fi
