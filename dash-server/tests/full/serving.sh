# For the scripts beside this one: builds the programs, starts a server and waits until it serves.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
ulimit -n "$(ulimit -Hn)"

work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
programs=$(cargo metadata --format-version 1 --no-deps | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')/release

# COMMAND...: starts it and sets `server` to its process and `url` to its WebSocket.
serve() {
  "$@" >"$work/out" 2>"$work/log" &
  server=$!
  for _ in $(seq 6000); do
    url=$(sed -n 's|.*http://\([0-9.:]*\)/.*|ws://\1/ws|p' "$work/out")
    [ -z "$url" ] || return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.05
  done
  cat "$work/log" >&2
  return 1
}

# Ends the server, which must still be there.
finish() {
  kill "$server"
  wait "$server" || [ $? = 143 ]
  server=
}

# ARGUMENTS...: puts the server under load.
load() {
  "$programs/examples/load" --url "$url" --pid "$server" --except training "$@"
}
