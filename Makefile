# Each target only calls a script; the scripts say the rest.
PYTHON ?= python3
PORT ?= 5005
ACTIONS_PORT ?= 5055
export PORT ACTIONS_PORT

# Another project than this one (check, document-read, train, run, chat, conversations, summary, insights, topic): PROJECT=examples/tattoo_removal
ifeq ($(origin PROJECT),command line)
export STRIA_PROJECT := $(abspath $(PROJECT))
endif

# Some systems have a variable of this name themselves; what counts is what stands behind `make`.
ifneq ($(origin NAME),command line)
unexport NAME
endif

# What the scripts are run with: setup makes it.
VENV_PYTHON := .venv/bin/python
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: run chat train check document-read conversations test load containers eval bench audit sbom purge deliver summary records takeover giveback insights topic inbox inbox-user requests audit-log fmt lock widget screenshots snippet setup clean help

run: setup ## Start the assistant (PORT, ACTIONS_PORT); trains when needed
	@$(VENV_PYTHON) -m scripts.run

chat: setup ## Talk to the assistant in the terminal
	@$(VENV_PYTHON) -m scripts.chat

train: setup ## Train the model when the data or code changed (FORCE=1: anyway)
	@$(VENV_PYTHON) -m scripts.train

check: setup ## Check code style, types, content and Rasa's data
	@$(VENV_PYTHON) -m scripts.check

document-read: setup ## Note that all facts were read against the changed document (writes its sums)
	@$(VENV_PYTHON) -m assistant.check --document-read

conversations: setup ## Play the conversations of the project, on REST
	@$(VENV_PYTHON) -m scripts.train
	@$(VENV_PYTHON) -m pytest -p tests.conversation_plugin $(or $(PROJECT),.)/tests/conversations

test: ## Run everything that CI runs, from nothing
	@$(PYTHON) -m scripts.test

channels: setup ## Play all conversations on every channel (make test leaves the long ones out)
	@$(VENV_PYTHON) -m scripts.train
	@$(VENV_PYTHON) -m pytest tests/conversations --channel all

load: setup ## Put the servers under load, let everything fail, send nonsense (half an hour; not part of make test)
	@$(VENV_PYTHON) -m scripts.train
	@$(VENV_PYTHON) -m pytest tests/load

containers: setup ## Build the image and run deploy/compose.yml with Docker (half an hour; not part of make test)
	@$(VENV_PYTHON) -m pytest tests/containers

eval: setup ## Measure the assistant and write the results file
	@$(VENV_PYTHON) -m scripts.evaluate

bench: setup ## Measure beside stock Rasa and others, for hours (PART=accuracy: a part; EPOCHS=10: trains it less)
	@$(VENV_PYTHON) -m benchmarks $(PART) $(if $(EPOCHS),--epochs $(EPOCHS))

audit: setup ## Look the packages up in a database of vulnerabilities
	@$(VENV_PYTHON) -m scripts.audit

sbom: setup ## Write the list of all packages (CycloneDX) to results/sbom.json
	@$(VENV_PYTHON) -m scripts.sbom

purge: setup ## Erase now what was kept for too long (the server does it by itself)
	@$(VENV_PYTHON) -m scripts.purge

deliver: setup ## Deliver requests to the clinic now (the action server does it by itself; RETRY=1: also given up ones)
	@RETRY=$(RETRY) $(VENV_PYTHON) -m scripts.deliver

summary: setup ## Print the summary of a check (SENDER=..., FORMAT=html, pdf or fhir, OUT=file)
	@$(VENV_PYTHON) -m scripts.summary

inbox: setup ## Start the inbox for the clinic's staff (INBOX_PORT), beside the assistant
	@$(VENV_PYTHON) -m scripts.inbox

inbox-user: setup ## Let somebody log in to the inbox (NAME=...; asks for a password; REMOVE=1: no more)
	@$(VENV_PYTHON) -m scripts.inbox_user

requests: setup ## List requests of patients (STATE=all; SEARCH=... before make), show one (ID=...), set its STATE, RETRY=1 its delivery, or FORMAT=csv OUT=file
	@$(VENV_PYTHON) -m scripts.inbox_requests

audit-log: setup ## Print what staff and commands did with requests (WHO=..., ACTION=..., LINES=50)
	@$(VENV_PYTHON) -m scripts.audit_log

insights: setup ## Show what patients ask, and weekly figures (WEEKS=8, OUT=folder: also a page and a picture)
	@$(VENV_PYTHON) -m scripts.insights

topic: setup ## Make a topic out of a group of make insights (GROUP=3 NAME=price_of_numbing, KIND=faq)
	@$(VENV_PYTHON) -m scripts.topic

takeover: setup ## Take a conversation over: the assistant is silent in it (SENDER=..., WHO=...); lists them without SENDER
	@$(VENV_PYTHON) -m scripts.takeover takeover

giveback: setup ## Give a conversation back to the assistant (SENDER=..., WHO=...)
	@$(VENV_PYTHON) -m scripts.takeover giveback

records: setup ## Write what is stored about people, for the privacy officer (FORMAT=html OUT=file)
	@$(VENV_PYTHON) -m scripts.records

fmt: setup ## Format the code
	@$(VENV_PYTHON) -m ruff check --quiet --fix-only .
	@$(VENV_PYTHON) -m ruff format .

lock: ## Resolve requirements.lock again (UPGRADE=1: newest versions)
	@$(PYTHON) -m scripts.lock

widget: ## Build the chat widget into widget/dist (only after changes; needs Node 20 and npm)
	@cd widget && npm ci --silent --ignore-scripts && npm run --silent build

screenshots: setup ## Take the pictures in docs/screenshots anew (needs a trained model and Chromium)
	@$(VENV_PYTHON) -m tests.browser.screenshots

snippet: ## Print the line that puts the chat on a website (STRIA_WEB_URL=https://...)
	@$(PYTHON) -m scripts.snippet

connect-telegram connect-messenger connect-whatsapp connect-twilio connect-slack: setup ## Connect a messenger
	@$(VENV_PYTHON) -m scripts.connect $(@:connect-%=%)

setup: ## Make .venv as requirements.lock says
	@$(PYTHON) -m scripts.setup

clean: ## Remove the model, conversations in var/, caches and results; keeps .venv
	@rm -rf models/*.tar.gz models/fingerprint.json models/.new var .rasa
	@find results -mindepth 1 ! -name benchmarks.json -delete 2>/dev/null || true
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	@find . -path ./.venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z -]+:.*## / {sub(/ .*/, "", $$1); printf "%-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
