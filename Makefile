# Everything that a person does with this repository; `make help` lists it.
# Each step says on standard error what runs and how long it took.

SHELL := bash
.DEFAULT_GOAL := help

STEP := tools/step.sh
DEMO := examples/aws/demo.yaml
# Extra flags for the rehearsal, as in: make demo ARGS='--output json'
ARGS :=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.PHONY: setup
setup: ## check what drover needs on this machine, and install what can be
	@$(STEP) "set-up" tools/setup.sh

.PHONY: setup-tests
setup-tests:
	@$(STEP) "set-up" tools/setup.sh tests

.PHONY: build
build: ## build bin/drover
	@$(STEP) "build bin/drover" go build -tags urfave_cli_no_docs -o bin/drover ./cmd/drover

.PHONY: demo
demo: setup build ## rehearse a whole rotation on this machine: the main job
	@$(STEP) "rehearse $(DEMO)" bin/drover rehearse -f $(DEMO) $(ARGS)

.PHONY: real
real: build ## build, rotate and destroy a small cluster in a real AWS account (docs/aws.md); refuses without its variables
	@cd test && ../$(STEP) "a real cluster, from nothing to nothing" go run ./real -drover ../bin/drover $(ARGS)

.PHONY: test
test: setup-tests lint test-unit scan test-e2e ## lint, unit tests, scanners, module tests, generated roots, scripts, Terratest

.PHONY: test-unit
test-unit:
	@$(STEP) "unit tests" tools/gotest.sh -timeout 30m ./...

# -count=1: these tests read the product and the modules, which Go does not see when it thinks of an earlier result as good.
# The longest begin first, and three at a time: they mostly wait, for what the simulated cloud and its clients take.
.PHONY: test-e2e
test-e2e:
	@$(STEP) "build the oldest Terraform that the modules accept" tools/build.sh terraform-lowest >/dev/null
	@cd test && ../$(STEP) "scripts, properties, modules, generated roots, Terratest" ../tools/gotest.sh -count=1 -p 3 -timeout 45m -skip 'TestTheJobRunsToItsEnd|TestARepositoryThatIsBrokenForGreen' ./terratest ./rotation ./kills ./inplace ./gitops ./modules $$(go list ./... | grep -Ev '/(scan|terratest|rotation|kills|inplace|gitops|modules|fence)$$')

.PHONY: scan
scan: ## tflint, trivy and KICS on what the examples render to
	@$(STEP) "build the scanners" tools/scanners.sh
	@cd test && ../$(STEP) "scan what the examples render to" ../tools/gotest.sh -count=1 -timeout 20m ./scan

.PHONY: nightly
nightly: ## what make test takes a sample of, whole: random and mutated specs, kills, the model, the newest Terraform
	@$(STEP) "build the newest Terraform" tools/build.sh terraform-newest >/dev/null
	@cd test && DROVER_NEWEST_TERRAFORM=1 ../$(STEP) "modules and roots on the lowest and the newest Terraform" go test -count=1 -timeout 60m ./modules -run Ends
	@cd test && DROVER_RANDOM_SPECS=100 ../$(STEP) "Terraform on 100 random specs" go test -count=1 -timeout 60m ./generated -run Random
	@cd test && DROVER_ALL_KILLS=1 ../$(STEP) "a rotation that is killed after each of its records" go test -count=1 -v -timeout 180m ./kills
	@cd test && ../$(STEP) "two drovers of one cluster, and two releases" go test -count=1 -v -timeout 60m ./fence
	@DROVER_MODEL=whole $(STEP) "every two events that may happen to a rotation, in a model" go test -count=1 -v -timeout 60m -run Interleaving ./orchestrator/rotation
	@DROVER_MODEL_RUNS=200000 $(STEP) "more events that may happen to a rotation, in a model" go test -count=1 -v -timeout 120m -run Often ./orchestrator/rotation
	@DROVER_FAULTS=whole $(STEP) "each fault in each phase of a simulated rotation, as docs/faults.md has it" go test -count=1 -timeout 30m -run PageOfFaults ./orchestrator/cluster
	@cd test && ../$(STEP) "a repository that is broken for one color" go test -count=1 -timeout 40m ./gitops -run TestARepositoryThatIsBrokenForGreen
	@cd test && ../$(STEP) "the job for a real account, in a simulated one" go test -count=1 -timeout 40m ./real -run TestTheJobRunsToItsEnd
	@$(MAKE) --no-print-directory fuzz

# The limit on memory is for the machine, should drover have none.
.PHONY: fuzz
fuzz: ## run the program on 100,000 mutated specs (some ten minutes); SEED=n for others
	@ulimit -v 8000000; DROVER_FUZZ_INPUTS=100000 DROVER_SEED=$(or $(SEED),$(shell date +%j)) tools/step.sh "drover on 100,000 mutated specs" go test -count=1 -v -timeout 120m -run NoSpecHarms ./cmd/drover

.PHONY: bench
bench: ## measure what is promised about speed, as ratios in one run (some minutes)
	@cd test && ../$(STEP) "benchmarks" go test ./bench -run '^$$' -bench . -benchtime 3x -timeout 60m

.PHONY: lint
lint: ## gofmt, go mod tidy, go vet, golangci-lint on both modules; the language of what people read
	@$(STEP) "lint the product" tools/lint.sh .
	@$(STEP) "lint the tests" tools/lint.sh test
	@$(STEP) "lint the language" tools/language.sh

.PHONY: vuln
vuln: ## look for known vulnerabilities (needs the vulnerability database)
	@$(STEP) "govulncheck" tools/vuln.sh

.PHONY: clean
clean: ## remove what make built here
	rm -rf bin
