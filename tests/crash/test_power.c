/* test_power.c: the power is cut before any step on the disk: what was written but not synced is
 * gone, or half of it, or some of it; names that were not synced with their folder are undone. */
#include "crash.h"

#define CUT_EXIT 101

static bool cut_or_well(int code, const char *output)
{
    (void)output;
    return code == CUT_EXIT || code <= 1;
}

int main(void)
{
    static const char *const hows[] = {"power", "torn", "some", NULL};
    static const struct way way_cut = {.name = "power cut",
                                       .at = "TAGWERK_DISK_AT",
                                       .log = "TAGWERK_DISK_LOG",
                                       .hows = hows,
                                       .stride = 7,
                                       .fits = cut_or_well};
    static const char *const names[] = {"orders v2",        "write-back",     "lost answer v2",
                                        "warehouse orders", "warehouse back", NULL};

    return crash_main(&way_cut, names);
}
