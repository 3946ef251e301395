#!/usr/bin/env bash
# Stops the MiniStack that up.sh started, with its workers, and nothing else.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

if ! [ -e "$PID_FILE" ]; then
  echo "Nothing to stop: up.sh started no MiniStack, or it is stopped already."
  exit
fi
pid=$(<"$PID_FILE")

is_ours() { # the number may have gone to another process meanwhile
  { ps -p "$pid" -o args= || tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -q ministack
}

if is_ours; then
  kill -TERM -- "-$pid"
  for _ in {1..50}; do
    is_ours || break
    sleep 0.1
  done
  if is_ours; then kill -KILL -- "-$pid"; fi
  echo "Stopped MiniStack (pid $pid)."
fi
rm -rf "$PID_FILE" "$LOCAL_DIR/tmp"
