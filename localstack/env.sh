# What the scripts here share: where things are, which endpoint, and whose credentials. To be sourced.
#   LOCAL_DIR   holds one emulator's pid, log and temporary files, and the stack's outputs
#   PORT        where that emulator listens
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LOCAL_DIR=${LOCAL_DIR:-$ROOT/.local}
export PATH="$ROOT/.venv/bin:$ROOT/node_modules/.bin:$PATH"
PORT=${PORT:-4566}
PID_FILE=$LOCAL_DIR/ministack.pid
LOG_FILE=$LOCAL_DIR/ministack.log
SCHEME=http
mkdir -p "$LOCAL_DIR"

case ${USE_SSL:-} in
1 | true | yes)
  SCHEME=https
  # Where MiniStack, whose TMPDIR this is, keeps the certificate that it makes for itself.
  export AWS_CA_BUNDLE=$LOCAL_DIR/tmp/ministack-tls/server.crt
  export NODE_EXTRA_CA_CERTS=$AWS_CA_BUNDLE
  ;;
esac

OWN_ENDPOINT=$SCHEME://127.0.0.1:$PORT
GIVEN_ENDPOINT=${AWS_ENDPOINT_URL:-}
export AWS_ENDPOINT_URL=${GIVEN_ENDPOINT:-$OWN_ENDPOINT}

# The MiniStack of up.sh, if it runs: pid and endpoint. The pid may have gone to another process meanwhile.
own_pid= own_endpoint=
if [ -e "$PID_FILE" ]; then read -r own_pid own_endpoint <"$PID_FILE"; fi
own_runs() {
  [ -n "$own_pid" ] &&
    { ps -p "$own_pid" -o args= || tr '\0' ' ' <"/proc/$own_pid/cmdline"; } 2>/dev/null | grep -q ministack
}

# An emulator of somebody else's is used only where it is named.
refuse_strangers() {
  if [ -n "$GIVEN_ENDPOINT" ] || { own_runs && [ "$own_endpoint" = "$OWN_ENDPOINT" ]; }; then return; fi
  echo "make up has not started what is at $OWN_ENDPOINT. To use it: AWS_ENDPOINT_URL=$OWN_ENDPOINT;" \
    "to leave it alone: another port, such as PORT=4567" >&2
  exit 1
}

# An emulator never sees real credentials, and another endpoint never sees these.
case $AWS_ENDPOINT_URL in
*://127.* | *://localhost:* | *://localhost | *://localhost.localstack.cloud*)
  unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN
  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
  export NO_PROXY=127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}
  export no_proxy=$NO_PROXY
  ;;
esac

export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=1 CDK_DISABLE_VERSION_CHECK=1 CDK_DISABLE_CLI_TELEMETRY=true
