/* progress.h: one line per flow on a terminal, rewritten in place: what is done, how fast, what it
 * waits for. Says nothing where stderr is no terminal (cron), or when switched off.
 *
 * Owns: nothing but its counters. Units: _ms of the steady clock. */
#ifndef TAGWERK_STEP_PROGRESS_H
#define TAGWERK_STEP_PROGRESS_H

#include "core/base.h"

struct progress {
    bool shown;
    int64_t begun_ms, drawn_ms;
    char title[96];
};

void progress_open(struct progress *progress);
void progress_begin(struct progress *progress, const char *step, const char *route,
                    const char *flow);
/* `waits_for`: NULL when nothing holds it up. Draws at most ten times a second. */
void progress_show(struct progress *progress, uint64_t records, uint64_t calls,
                   const char *waits_for);
void progress_end(struct progress *progress, uint64_t records, uint64_t calls);

#endif
