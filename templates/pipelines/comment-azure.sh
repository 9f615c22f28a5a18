set -euo pipefail
azure() { curl --silent --show-error --fail-with-body --max-time 60 --retry 3 --header @<(printf 'Authorization: Bearer %s\n' "$SYSTEM_ACCESSTOKEN") --header 'Content-Type: application/json' "$@"; }
mark="<!-- drover plan of $DROVER_CLUSTER -->"
threads="$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_apis/git/repositories/$BUILD_REPOSITORY_ID/pullRequests/$SYSTEM_PULLREQUEST_PULLREQUESTID/threads"
body=$(jq -n --arg mark "$mark" --rawfile plan drover-plan.md '{content: ($mark + "\n" + $plan)}')
read -r thread comment <<< "$(azure "$threads?api-version=7.1" | jq -r --arg mark "$mark" '[.value[] | .id as $thread | (.comments // [])[] | select((.content // "") | startswith($mark)) | "\($thread) \(.id)"] | first // ""')"
if [ -n "$thread" ]; then
  azure --request PATCH --data @- "$threads/$thread/comments/$comment?api-version=7.1" <<< "$body" > /dev/null
else
  jq '{comments: [. + {parentCommentId: 0, commentType: "text"}], status: "closed"}' <<< "$body" | azure --request POST --data @- "$threads?api-version=7.1" > /dev/null
fi
