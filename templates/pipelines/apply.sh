# A plan decides, because apply refuses what takes a rotation.
takes=$(drover plan --output json | jq -r .takes) || exit 1 # and not 5 or 6, which jq ends with too
case "$takes" in
  apply) ;;
  nothing) outcome 0 ;;
  rotate)
    tell warning "rotation due" "this change takes a rotation, which the scheduled job begins; nothing was changed"
    drover status --output markdown | summary
    waits 5
    ;;
  *)
    tell error "not possible" "neither apply nor rotate makes this change; the plan of the pull request says why"
    exit 1
    ;;
esac
code=0
drover apply --auto-approve || code=$?
if [ "$code" -eq 6 ]; then
  tell error "lease held" "another process drives this cluster, and no later run applies this change; run this job again"
  exit 1
fi
outcome "$code"
