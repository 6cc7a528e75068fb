# Tagwerk's build. `make help` lists the targets.
#
# Sources are found by wildcard, so a new file needs no line here. Each variant has its own folder
# (build/plain, build/asan, ...), so that switching between them never needs `make clean`.

VERSION := 0.1.0

# What a packager or a developer may set, on the command line or in the environment.
PREFIX       ?= /usr/local
DESTDIR      ?=
WERROR       ?= -Werror# empty: warnings stay warnings
VARIANT      ?= plain
CLANG        ?= clang
FUZZ_SECONDS ?= 60
DAYS         ?= 365# of `make soak`
ORDERS       ?= 100000# in them
ROUNDS       ?= 300# of `make rounds`
LINE_FLOOR   ?= 95
BRANCH_FLOOR ?= 85
PORT         ?= 0# of `make sandbox`; 0: any free one
GZ           ?= $(if $(shell pkg-config --exists libisal && echo 1),isal,zlib)# the engine of etl/wire/gz
V            ?=# anything: show the whole commands

MAKEFLAGS += --no-builtin-rules --no-print-directory
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)# what the command line says comes later and wins
endif
.SECONDARY:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all
Q := $(if $(V),,@)
O := build/$(VARIANT)

# --- Compiler and flags -----------------------------------------------------------------------

# plain is what is installed; asan, cover, valgrind and clang build the tests too, with the hooks
# of TAGWERK_TEST; fuzz holds the fuzz targets; analyze only asks gcc's analyser.
TEST_VARIANTS := asan cover valgrind clang fuzz

ifneq ($(filter clang fuzz,$(VARIANT)),)
override CC := $(CLANG)
else ifeq ($(origin CC),default)
CC := gcc
endif

SANITIZE        := -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_plain    := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
LDFLAGS_plain   := -pie -Wl,-z,relro,-z,now
CFLAGS_asan     := -O1 -g -fno-omit-frame-pointer $(SANITIZE)
LDFLAGS_asan    := $(SANITIZE)
CFLAGS_cover    := -O0 -g --coverage
LDFLAGS_cover   := --coverage
CFLAGS_valgrind := -O1 -g
CFLAGS_clang    := -O2 -g
CFLAGS_fuzz     := -O1 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link $(SANITIZE)
LDFLAGS_fuzz    := -fsanitize=fuzzer $(SANITIZE)
CFLAGS_analyze  := -O2 -fanalyzer

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wcast-qual -Wcast-align \
        -Wformat=2 -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition \
        -Wpointer-arith -Wredundant-decls -Wundef -Wvla -Walloca -Wwrite-strings -Wswitch-enum \
        -Wnull-dereference -Wdouble-promotion -Wfloat-equal -Wimplicit-fallthrough
WARN_gcc   := -Wformat-signedness -Wlogical-op -Wduplicated-cond -Wduplicated-branches \
              -Wtrampolines -Warith-conversion -Wjump-misses-init -Wformat-overflow=2
WARN_clang := -Wmissing-variable-declarations -Wcomma -Wassign-enum \
              -Wunreachable-code-aggressive -Wconditional-uninitialized -Wshift-sign-overflow
WARN += $(WARN_$(if $(findstring clang,$(shell $(CC) --version 2>&1)),clang,gcc))
WARN += -Wno-missing-field-initializers# so that {0} stays legal

# Libraries by their pkg-config names; libcsv has none. Their headers are system headers, so that
# our warnings are about our own code.
PKG_isal    := libisal
PKG_zlib    := zlib
PKG_etl     := libcurl libxml-2.0 yajl $(PKG_$(GZ)) sqlite3 libmicrohttpd libsodium icu-i18n icu-uc libpcre2-8
PKG_tests   := $(PKG_etl) zlib cmocka jansson
PKG_sandbox := libmicrohttpd jansson libxml-2.0 libsodium libcurl zlib
INCLUDES    := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKG_tests) 2>/dev/null))
LIBS_etl    := $(shell pkg-config --libs $(PKG_etl) 2>/dev/null) -lcsv
LIBS_tests  := $(shell pkg-config --libs $(PKG_tests) 2>/dev/null) -lcsv -pthread
LIBS_sandbox := $(shell pkg-config --libs $(PKG_sandbox) 2>/dev/null) -pthread

