code=0
plan=$(drover plan --check --output markdown) || code=$?
printf '%s\n' "$plan" | summary
case "$code" in
  0) ;;
  2) tell error drift "the cluster is not as the spec says; the summary has the plan" ;;
  *) exit "$code" ;;
esac
none=$(drover status --output json | jq -r '.rotation == null') # in a line of its own, so that a failure ends the job
if [ "$none" = true ]; then
  ready=0
  drover ready || ready=$?
  [ "$ready" -eq 0 ] || tell error "not ready" "a rotation could not start now; the log says why"
  [ "$code" -ne 0 ] || code=$ready
fi
exit "$code"
