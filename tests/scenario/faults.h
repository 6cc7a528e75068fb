/* faults.h: every class of fault at every kind of call, one cell at a time: a run that meets it,
 * what must stand in the report then, and the clean run after it, which must bring everything home.
 * A fault that a place does not name cannot happen there. */
#ifndef TAGWERK_TESTS_FAULTS_H
#define TAGWERK_TESTS_FAULTS_H

#include "look.h"

/* A kind of call, and the story in which it is made. */
struct place {
    const char *name, *api, *system, *call;
    void (*prepare)(struct world *w);
    const char *flow; /* whose words are looked at */
};

/* A fault and what it must lead to: the exit code and the states of the flow's three records.
 * `lasting`: every such call goes wrong in that run. `next`: what the run after a lasting one
 * brings; NULL: everything home, as after all others. */
struct fault_row {
    const char *class, *fault;
    bool slow; /* takes real time: only played once */
    const char *once, *lasting, *next;
};

int faults_main(const struct place *the_place, const struct fault_row *rows, size_t len);

#define HEALED "0 sent 3"   /* nobody noticed */
#define DOWN "2"            /* a system failed: nothing was read */
#define WAITS "2 waiting 3" /* a system failed: nothing was written */

/* Stories. */
void three_orders(struct world *w);
void three_labels(struct world *w);

#endif
