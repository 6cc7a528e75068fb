/* faults.h: every class of fault at every kind of call, one cell at a time: a run that meets it,
 * what must stand in the report then, and the clean run after it, which must bring everything home.
 * A fault that a place does not name cannot happen there. */
#ifndef TAGWERK_TESTS_FAULTS_H
#define TAGWERK_TESTS_FAULTS_H

#include "look.h"

/* Between which systems the stories play. */
struct ground {
    void (*open)(struct world *w, const char *api);
    bool (*is_home)(struct world *w); /* is all where it belongs, as far as the story goes? */
};

/* A kind of call, and the story in which it is made. */
struct place {
    const char *name, *api, *system, *call;
    void (*prepare)(struct world *w);
    const char *flow;            /* whose words are looked at */
    const struct ground *ground; /* NULL: a shop and its parcels */
};

/* A fault and what it must lead to: the exit code and the states of the flow's three records.
 * `lasting`: every such call goes wrong in that run. `next`: what the run after a lasting one
 * brings, `next_once`: after a single one; NULL: everything home. */
struct fault_row {
    const char *class, *fault;
    bool slow; /* takes real time: only played once */
    const char *once, *lasting, *next, *next_once;
};

int faults_main(const struct place *the_place, const struct fault_row *rows, size_t len);

#define HEALED "0 sent 3"   /* nobody noticed */
#define DOWN "2"            /* a system failed: nothing was read */
#define WAITS "2 waiting 3" /* a system failed: nothing was written */

/* Stories. */
void three_orders(struct world *w);
void three_labels(struct world *w);

/* Between a shop and its warehouse. */
extern const struct ground depot_ground;
void three_orders_in_depot(struct world *w);
void three_parcels_of_depot(struct world *w);
void three_cancelled_in_depot(struct world *w);

#endif
