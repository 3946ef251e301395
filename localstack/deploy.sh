#!/usr/bin/env bash
# Deploys the stack with the real CDK to AWS_ENDPOINT_URL, by default the MiniStack of up.sh.
# Arguments go to the CDK: deploy.sh -c tables=orders,customers -c writer_concurrency=4
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"
refuse_strangers

APP=$LOCAL_DIR/cdk.out
quietly() {
  cdk --no-notices --ci "$@" >"$LOCAL_DIR/deploy.log" 2>&1 || {
    cat "$LOCAL_DIR/deploy.log" >&2
    exit 1
  }
}

echo "Deploying to $AWS_ENDPOINT_URL"
quietly synth --quiet --output "$APP" -c removal_policy=destroy "$@"
quietly bootstrap --app "$APP"
quietly deploy --app "$APP" --require-approval never --outputs-file "$LOCAL_DIR/outputs.json"
echo "Deployed; its outputs: ${LOCAL_DIR#"$ROOT"/}/outputs.json"
