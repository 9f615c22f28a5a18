set -euo pipefail
drover rehearse
