gate=
if [ "$code" -eq 5 ]; then # the jobs that open a gate go by this
  gate=$(drover status --output json | jq -r '.rotation // {} | (.phase // "" | ltrimstr("approve-")) as $gate |
    if ["shift", "destroy"] - [.approvals[]?.gate] | index($gate) then $gate else "" end')
fi
echo "gate=$gate" >> "$GITHUB_OUTPUT"
outcome "$code"
