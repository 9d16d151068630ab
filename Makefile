# `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help
COMPOSE := docker compose

.PHONY: help demo up down backup restore dev build test test-faults-long soak check check-live bench

help: ## list these targets
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## the whole system on generated games; in Docker where an engine answers, else as local processes
	@./start.sh --demo

up: ## the live game, on Docker Compose, in the background
	$(COMPOSE) up --build --detach
	@echo "Watching the live game: http://127.0.0.1:$${GATEWAY_PORT:-8080}   Health: /health   Stop: make down"

down: ## stop what `make up` started; recordings stay
	$(COMPOSE) --profile demo --profile chrome --profile login --profile observability down

backup: ## Redis and the recordings of what `make up` runs into one file, without losing anything meanwhile (FILE=<name>)
	@scripts/backup.sh $(FILE)

restore: ## bring back FILE=<name> while the system is stopped (REPLACE=--replace drops what is there)
	@scripts/restore.sh "$(FILE)" $(REPLACE)

dev: ## local processes on generated games, restarted on every change of the code
	@scripts/dev.sh

build: ## compile everything
	@scripts/install.sh

test: ## every test: pure, on a real Redis, the whole system, the browser, and Docker where an engine answers
	@scripts/install.sh redis chromium xz python promtool
	@npm test --silent

test-faults-long: ## a storm of faults: 200 faults, 100,000 events (FAULTS_COUNT, FAULTS_EVENTS; or FAULTS_SECONDS)
	@scripts/install.sh redis
	@npm run --silent test:faults-long

soak: ## the whole system in Docker under random faults: 30 minutes, 100 faults (SOAK_MINUTES, SOAK_FAULTS); writes a report
	@scripts/install.sh python
	@npm run --silent soak

check: ## formatting, lint, types and the pure tests
	@scripts/install.sh
	@npm run --silent check

check-live: ## the connection to the game: connects, listens for 15 s, and says how it is
	@scripts/install.sh
	@node services/feed/dist/main.js check

bench: ## benchmarks, each beside a bare baseline
	@scripts/install.sh redis
	@npm run --silent bench
