# One target a task. What a target needs (.venv, node_modules) it makes, once; state of local runs is in .local.
.DEFAULT_GOAL := help
PYTHON ?= python3
PYTEST := .venv/bin/python -m pytest
SETUP := .venv/.installed node_modules/.installed
# Settings of the stack for `deploy` and `demo`: make deploy CDK_ARGS="-c tables=orders"
CDK_ARGS ?=
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/node_modules/.bin:$(PATH)
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 1
export CDK_DISABLE_VERSION_CHECK := 1

.PHONY: help setup demo up down deploy test e2e lint

help: ## this list
	@sed -n 's/^\([a-z0-9]*\):.*## /make \1	/p' $(MAKEFILE_LIST)

setup: $(SETUP) ## make what the other targets need; .venv/bin/headrace is the command line

demo: up ## start an emulator, deploy, load 50,000 rows, show the accounts
	@./localstack/deploy.sh $(CDK_ARGS)
	@./localstack/demo.sh

up: $(SETUP) ## start MiniStack on 127.0.0.1:4566 (PORT, AUTH, USE_SSL)
	@./localstack/up.sh

down: ## stop it
	@./localstack/down.sh

deploy: $(SETUP) ## deploy the stack to it, or to AWS_ENDPOINT_URL
	@./localstack/deploy.sh $(CDK_ARGS)

test: $(SETUP) ## every test
	$(PYTEST) -m "not e2e" --numprocesses=auto --maxprocesses=4
	$(PYTEST) -m e2e

e2e: $(SETUP) ## the end-to-end tests alone, against HEADRACE_E2E_ENDPOINT or a MiniStack of their own
	$(PYTEST) -m e2e

lint: .venv/.installed ## style and types
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy

.venv/.installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Headrace needs Python 3.11 or newer: make PYTHON=python3.12")'
	@echo "Installing what requirements.txt pins into .venv"
	@$(PYTHON) -m venv .venv
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@PYTHONWARNINGS=ignore .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

node_modules/.installed: package-lock.json
	@echo "Installing the CDK command line into node_modules"
	@npm ci --silent
	@touch $@
