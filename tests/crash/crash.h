/* crash.h: does it survive anywhere? For each scenario: run it uninterrupted; then, for every place
 * n where something can go wrong, run it again in a fresh world, let it go wrong there once, let
 * the next runs go on, and compare what the sandbox holds and what the reports say with the
 * uninterrupted run. An order that is missing is lost; one that was pushed twice is doubled.
 *
 * The ways in which it goes wrong: the process is killed at a passage of core/gate.h; the passage
 * fails; the disk beneath fails (tests/disk/disk.c); the power is cut, and what was not synced is
 * gone or torn.
 *
 * TAGWERK_CRASH_STEP=k looks at every k-th place only (1: all). */
#ifndef TAGWERK_TESTS_CRASH_H
#define TAGWERK_TESTS_CRASH_H

#include "harness/world.h"

/* What is done before the run that goes wrong, and what its words are. */
struct scenario {
    const char *name;
    const char *api; /* of the account that gets the orders */
    void (*prepare)(struct world *world);
    const char *const *words;
    bool repeats; /* sending it again makes it once, so how often may differ */
    bool loose;   /* its faults come at random, so how often and when may differ */
};

struct way {
    const char *name; /* of the last line: "killed" */
    const char *at;   /* the environment entry that gets the number of the place */
    const char *log;  /* the one that gets the file with a line per place */
    /* In turn; NULL ends them. Each is a word for the disk: "enospc". NULL alone: no disk. */
    const char *const *hows;
    size_t stride; /* places looked at in a quick run: every so many-th */
    /* May the run that went wrong end so, having said that? */
    bool (*fits)(int code, const char *output);
};

/* The scenarios of these names (ends with NULL), all places; prints the level's last line. */
int crash_main(const struct way *the_way, const char *const *names);

#endif
