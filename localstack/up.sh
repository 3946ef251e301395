#!/usr/bin/env bash
# Starts MiniStack on 127.0.0.1:${PORT:-4566} and returns when it answers, or at once where it runs already.
#   USE_SSL=1   HTTPS, with a certificate of its own
#   AUTH=true   enforce IAM policies; wants USE_SSL=1, as the stack's policies refuse plain HTTP
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"

if python -m localstack.health 0; then
  refuse_strangers
  echo "Already running: $AWS_ENDPOINT_URL"
  exit
fi
if [ "$AWS_ENDPOINT_URL" != "$OWN_ENDPOINT" ]; then
  echo "Nothing answers at AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL. Start it, or unset the variable to use MiniStack." >&2
  exit 1
fi
if own_runs; then
  echo "make up has started one at $own_endpoint already (pid $own_pid): make down first, or PORT=${own_endpoint##*:}" >&2
  exit 1
fi

mkdir -p "$LOCAL_DIR/tmp"
set -m # a process group of its own, so that down.sh ends its workers too and Ctrl-C elsewhere does not
env -u AWS_ENDPOINT_URL -u AWS_CA_BUNDLE -u NODE_EXTRA_CA_CERTS \
  BIND_HOST=127.0.0.1 GATEWAY_PORT="$PORT" TMPDIR="$LOCAL_DIR/tmp" IOT_MTLS_ENABLED=0 SFTP_ENABLED=0 \
  nohup ministack >"$LOG_FILE" 2>&1 </dev/null &
echo "$! $OWN_ENDPOINT" >"$PID_FILE"

until python -m localstack.health 1; do
  kill -0 $! 2>/dev/null && ((SECONDS < 60)) && continue
  tail -20 "$LOG_FILE" >&2
  echo "MiniStack does not answer at $AWS_ENDPOINT_URL; its log: $LOG_FILE. Another port: PORT=4567" >&2
  "$ROOT/localstack/down.sh" >&2
  exit 1
done
echo "MiniStack runs at $AWS_ENDPOINT_URL (log: ${LOG_FILE#"$ROOT"/}; stop it: make down)"
