# outcome CODE: tells how drover ended, and ends the step so. 5 and 6 are neither a failure nor done: a later run goes on.
outcome() {
  drover status --output markdown | summary || true
  case "$1" in
    0) tell notice drover "done; the summary has the cluster's status" ;;
    4) tell error "rolled back" "the rotation was rolled back, and the old color has all traffic; the summary says why" ;;
    5) tell warning waiting "drover waits for a person or a time; the summary says for what, and a later run goes on" ;;
    6) tell warning "lease held" "another process drives this cluster; a later run tries again" ;;
  esac
  case "$1" in
    5 | 6) waits "$1" ;;
    *) exit "$1" ;;
  esac
}
