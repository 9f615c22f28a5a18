code=0
drover rotate --auto-approve --for "$DROVER_FOR" --if-older-than "$DROVER_IF_OLDER_THAN" --if-changed || code=$?
