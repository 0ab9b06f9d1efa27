.DEFAULT_GOAL := help
.PHONY: help demo demo-stop test up down drill model containers bench format install build

help: ## Say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 19

demo: ## Carry 20 good deals and eight troubles through private servers and four workers
	@Deploy/local/demo

demo-stop: ## Stop what Deploy/local/demo --keep left running
	@Deploy/local/demo --stop

test: install ## Run every test on a private broker and database
	@Deploy/local/test

up: install ## Start a private broker and database that stay, and say how to go on
	@Deploy/local/servers start up
	@echo
	@echo 'In each shell that is to use them:   eval "$$(Deploy/local/servers env up)"'
	@echo 'Then, after make build:              .build/debug/baton migrate && .build/debug/baton topology apply'
	@echo 'and the programs, each on its own:   .build/debug/sandbox, .build/debug/deal-events-worker ...'
	@echo 'and what support does with:          .build/debug/requeue --help'
	@echo 'Stop them, keeping the data:         make down'

down: ## Stop what make up started
	@Deploy/local/servers stop up

drill: install build ## Kill workers and servers under load and judge the outcome from outside (takes minutes)
	@Deploy/local/drill $(if $(DEALS),--deals $(DEALS)) $(if $(SEED),--seed $(SEED))

model: ## Explore the protocol's models exhaustively (under a minute; SCOPE=full takes some)
	@Sources/Proof/Protocol/run $(SCOPE)

containers: ## Build the image for release, bring the compose file up with it, and judge it under load (root, half an hour)
	@Deploy/containers/rehearse --release --newer

bench: install ## Measure (release build; takes minutes)
	@Deploy/local/bench

format: ## Format all Swift code
	@swift format --in-place --parallel --recursive Sources Tests Package.swift

install: ## Install what is missing from Debian, starting no service
	@Deploy/local/install

build: ## Build programs and tests (debug)
	@Deploy/local/build
