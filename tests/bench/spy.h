/* spy.h: the program, watched from inside. The bench starts itself a second time, as the program:
 * the same objects, with a malloc and an fsync in front of the system's that count. What a run cost
 * comes back in a file. libcurl allocates some fifty times for each call, however much the call
 * carries; that is counted by itself.
 *
 * Units: _us microseconds; wall of the whole process as its parent sees it, cpu of its own threads.
 * Errors: a run that ends otherwise than it should fails the bench. */
#ifndef TAGWERK_BENCH_SPY_H
#define TAGWERK_BENCH_SPY_H

#include "harness/world.h"

struct seen {
    int64_t wall_us, cpu_us;
    int64_t peak_kib;
    int64_t allocations, curls; /* heap allocations: all but libcurl's, and libcurl's */
    int64_t syncs, commits;     /* commits that changed the ledger */
    int64_t waited_ms;          /* on the world's clock */
};

/* Is this process to be the program? */
bool spy_is_program(void);
int spy_main(int argc, char **argv);

/* Runs one command (and perhaps its argument) in the world's home. */
struct seen spy_run(struct world *world, const char *command);

int64_t now_us(void);
/* Processor time of this thread. */
int64_t cpu_us(void);

#endif