# ROOTS says from where a source may include; the sandbox must share nothing with etl.
$(O)/etl/%: ROOTS = -Ietl
$(O)/tests/%: ROOTS = -Ietl -Itests
$(O)/tests/sandbox/%: ROOTS = -Itests

DEFINES := -D_POSIX_C_SOURCE=200809L -DTAGWERK_VERSION=\"$(VERSION)\" \
           $(if $(filter $(VARIANT),$(TEST_VARIANTS)),-DTAGWERK_TEST)
FLAGS   := -std=c17 $(DEFINES) $(WARN) $(WERROR) $(CFLAGS_$(VARIANT)) $(CPPFLAGS) $(CFLAGS)
LINK     = $(CC) $(FLAGS) -Wl,--as-needed $(LDFLAGS_$(VARIANT)) $(LDFLAGS)

# --- Sources and what is made of them ---------------------------------------------------------

LEVELS := unit golden contract scenario crash soak# folders of tests/; replay runs the fuzz corpora
LEVEL  ?= $(LEVELS) replay# those that are built and run
COVER_LEVEL ?= unit golden contract scenario# whoever is killed, as in crash, counts no lines

GZ_SRC      := etl/wire/gz_$(GZ).c# and no other engine
ETL_SRC     := $(filter-out etl/wire/gz_%,$(wildcard etl/*.c etl/*/*.c)) $(GZ_SRC)
SANDBOX_SRC := $(wildcard tests/sandbox/*.c)
HARNESS_SRC := $(wildcard tests/harness/*.c)
TEST_SRC    := $(foreach level,$(LEVELS),$(wildcard tests/$(level)/*.c))
FUZZ_SRC    := $(wildcard tests/fuzz/*.c)
BENCH_SRC   := $(wildcard tests/bench/*.c)
DISK_SRC    := $(wildcard tests/disk/*.c)
SOURCES     := $(ETL_SRC) $(SANDBOX_SRC) $(HARNESS_SRC) $(TEST_SRC) $(FUZZ_SRC) $(BENCH_SRC) \
               $(DISK_SRC)

objects = $(patsubst %.c,$(O)/%.o,$(1))
program = $(patsubst %.c,$(O)/%,$(1))

LIBRARY  := $(O)/libtagwerk.a
BINARY   := $(if $(wildcard etl/main.c),$(O)/tagwerk)
SANDBOX  := $(if $(SANDBOX_SRC),$(O)/tests/sandbox/sandbox)
DISK     := $(O)/tests/disk/disk.so# a bad disk, loaded in front of libc
FUZZERS  := $(call program,$(filter tests/fuzz/fuzz_%,$(FUZZ_SRC)))
BENCHES  := $(call program,$(filter tests/bench/bench_%,$(BENCH_SRC)))
TESTS    := $(foreach level,$(LEVEL),$(call program,$(filter tests/$(level)/test_%,$(TEST_SRC))))
REPLAYS  := $(if $(filter replay,$(LEVEL)),$(FUZZERS))

all: $(BINARY) $(SANDBOX) ## build the program and the sandbox (build/plain)
	@$(if $(BINARY),:,echo "etl/main.c is not there yet: no program was built")

# Everything that a variant holds.
ifeq ($(VARIANT),fuzz)
programs: $(FUZZERS)
else ifneq ($(filter $(VARIANT),$(TEST_VARIANTS)),)
programs: $(BINARY) $(SANDBOX) $(DISK) $(TESTS) $(REPLAYS)
else
programs: all $(BENCHES)
endif
programs:
	@:

# Compiler, flags and the list of sources are prerequisites like any other: these files change
# only when their contents do.
record = mkdir -p $(@D); printf '%s\n' "$(1)" | cmp -s - $@ || printf '%s\n' "$(1)" >$@
$(O)/flags: FORCE
	@pkg-config --exists $(PKG_tests) || { echo "libraries are missing: tests/setup.sh installs them" >&2; exit 1; }
	@$(call record,$(LINK) $(INCLUDES))
$(O)/sources: FORCE
	@$(call record,$(SOURCES))
FORCE:

$(O)/%.o: %.c $(O)/flags
	@mkdir -p $(@D)
	$(if $(Q),@echo "  CC    $@")
	$(Q)$(CC) $(ROOTS) $(INCLUDES) $(FLAGS) -MMD -MP -c $< -o $@

$(LIBRARY): $(call objects,$(filter-out etl/main.c,$(ETL_SRC))) $(O)/sources
	$(if $(Q),@echo "  AR    $@")
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# $(call link,libraries): of the prerequisites, the objects and then the archive.
define link
$(if $(Q),@echo "  LINK  $@")
$(Q)$(LINK) $(filter %.o,$^) $(filter %.a,$^) $(1) -o $@
endef

# From the objects, not the archive: two functions of one name are an error here.
$(O)/tagwerk: $(call objects,$(ETL_SRC)) $(O)/sources
	$(call link,$(LIBS_etl))

$(O)/tests/sandbox/sandbox: $(call objects,$(SANDBOX_SRC)) $(O)/sources
	$(call link,$(LIBS_sandbox))

# No sanitizer, no counting of lines: it stands between them and libc.
$(DISK): $(DISK_SRC) $(O)/flags
	@mkdir -p $(@D)
	$(if $(Q),@echo "  LINK  $@")
	$(Q)$(CC) -std=c17 $(WARN) $(WERROR) -O1 -g -fPIC -fvisibility=hidden -shared $(DISK_SRC) -ldl -o $@

# $(eval $(call group,folder,prefix,more objects)): one program per file of tests/<folder> that has
# the prefix; the folder's other files and the more objects belong to each of them.
define group
$(call program,$(wildcard tests/$(1)/$(2)_*.c)): %: %.o \
    $(call objects,$(filter-out tests/$(1)/$(2)_% tests/fuzz/replay.c,$(wildcard tests/$(1)/*.c)) $(3)) \
    $(LIBRARY) $(O)/sources
	$$(call link,$$(LIBS_tests))
endef
$(foreach level,$(LEVELS),$(eval $(call group,$(level),test,$(HARNESS_SRC))))
$(eval $(call group,bench,bench,$(HARNESS_SRC)))
$(eval $(call group,fuzz,fuzz,$(if $(filter fuzz,$(VARIANT)),,$(wildcard tests/fuzz/replay.c))))

-include $(patsubst %.o,%.d,$(call objects,$(SOURCES)))

# --- Run and test -----------------------------------------------------------------------------

ENVIRONMENT = TAGWERK_BIN="$(CURDIR)/$(1)/tagwerk" TAGWERK_ROOT="$(CURDIR)" \
              TAGWERK_SANDBOX="$(CURDIR)/$(1)/tests/sandbox/sandbox"

run: ## a merchant's day and a half against the sandbox, whole, in under a minute
	@tests/setup.sh build
	@$(MAKE) all
	@$(call ENVIRONMENT,build/plain) tests/demo.sh

test: ## all test levels that need no network, under ASan and UBSan
	@tests/setup.sh build
	@$(MAKE) VARIANT=asan programs
	@tests/run.sh build/asan $(LEVEL)

unit: ## does each module keep its header's promises?
golden: ## do mapping rules do what the operator reads?
contract: ## does every connector keep every clause?
scenario: ## does a whole run do its job against the sandbox?
crash: ## does a run survive being killed at every step?
replay: ## do the kept fuzz inputs still pass?
unit golden contract scenario crash replay:
	@$(MAKE) test LEVEL=$@

valgrind: ## the unit tests under valgrind: different eyes
	@tests/setup.sh build check
	@$(MAKE) VARIANT=valgrind LEVEL=unit programs
	@WRAP="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite" \
	    tests/run.sh build/valgrind unit

# Deletes old counts first: those of a run before would be added to. Never -o /dev/null: gcovr puts
# a new file in its place, which as root is the end of the device.
coverage: ## lines and branches of etl/ that the tests reach; build/cover/coverage.html
	@tests/setup.sh build check
	@$(MAKE) VARIANT=cover LEVEL="$(COVER_LEVEL)" programs
	@find build/cover -name '*.gcda' -delete
	@tests/run.sh build/cover $(COVER_LEVEL)
	@gcovr --root . --object-directory build/cover --filter etl/ --json build/cover/coverage.json \
	    --html-details build/cover/coverage.html --print-summary --txt build/cover/coverage.txt
	@sed '1,/^---/d' build/cover/coverage.txt
	@gcovr --root . -a build/cover/coverage.json -o build/cover/floor.txt \
	    --fail-under-line $(LINE_FLOOR) --fail-under-branch $(BRANCH_FLOOR)
	@for layer in $(wildcard etl/core etl/model etl/store etl/plan); do \
	    gcovr --root . -a build/cover/coverage.json --filter $$layer/ -o build/cover/floor.txt \
	        --fail-under-line 100 || { echo "$$layer: every line must be covered" >&2; exit 1; }; \
	done

bench: ## speed and memory, as ratios against a floor measured in the same run
	@tests/setup.sh build
	@$(MAKE) programs
	@$(if $(BENCHES),:,echo "tests/bench has no bench_*.c yet: nothing was measured")
	@set -e; for bench in $(BENCHES); do $(call ENVIRONMENT,build/plain) $$bench build/plain/bench.json; done

soak: ## a year of a shop's life with faults: DAYS (365), ORDERS (100000), SEED
	@tests/setup.sh build
	@$(MAKE) all $(O)/tests/soak/test_days
	@$(call ENVIRONMENT,$(O)) DAYS=$(DAYS) ORDERS=$(ORDERS) $(O)/tests/soak/test_days

rounds: ## kill the shipped program at random moments, ROUNDS (300) times, SEED
	@tests/setup.sh build
	@$(MAKE) all $(O)/tests/soak/test_rounds
	@$(call ENVIRONMENT,$(O)) ROUNDS=$(ROUNDS) $(O)/tests/soak/test_rounds

fuzz: ## each fuzz target for FUZZ_SECONDS (60); what it finds becomes a file of tests/fuzz/corpus
	@tests/setup.sh build check
	@$(MAKE) VARIANT=fuzz programs
	@tests/fuzz.sh build/fuzz $(FUZZ_SECONDS)

spec: ## do our calls and the sandbox's answers satisfy the vendors' own OpenAPI files?
	@tests/setup.sh build
	@$(MAKE) all
	@$(call ENVIRONMENT,build/plain) tests/spec/spec.sh

sandbox: ## keep the sandbox running for people, PORT=n; says how to point a configuration at it
	@tests/setup.sh build
	@$(MAKE) all
	@$(if $(SANDBOX_SRC),:,echo "tests/sandbox has no sources yet"; exit 1)
	@echo "In tagwerk.conf, set the url of each account to the address printed below;"
	@echo "for Billbee with /billbee behind it, for wemalo with /wemalo."
	@echo "Credentials, paths and faults: tests/sandbox/README.md. Stop it with Ctrl-C."
	@exec build/plain/tests/sandbox/sandbox --port $(PORT) --fill 1

# --- Checks -----------------------------------------------------------------------------------

check: ## all that CI runs
	@env -u MAKELEVEL -u MAKEFLAGS bash .ci/run

C_FILES = $(sort $(shell find etl tests -name '*.[ch]'))

format: ## is the source formatted? (`make reformat` does it)
	@tests/setup.sh check
	@clang-format --dry-run -Werror $(C_FILES)
	@echo "format: $(words $(C_FILES)) files"

reformat: ## format the source
	@clang-format -i $(C_FILES)

layers: ## do includes, libraries and malloc stay where etl/layers.txt says?
	@awk -f tests/layers.awk etl/layers.txt $(sort $(shell find etl $(wildcard tests/sandbox) -name '*.[ch]'))

lint: ## clang-tidy (one process per file) and cppcheck
	@tests/setup.sh build check
	@$(MAKE) VARIANT=clang --keep-going --output-sync=target tidy cppcheck
	@echo "lint: $(words $(SOURCES)) files"

# variableScope: scratch stands at the head of a function; shadowFunction: a variable may be called
# like what it holds; varFuncNullUB: NULL is a pointer here, not 0.
cppcheck:
	@echo "  CPPCHECK"
	@mkdir -p build/cppcheck
	@cppcheck --quiet --cppcheck-build-dir=build/cppcheck --std=c11 --inline-suppr \
	    --enable=warning,style,performance,portability --suppress=memleak --suppress=resourceLeak \
	    --suppress=missingIncludeSystem --suppress=unusedStructMember --suppress=varFuncNullUB \
	    --suppress=variableScope --suppress=shadowFunction --error-exitcode=2 \
	    $(DEFINES) -Ietl -Itests etl tests

# A file is asked again when its object was built again, so headers count too.
tidy: $(patsubst %.c,$(O)/%.tidy,$(sort $(SOURCES) $(wildcard etl/wire/gz_*.c)))
$(O)/%.tidy: $(O)/%.o .clang-tidy
	$(if $(Q),@echo "  TIDY  $*.c")
	$(Q)clang-tidy --quiet $*.c -- $(ROOTS) $(INCLUDES) $(FLAGS) 2>$@.err || { cat $@.err; exit 1; }
	@touch $@

analyze: ## gcc's -fanalyzer over etl/: advice, never a failure
	@$(MAKE) VARIANT=analyze WERROR= build/analyze/libtagwerk.a

man: ## is the man page clean?
	@tests/setup.sh check
	@if [ -f etl/doc/tagwerk.1 ]; then mandoc -T lint -W warning etl/doc/tagwerk.1; \
	else echo "etl/doc/tagwerk.1 is not there yet: nothing was checked"; fi

trace: ## requirement ids, the tests that name them, and the ids without one
	@if [ -f ../shared/requirements.md ]; then \
	    awk -f tests/trace.awk ../shared/requirements.md $$(find tests -name '*.[ch]' -o -name '*.case' -o -name '*.sh'); \
	else echo "SKIPPED: ../shared/requirements.md is not here, so nothing can be traced"; fi

# --- Install and the rest ---------------------------------------------------------------------

SHARE := $(DESTDIR)$(PREFIX)/share

install: $(BINARY) ## into DESTDIR and PREFIX (/usr/local)
	@$(if $(BINARY),:,echo "etl/main.c is not there yet: nothing to install"; exit 1)
	install -D -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/tagwerk
	install -D -m 644 etl/doc/tagwerk.1 $(SHARE)/man/man1/tagwerk.1
	install -D -m 644 etl/tagwerk.conf.example $(SHARE)/tagwerk/tagwerk.conf.example
	find mappings -type f -exec install -D -m 644 {} $(SHARE)/tagwerk/{} \;

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 12

.PHONY: all programs run test unit golden contract scenario crash replay valgrind coverage bench soak rounds fuzz spec \
        sandbox check format reformat layers lint cppcheck tidy analyze man trace install clean help FORCE
