# The token of this job becomes the role's credentials; the AWS SDK and Terraform exchange it themselves.
umask 077
export AWS_WEB_IDENTITY_TOKEN_FILE="$(mktemp)" AWS_ROLE_SESSION_NAME="drover-$CI_JOB_ID"
printf '%s' "$DROVER_OIDC" > "$AWS_WEB_IDENTITY_TOKEN_FILE"
