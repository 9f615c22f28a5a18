set -euo pipefail
drover plan --output markdown > drover-plan.md
