/* kill.h: the way in which the process is killed just before a passage of core/gate.h. */
#ifndef TAGWERK_TESTS_KILL_H
#define TAGWERK_TESTS_KILL_H

#include "crash.h"

extern const struct way way_killed;

#endif
