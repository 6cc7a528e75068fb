#include "kill.h"

#define CRASH_EXIT 100

/* A faster way through has fewer passages: then it was not killed. */
static bool killed_or_well(int code, const char *output)
{
    (void)output;
    return code == CRASH_EXIT || code <= 1;
}

const struct way way_killed = {.name = "killed",
                               .at = "TAGWERK_CRASH_AT",
                               .log = "TAGWERK_GATE_LOG",
                               .stride = 1,
                               .fits = killed_or_well};
