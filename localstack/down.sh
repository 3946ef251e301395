#!/usr/bin/env bash
# Stops the MiniStack that up.sh started, with its workers, and nothing else.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

if own_runs; then
  kill -TERM -- "-$own_pid"
  for _ in {1..50}; do
    own_runs || break
    sleep 0.1
  done
  if own_runs; then kill -KILL -- "-$own_pid"; fi
  echo "Stopped MiniStack (pid $own_pid)."
else
  echo "Nothing to stop: up.sh started no MiniStack, or it is stopped already."
fi
rm -rf "$PID_FILE" "$LOCAL_DIR/tmp"
