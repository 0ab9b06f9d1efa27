.DEFAULT_GOAL := help
.PHONY: help demo test up down bench format install build

help: ## Say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

demo: install build ## Carry at least 20 deals through a private broker, database, sandbox and four workers
	@Deploy/local/demo

test: install ## Run every test on a private broker and database
	@Deploy/local/test

up: install ## Start a private broker and database that stay, and say how to go on
	@Deploy/local/servers start up
	@echo
	@echo 'In each shell that is to use them:   eval "$$(Deploy/local/servers env up)"'
	@echo 'Then, after make build:              .build/debug/baton migrate && .build/debug/baton topology apply'
	@echo 'and the programs, each on its own:   .build/debug/sandbox, .build/debug/deal-events-worker ...'
	@echo 'Stop them, keeping the data:         make down'

down: ## Stop what make up started
	@Deploy/local/servers stop up

bench: install ## Measure (release build; takes minutes)
	@Deploy/local/bench

format: ## Format all Swift code
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

install: ## Install what is missing from Debian, starting no service
	@Deploy/local/install

build: ## Build programs and tests (debug)
	@Deploy/local/build
