set -euo pipefail
# Who started this run by hand; the approvals of the environment, which came before this job, are the second pair of eyes.
drover approve "$DROVER_GATE" --by "$BUILD_REQUESTEDFOR" --reason "$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_build/results?buildId=$BUILD_BUILDID"
