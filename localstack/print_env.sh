#!/usr/bin/env bash
# Prints what a shell has to set to use the MiniStack of up.sh: eval "$(./localstack/print_env.sh)"
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

for name in AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION AWS_CA_BUNDLE; do
  [ -z "${!name:-}" ] || printf 'export %s=%q\n' "$name" "${!name}"
done
