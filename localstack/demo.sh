#!/usr/bin/env bash
# Loads a sample into the stack that deploy.sh deployed, and shows what came of it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"
cd "$ROOT"
exec python -m localstack.demo
