/* scenarios.h: what the crash test plays. Four to six orders each: small, so that every place can
 * be visited. */
#ifndef TAGWERK_TESTS_SCENARIOS_H
#define TAGWERK_TESTS_SCENARIOS_H

#include "crash.h"

#define CRASH_NOW "2024-06-04T08:00:00Z"

/* Between a Billbee shop and a wemalo warehouse; ends with {0}. */
extern const struct scenario scenarios_of_warehouse[];

/* Fails the test when there is none of that name. */
const struct scenario *scenario_named(const char *name);

#endif
