gate= rotation=
if [ "$code" -eq 5 ]; then # the jobs that open a gate go by this
  status=$(drover status --output json)
  gate=$(jq -r '.rotation // {} | (.phase // "" | ltrimstr("approve-")) as $gate |
    if ["shift", "destroy"] - [.approvals[]?.gate] | index($gate) then $gate else "" end' <<< "$status")
  [ -z "$gate" ] || rotation=$(jq -r .rotation.id <<< "$status")
fi
printf 'gate=%s\nrotation=%s\n' "$gate" "$rotation" >> "$GITHUB_OUTPUT"
outcome "$code"
