/* test_disk.c: any write, sync, rename, create or remove beneath the program, SQLite's own ones
 * too, fails: disk full (once, or from here on), bad disk, a short write, an interruption. */
#include "crash.h"

#include <string.h>

/* A short write and an interruption are nobody's business; nor is a log that could not be tidied
 * away. All else stops the run, which says what is wrong with the disk. */
static bool stopped_or_unharmed(int code, const char *output)
{
    if (code == 4)
        return strstr(output, "No space left") || strstr(output, "Input/output error") ||
               strstr(output, "the disk ");
    return code <= 1;
}

int main(void)
{
    static const char *const hows[] = {"enospc", "eio", "short", "full", "eintr", NULL};
    static const struct way way_failed = {.name = "disk failed",
                                          .at = "TAGWERK_DISK_AT",
                                          .log = "TAGWERK_DISK_LOG",
                                          .hows = hows,
                                          .stride = 7,
                                          .fits = stopped_or_unharmed};
    static const char *const names[] = {"orders v2",        "write-back",     "lost answer v2",
                                        "warehouse orders", "warehouse back", NULL};

    return crash_main(&way_failed, names);
}
