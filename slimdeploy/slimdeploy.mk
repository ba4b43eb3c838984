# slimdeploy's verbs as make targets. In a project's Makefile:
#
#   PROFILE ?= staging
#   include $(shell slimdeploy version --makefile)
#
# Variables: PROFILE (a [profiles.NAME] of slim.toml), FLAGS (any other flags), SLIMDEPLOY (the command). All three can
# stand on make's command line: `make up PROFILE=production FLAGS=--timeout=10m`. A plain `make` builds, and no more.
SLIMDEPLOY ?= slimdeploy
PROFILE ?=
FLAGS ?=

.PHONY: build push render diff up run redeploy status logs down
build push render diff up run redeploy status logs down:
	@$(SLIMDEPLOY) $@ $(if $(PROFILE),--profile=$(PROFILE)) $(FLAGS)
