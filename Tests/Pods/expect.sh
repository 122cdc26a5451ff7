# Sourced by the tests of this folder: counts what was checked and says what failed.
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
eval "$(scripts/pods env)"
checked=0 failed=0

# expect WHAT WANTED ACTUAL
expect() {
  checked=$((checked + 1))
  [ "$2" = "$3" ] && return
  failed=$((failed + 1))
  printf 'FAILED %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3" >&2
}

# succeeds WHAT COMMAND...
succeeds() {
  local what=$1 output status=0
  shift
  output=$("$@" 2>&1) || status=$?
  expect "$what" "exit 0" "exit $status$([ $status = 0 ] || printf ': %s' "$output")"
}

# Makes localhost/swift-debugbox the image of the binary as it is now.
load_image() {
  [ .build/swift-debugbox.tar -nt .build/debugbox ] || scripts/image amd64 > /dev/null
  scripts/pods image
}

finish() {
  echo "$((checked - failed)) passed, $failed failed"
  [ $failed = 0 ]
}
