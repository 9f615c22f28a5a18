# tell LEVEL TITLE TEXT: what a person sees beside the run. The texts are fixed, so that nothing in them is a command.
tell() { [ "$1" = notice ] || echo "##vso[task.logissue type=$1]$2: $3"; echo "$2: $3"; }
summary() { mkdir -p "$AGENT_TEMPDIRECTORY/drover" && file="$(mktemp "$AGENT_TEMPDIRECTORY/drover/XXXXXXXX").md" && cat > "$file" && echo "##vso[task.uploadsummary]$file"; }
waits() { echo "##vso[task.complete result=SucceededWithIssues]drover waits"; exit 0; }
