/* life.h: a merchant's long life in one world: orders, labels, faults at random, and a judge at the
 * end who knows only the shop and the target: an order that never arrived, or whose parcel number
 * never came back, is lost; one that stands twice is doubled. */
#ifndef TAGWERK_TESTS_LIFE_H
#define TAGWERK_TESTS_LIFE_H

#include "harness/world.h"

/* The same numbers for the same seed. */
uint64_t life_draw(uint64_t *seed, uint64_t below);
/* Faults of every class that needs no real time, at so many of a thousand calls. */
void life_faults(struct world *w, uint64_t seed, unsigned per_mille);
/* How many faults were played since, by class, added to the totals; and no more from here on. */
void life_clear(struct world *w);
/* Adds n plain orders with numbers from `first` on. */
void life_sell(struct world *w, int64_t first, uint64_t n);
void life_print_all(struct world *w);
/* Runs until nothing is left to do; an exit code above `worst` fails the test. */
void life_settle(struct world *w, int worst);

struct judgement {
    uint64_t orders, lost, doubled, faults;
};
/* Of orders that were all sold plain and printed. */
struct judgement life_judge(struct world *w);
void life_print_faults(void);

#endif
