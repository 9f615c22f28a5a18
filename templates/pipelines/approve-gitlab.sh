set -euo pipefail
# In a manual job this is who started it; the protected environment says who may.
drover approve "$DROVER_GATE" --by "$GITLAB_USER_LOGIN" --reason "$CI_JOB_URL"
