# Switchboard: `make help` lists the targets.

SWIFT ?= swift
CONFIGURATION ?= debug
SCRATCH ?= .build
DEMO_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
BUILD_FLAGS = --scratch-path $(SCRATCH)
SOURCES = Package.swift Sources Tests Benchmarks
# Long calls, most with phones and servers of others; `make test-phones` runs them.
PHONE_TESTS = ^CallTests\.(InteropTransfer|InteropBlindTransfer|InteropDigit|InteropConference|SecurePhones|SecureCall|TrunkInstallation|ConferenceCall|Isolation)Tests
# Tests of sound, time limits, whole calls and the database server, in which time passes: two halves of like length.
REAL_TIME_TESTS_1 = ^(CallTests\.[A-H]|ControllerTests|ScenarioTestingTests|StorageTests|ScenarioRuntimeTests\.LimitTests)
REAL_TIME_TESTS_2 = ^(CallTests\.[I-Z]|VoiceEngineTests)
REAL_TIME_TESTS = $(REAL_TIME_TESTS_1)|$(REAL_TIME_TESTS_2)

# Called by itself, as two `swift test` wait for each other.
TEST_PROGRAM = $$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path)/switchboardPackageTests.xctest
# A run that hangs fails; with so many tests at once each waits little for the others, and for a server's connections.
TESTS_IN_PARALLEL = timeout --signal=QUIT 15m $(TEST_PROGRAM) --testing-library swift-testing \
	--experimental-maximum-parallelization-width 24
TESTS_IN_TURN = timeout --signal=QUIT 25m $(TEST_PROGRAM) --testing-library swift-testing --no-parallel
# Portals in `make bench-scale`, and how many come for the first time within a minute.
SCALE ?= 1000000
STORM ?= 10000

# Tests of what stands on databases of either kind; they run on both.
STORING_TESTS = ^(ControllerTests|PortalTests)\.
# Of those, the ones that measure loads, or hardly touch a database.
UNSTORING_TESTS = \.(Scale|Schemathesis|OpenAPI|Storm|SettingsSchema|RolloutSimulation|RolloutPlan|PublishingCost|PythonPortal|Page)Tests[./]

.DEFAULT_GOAL := help
.PHONY: help dependencies test-dependencies build demo test test-phones real-time-tests-1 real-time-tests-2 bench bench-scale lint format doctor clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

dependencies: ## Install the Debian packages that the product needs (root or sudo)
	@scripts/install-packages runtime

test-dependencies: dependencies
	@scripts/install-packages test

build: dependencies ## Build everything (CONFIGURATION=debug or release)
	$(SWIFT) build $(BUILD_FLAGS) -c $(CONFIGURATION)

demo: dependencies ## Build, run one real call, stay up (DEMO_ARGS="--once --json")
	@$(SWIFT) build $(BUILD_FLAGS) -c $(CONFIGURATION) --product switchboard >&2
	@$(SWIFT) build $(BUILD_FLAGS) -c $(CONFIGURATION) --product script-worker >&2
	@$$($(SWIFT) build $(BUILD_FLAGS) -c $(CONFIGURATION) --show-bin-path)/switchboard demo $(DEMO_ARGS)

test: test-dependencies ## Build and run the tests, calls with sipp and baresip and a PostgreSQL server of their own
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
ifeq ($(strip $(TEST_ARGS)),)
	scripts/test-postgres run $(TESTS_IN_PARALLEL) --skip '$(REAL_TIME_TESTS)'
	@# With databases on PostgreSQL.
	SWITCHBOARD_TEST_DATABASE=postgres scripts/test-postgres run $(TESTS_IN_PARALLEL) \
		--filter '$(STORING_TESTS)' --skip '$(UNSTORING_TESTS)'
	@echo "Now calls in real time, about seven minutes; each half is printed when it ends."
	@$(MAKE) --no-print-directory --jobs 2 --keep-going --output-sync=target real-time-tests-1 real-time-tests-2
	$$($(SWIFT) build $(BUILD_FLAGS) --show-bin-path)/switchboard scenario test Scenarios/tests
else
	scripts/test-postgres run $(SWIFT) test $(BUILD_FLAGS) --skip-build $(TEST_ARGS)
endif

# One after the other in each half: they wait much and compute little, and what they measure is the product's time.
real-time-tests-1 real-time-tests-2: real-time-tests-%:
	scripts/test-postgres run $(TESTS_IN_TURN) \
		--filter '$(REAL_TIME_TESTS_$*)' --skip '$(PHONE_TESTS)'

test-phones: test-dependencies ## Run the long calls: transfers, hold, digits, TLS with SRTP, trunks, conferences, isolation
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	$(SWIFT) test $(BUILD_FLAGS) --skip-build --no-parallel --filter '$(PHONE_TESTS)'

bench: test-dependencies ## Measure; prints a table and writes .build/bench.json
	$(SWIFT) build $(BUILD_FLAGS) -c release
	$$($(SWIFT) build $(BUILD_FLAGS) -c release --show-bin-path)/switchboard-bench --output .build/bench.json $(BENCH_ARGS)

bench-scale: test-dependencies ## Measure the controller among a million portals (SCALE=...) and ten thousand new ones (STORM=...)
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	SWITCHBOARD_SCALE=$(SCALE) TEST_POSTGRES_DURABLE=1 scripts/test-postgres run \
		$(TEST_PROGRAM) --testing-library swift-testing --no-parallel --filter '^ControllerTests\.Scale'
	@# The servers of the storm as they run at work, the controller on a file and on PostgreSQL.
	$(SWIFT) build $(BUILD_FLAGS) -c release --product switchboard
	$(SWIFT) build $(BUILD_FLAGS) -c release --product script-worker
	for database in file postgres; do \
		SWITCHBOARD_PROGRAMS=$$($(SWIFT) build $(BUILD_FLAGS) -c release --show-bin-path) SWITCHBOARD_STORM=$(STORM) \
		SWITCHBOARD_TEST_DATABASE=$$database TEST_POSTGRES_DURABLE=1 scripts/test-postgres run $(TEST_PROGRAM) \
		--testing-library swift-testing --no-parallel --filter '^ControllerTests\.StormTests/processes' || exit 1; \
	done

lint: ## Check the format of the sources
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

format: ## Rewrite the sources in the project's format
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

doctor: build ## Check libraries, ports, clock, data directory and database
	@$$($(SWIFT) build $(BUILD_FLAGS) -c $(CONFIGURATION) --show-bin-path)/switchboard doctor

clean: ## Remove what was built
	rm -rf $(SCRATCH)
